import RegistryDomain
import RegistryStore

/// A run as a person reads it in a minute: how much is wrong, what, where to begin, and what to do.
public struct AuditSummary: Sendable {
    private let report: AuditReport
    private let language: Language
    private static let examples = 3

    public init(_ report: AuditReport, language: Language) {
        self.report = report
        self.language = language
    }

    public var text: String { ([verdict, extent] + groups).joined(separator: "\n") + "\n" }

    private func say(_ zh: String, _ en: String) -> String { language == .zh ? zh : en }

    private var verdict: String {
        let totals = report.totals
        let verdict =
            report.totalFindings == 0
            ? say("✔ \(report.asOf) 核查：没有发现问题。", "✔ Audit of \(report.asOf): nothing found.")
            : say(
                "✘ \(report.asOf) 核查：错误\(totals.errors)处，提醒\(totals.warnings)处。",
                "✘ Audit of \(report.asOf): \(totals.errors) errors, \(totals.warnings) warnings.")
        return verdict
            + say(
                "新出现\(totals.opened)，已消失\(totals.closed)，已说明\(totals.acknowledged)。",
                " New \(totals.opened), gone \(totals.closed), acknowledged \(totals.acknowledged).")
    }

    private var extent: String {
        let counts = report.counts
        let size = say(
            "学员\(counts.learners)，登记\(counts.entries)，申请\(counts.claims)；\(report.checks.count)项检查，",
            "\(counts.learners) learners, \(counts.entries) entries, \(counts.claims) claims; \(report.checks.count) checks, "
        )
        switch report.kind {
        case .full: return size + say("全部核对\(cause)。", "everything looked at\(cause).")
        case .incremental:
            return size
                + say("核对有变动的\(report.persons ?? 0)人。", "\(report.persons ?? 0) persons with changes looked at.")
        }
    }

    private var cause: String {
        switch report.cause {
        case nil, .asked: ""
        case .first: say("（首次）", " (first run)")
        case .guards: say("（数据库保护措施或通知有变动）", " (a guard of the database or a notice was touched)")
        case .rules: say("（检查项目有变动）", " (the checks have changed)")
        case .changes: say("（变动较多）", " (much has changed)")
        }
    }

    /// Errors before warnings, many before few.
    private var groups: [String] {
        let counts = Dictionary(report.checks.map { ($0.name, $0.findings) }, uniquingKeysWith: +)
        let found = Dictionary(grouping: report.findings, by: \.check)
        let order = found.keys.sorted { left, right in
            let (a, b) = (found[left]?.first?.severity == .error, found[right]?.first?.severity == .error)
            return a == b ? (counts[left] ?? 0, right) > (counts[right] ?? 0, left) : a
        }
        return order.flatMap { name -> [String] in
            guard let findings = found[name], let first = findings.first else { return [] }
            let severity = first.severity == .error ? say("错误", "error") : say("提醒", "warning")
            let count = counts[name] ?? findings.count
            let shown = findings.prefix(Self.examples).map {
                "    \($0.recordKind) \($0.recordId)：\($0.message(language))"
            }
            let more = count - shown.count
            return ["", "[\(first.rule.rawValue)] \(severity) ×\(count) \(name)"] + shown
                + (more > 0 ? [say("    … 另有\(more)处", "    … and \(more) more")] : [])
                + [say("    处理：", "    What to do: ") + first.remedy(language)]
        }
    }
}
