import Foundation
import RegistryDomain
import RegistryStore

/// A person's record on one page or on three.
private struct LearnerModel {
    var name: String
    var idNumberMasked: String
    var employer: String
    var learner: String
    var base: String
    var isOwn: Bool
    /// For officers who may correct the record.
    var changesAddress: String?
    var years: [StandingModel]
    var returned: [ClaimLine]
    var studies: [StudyLine]
    var hasTasks: Bool
    var purposes: [PurposeLine]
    var asOf: String
    var claims: [ClaimLine]
    var noClaims: Bool
    var newClaimAddress: String?
    var entries: [EntryLine]
    var noEntries: Bool
    var certificates: [PaperLine]
    var hasCertificates: Bool
    var mayPrint: Bool
    var notices: [PaperLine]
    var hasNotices: Bool
    var once: String
}

extension Console {
    static let learnerPages: [ConsolePage] = [
        .get("/me") { visit in try await visit.learnerPage("learner-standing", "tabStanding") },
        .get("/me/claims") { visit in try await visit.learnerPage("learner-claims", "tabClaims") },
        .get("/me/register") { visit in try await visit.learnerPage("learner-register", "tabRegister") },
        .get("/learners/{id}") { visit in try await visit.learnerPage("learner", "learnerTitle") },
    ]
}

extension Visit {
    /// The person that the page is about: the one of the address, else whoever is signed in.
    ///
    /// - Throws: `StoreError.forbidden` where the caller has no record of their own.
    func place() throws -> LearnerPlace {
        let caller = try caller
        let isOwn = path["id"] == nil || request.uri.path.hasPrefix("/me/")
        guard let learner = isOwn ? caller.learnerId : try id() else { throw StoreError.forbidden(.roleMayNot) }
        return LearnerPlace(
            learner: learner, base: isOwn ? "/me" : "/learners/\(learner.uuidString.lowercased())", isOwn: isOwn,
            mayClaim: Rights.scope(of: caller.role, for: .submitClaim) != nil,
            mayPrint: Rights.scope(of: caller.role, for: .printCertificate) != nil,
            mayCorrect: !isOwn && Rights.scope(of: caller.role, for: .correctLearner) != nil)
    }

    fileprivate func learnerPage(_ template: String, _ title: String) async throws -> Answer {
        let caller = try caller
        let place = try place()
        let learner = place.learner
        let policies = try await store.policies()
        async let record = store.learner(id: learner, as: caller)
        async let answers = store.answers(of: learner, as: caller)
        async let claims = store.claims(of: learner, as: caller)
        async let studies = store.studies(of: learner, as: caller)
        async let entries = store.register(of: learner, as: caller)
        async let certificates = store.certificates(of: learner, as: caller)
        async let notices = store.notices(of: learner, as: caller)
        let parts = Parts(
            record: try await record, answers: try await answers, claims: try await claims,
            studies: try await studies, entries: try await entries, certificates: try await certificates,
            notices: try await notices)
        return await page(template, title: words(title), model(parts, place, policies))
    }

    private struct Parts {
        var record: LearnerRecord
        var answers: [EligibilityAnswer]
        var claims: [ClaimRecord]
        var studies: [StudyRecord]
        var entries: [RegisterEntryRecord]
        var certificates: [CertificateSummary]
        var notices: [NoticeSummary]
    }

    private func model(_ parts: Parts, _ place: LearnerPlace, _ policies: PolicySet) -> LearnerModel {
        let record = parts.record
        let years = parts.answers.first?.years ?? []
        let complete = Set(years.filter { $0.status == .complete }.map(\.year))
        let claims = parts.claims.map { ClaimLine($0, place: place, policies, words) }
        let returned = claims.filter(\.isReturned)
        let studies = parts.studies.compactMap {
            StudyLine($0, isComplete: complete.contains($0.subjectYear), place: place, words)
        }
        let certificates = parts.certificates.map { PaperLine($0, words) }
        let notices = parts.notices.map { PaperLine($0, policies, words) }
        let entries = parts.entries.map { EntryLine($0, policies, words) }
        return LearnerModel(
            name: record.name, idNumberMasked: record.idNumberMasked,
            employer: record.employer.map { "\($0.name)（\(words.level($0.level)) · \(words.kind($0.kind))）" } ?? "—",
            learner: place.learner.uuidString.lowercased(), base: place.base, isOwn: place.isOwn,
            changesAddress: place.mayCorrect ? "\(place.base)/changes" : nil,
            years: years.map {
                StandingModel($0, claims: parts.claims, today: store.today, place: place, policies, words)
            },
            returned: returned, studies: studies, hasTasks: !(returned.isEmpty && studies.isEmpty),
            purposes: parts.answers.map { PurposeLine($0, policies, words) },
            asOf: words("asOf", ["day": store.today.description]), claims: claims, noClaims: claims.isEmpty,
            newClaimAddress: place.newClaim?("").trimmingCharacters(in: ["?"]), entries: entries,
            noEntries: entries.isEmpty, certificates: certificates, hasCertificates: !certificates.isEmpty,
            mayPrint: place.mayPrint, notices: notices, hasNotices: !notices.isEmpty, once: Self.freshKey())
    }
}
