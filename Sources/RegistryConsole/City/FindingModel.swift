import Foundation
import RegistryDomain
import RegistryStore

/// A finding of the audit as a person reads it, with the way to its record.
struct FindingModel {
    var id: String
    var check: String
    var rule: String
    var severity: String
    var severityWord: String
    var message: String
    var remedy: String
    var record: String
    /// Nil where the record has no page: a guard of the database, or a row of a table.
    var address: String?
    var acknowledged: String?
    var mayAcknowledge: Bool

    init(_ finding: AuditFinding, places: [String: RecordReference] = [:], mayAcknowledge: Bool = false, _ words: Words)
    {
        id = finding.id?.uuidString.lowercased() ?? ""
        check = finding.check
        rule = finding.rule.rawValue
        severity = finding.severity == .error ? "failed" : "pending"
        severityWord = words("severity_\(finding.severity.rawValue)")
        message = words(finding.message)
        remedy = words(finding.remedy)
        record = "\(words("record_\(finding.recordKind)")) \(finding.recordId)"
        address =
            RecordPlace.address(finding.recordKind, finding.recordId)
            ?? places[finding.recordId].flatMap {
                RecordPlace.address($0.kind.rawValue, $0.id)
            }
        acknowledged = finding.acknowledged.map {
            words("acknowledgedBy", ["person": $0.by, "day": $0.on.description, "reason": $0.reason])
        }
        self.mayAcknowledge = mayAcknowledge && finding.acknowledged == nil && finding.id != nil
    }
}

/// Which page shows a record that a finding names.
enum RecordPlace {
    static func address(_ kind: String, _ id: String) -> String? {
        switch kind {
        case "bulletin": return "/bulletins/\(Link.escaped(id))"
        case "subjectYear": return "/policy"
        case "guard": return "/audit/guards"
        case "user": return Link.user(id)
        case "authority": return Link.to("/queue", [("authority", id)])
        default: break
        }
        guard let id = UUID(uuidString: id) else { return nil }
        switch kind {
        case "learner": return Link.learner(id)
        case "claim": return Link.claim(id)
        case "entry": return Link.entry(id)
        case "employer": return Link.employer(id)
        case "trainingSession": return "/training/sessions/\(id.uuidString.lowercased())"
        default: return nil
        }
    }
}
