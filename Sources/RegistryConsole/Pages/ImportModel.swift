import Foundation
import RegistryDomain
import RegistryStore

/// A kind of file that somebody may take in.
struct ImportKindModel {
    var id: String
    var name: String
    var hint: String
    var checked: Bool

    /// The kinds that the role may import, in the order of use.
    static func kinds(of caller: Caller) -> [ImportKind] {
        [.completions, .learners, .employers, .openings].filter { Rights.scope(of: caller.role, for: $0.right) != nil }
    }
}

/// One import as it stands.
struct ImportJobModel {
    struct Finding {
        var row: String
        var field: String
        var message: String
        var rule: String?
        var found: String
        var isRejected: Bool
    }
    struct Count {
        var name: String
        var number: String
        var isBad: Bool
    }
    var id: String
    var kind: String
    var fileName: String
    var day: String
    var state: String
    var stateWord: String
    var isRunning: Bool
    var isEnded: Bool
    var rowsRead: String
    var rejectedCount: String
    var progress: String
    var isDryRun: Bool
    var modeWord: String
    var counts: [Count]
    var problem: String?
    var findings: [Finding]
    var hasFindings: Bool
    var findingsTitle: String
    var hasRejected: Bool
    var allWell: Bool

    /// On the page; the file has them all.
    static let mostFindings = 50

    init(_ job: ImportJobRecord, _ words: Words) {
        id = job.id.uuidString.lowercased()
        kind = words("import_\(job.kind)")
        fileName = job.fileName ?? "—"
        day = String(RegistryJSON.text(job.recordedAt).prefix(16)).replacing("T", with: " ")
        state = job.state
        stateWord = words("job_\(job.state)")
        isRunning = job.state == "queued" || job.state == "running"
        isEnded = !isRunning
        rowsRead = "\(job.rowsRead)"
        rejectedCount = "\(job.rowsRejected)"
        progress = words(job.state == "queued" ? "jobWaits" : "jobReads", ["rows": "\(job.rowsRead)"])
        isDryRun = job.dryRun
        modeWord = words(job.dryRun ? "dryRun" : job.allOrNothing ? "allOrNothing" : "goodRowsIn")
        counts = [
            ("rowsRead", job.rowsRead, false), ("rowsNew", job.rowsNew, false), ("rowsChanged", job.rowsChanged, false),
            ("rowsUnchanged", job.rowsUnchanged, false), ("rowsRejected", job.rowsRejected, job.rowsRejected > 0),
            ("claimsOpened", job.claimsOpened, false),
        ].map { Count(name: words($0.0), number: "\($0.1)", isBad: $0.2) }
        problem = job.problem.map { words($0.message) }
        findings = job.findings.map { finding in
            // The sentence names the interface's field; a person knows the column.
            let column = finding.field.map { words("column_\($0)") } ?? "—"
            let message = words(finding.message).replacing("“\(finding.field ?? "")”", with: "“\(column)”")
            return Finding(
                row: finding.row.map(String.init) ?? "—", field: column, message: message, rule: finding.rule?.rawValue,
                found: finding.found ?? "",
                isRejected: finding.severity == .rejected)
        }
        hasFindings = !findings.isEmpty
        findingsTitle = words(
            isRunning ? "findingsSoFar" : findings.count < Self.mostFindings ? "findingsAll" : "findingsFirst",
            ["count": "\(findings.count)"])
        hasRejected = job.rowsRejected > 0 || job.problem != nil
        allWell = job.state == "done" && job.rowsRejected == 0 && job.problem == nil
    }
}
