import Foundation
import RegistryDomain
import RegistryStore

/// What the credential says, in the vocabulary of Open Badges 3.0: one achievement, the continuous record (R4), with a result
/// for each subject year and an evidence for each entry.
struct CredentialContent {
    private let document: CertificateDocument
    private let policies: PolicySet
    private let publicURL: String

    init(_ document: CertificateDocument, _ policies: PolicySet, publicURL: String) {
        self.document = document
        self.policies = policies
        self.publicURL = publicURL
    }

    private var certificate: CertificateRecord { document.certificate }
    private var address: String { "\(publicURL)/verify/\(certificate.code)" }
    private var id: String { certificate.id.uuidString.lowercased() }
    private static let name = "四川省专业技术人员继续教育登记证书"

    var json: CanonicalJSON {
        [
            "@context": [
                "https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
            ],
            "id": .string("urn:uuid:\(id)"), "type": ["VerifiableCredential", "OpenBadgeCredential"],
            "name": .string(Self.name), "issuer": issuer,
            "validFrom": .string("\(certificate.printedOn)T00:00:00+08:00"), "credentialSubject": subject,
            "evidence": .array(certificate.entries.map(evidence)),
            // Whether it still stands is asked there: JSON for programs, a page for people.
            "credentialStatus": ["id": .string(address), "type": .string("\(publicURL)/openapi.json#verify")],
        ]
    }

    private var issuer: CanonicalJSON {
        [
            "id": .string(IssuerIdentity.did(of: publicURL)), "type": ["Profile"],
            "name": .string(policies.policies.last?.issuer.zh ?? ""), "url": .string(publicURL),
        ]
    }

    private var subject: CanonicalJSON {
        var identifiers: [CanonicalJSON] = [identity("name", certificate.name)]
        if let number = certificate.holder?.idNumberMasked {
            identifiers.append(identity("ext:nationalIdentityNumberMasked", number))
        }
        return [
            "type": ["AchievementSubject"], "identifier": .array(identifiers), "achievement": achievement,
            "result": .array(years.map(result)),
        ]
    }

    /// In the clear: the holder hands it to whoever is to read it.
    private func identity(_ type: String, _ value: String) -> CanonicalJSON {
        [
            "type": "IdentityObject", "hashed": .boolean(false), "identityHash": .string(value),
            "identityType": .string(type),
        ]
    }

    private var achievement: CanonicalJSON {
        [
            "id": .string("urn:uuid:\(id)#record"), "type": ["Achievement"],
            "achievementType": "CertificateOfCompletion",
            "name": .string(Self.name),
            "description": .string("专业技术人员继续教育公需科目学时的连续记载 / the continuous record of continuing-education hours"),
            "criteria": [
                "narrative": .string(policies.policies.map { "\($0.number)《\($0.title.zh)》" }.joined(separator: "；"))
            ],
            "resultDescription": .array(years.map(description)),
        ]
    }

    private var years: [YearAnswer] {
        let history = LearnerHistory(
            entries: certificate.entries.map {
                StandingEntry(
                    id: $0.id, subjectYear: $0.subjectYear, mode: $0.mode, hours: $0.hours,
                    recognizedOn: $0.recognizedOn, recognizedBy: $0.recognizedBy)
            })
        return Eligibility.years(of: history, under: policies, asOf: certificate.printedOn)
    }

    private func resultId(_ year: Int) -> String { "urn:uuid:\(id)#\(year)" }

    private func description(_ year: YearAnswer) -> CanonicalJSON {
        [
            "id": .string(resultId(year.year)), "type": ["ResultDescription"], "resultType": "RawScore",
            "name": .string("\(year.year)年度公需科目学时（credited hours）"), "valueMin": "0",
            "valueMax": .string("\(year.requiredHours)"), "requiredValue": .string("\(year.requiredHours)"),
        ]
    }

    private func result(_ year: YearAnswer) -> CanonicalJSON {
        [
            "type": ["Result"], "resultDescription": .string(resultId(year.year)),
            "value": .string("\(year.creditedHours)"),
            "status": .string(year.creditedHours >= year.requiredHours ? "Completed" : "InProgress"),
        ]
    }

    private func evidence(_ entry: RegisterEntryRecord) -> CanonicalJSON {
        let terms = policies.policy(forSubjectYear: entry.subjectYear)?.subjectYear(entry.subjectYear)
        let authority = policies.name(of: entry.recognizedBy)?.zh ?? entry.recognizedBy.description
        return [
            "id": .string("urn:uuid:\(entry.id.uuidString.lowercased())"), "type": ["Evidence"],
            "name": .string("登记号 \(entry.entryNumber)：\(entry.subjectYear)年度 \(entry.hours)学时"),
            "description": .string(terms?.courseTitle.zh ?? ""),
            "genre": .string(entry.mode == .online ? "网络在线学习" : "集中面授培训"),
            "narrative": .string("\(authority)于\(entry.recognizedOn)认定"),
        ]
    }
}
