import Foundation
import PostgresClient
import RegistryDomain

/// One run in a list.
public struct AuditRunSummary: Codable, Sendable {
    public var id: UUID
    public var kind: AuditReport.Kind
    public var asOf: Day
    public var startedAt: Date
    public var finishedAt: Date
    public var totals: AuditReport.Totals
}

extension AuditRunSummary {
    public init(_ report: AuditReport) {
        self.init(
            id: report.id, kind: report.kind, asOf: report.asOf, startedAt: report.startedAt,
            finishedAt: report.finishedAt, totals: report.totals)
    }
}

/// How many findings of one check are open now.
public struct AuditCheckCount: Codable, Sendable {
    public var check: String
    /// What it looks for.
    public var title: Text
    public var rule: RuleID
    public var severity: AuditFinding.Severity
    public var open: Int
    public var acknowledged: Int
    public var remedy: Text
}

extension RegistryStore {
    /// The runs that were kept, the newest first; at most so many.
    public func auditRuns(limit: Int = 60, as caller: Caller) async throws -> [AuditRunSummary] {
        try await permit(.readAudit, caller)
        let rows = try await translating {
            try await pool.execute(
                """
                SELECT id, kind, as_of, started_at, finished_at, errors, warnings, acknowledged, opened, closed
                FROM audit_runs ORDER BY finished_at DESC LIMIT \(Int64(limit))
                """)
        }
        return try rows.map { row in
            AuditRunSummary(
                id: try row.decode("id"), kind: try row.word("kind"), asOf: try row.decode("as_of"),
                startedAt: try row.decode("started_at"), finishedAt: try row.decode("finished_at"),
                totals: try AuditReport.Totals(row))
        }
    }

    /// One run as it was kept.
    ///
    /// - Throws: `StoreError.notFound` where there was no such run.
    public func auditRun(_ id: UUID, as caller: Caller) async throws -> AuditReport {
        try await permit(.readAudit, caller)
        return try await auditReport(id)
    }

    /// What is open now, check by check: errors before warnings, many before few.
    public func auditCheckCounts(as caller: Caller) async throws -> [AuditCheckCount] {
        try await permit(.readAudit, caller)
        let rows = try await translating {
            try await pool.execute(
                """
                SELECT o.check_name, o.rule, o.severity, count(*) FILTER (WHERE a.id IS NULL) AS open, count(a.id) AS acknowledged
                FROM audit_open_findings o LEFT JOIN audit_acknowledgements a ON a.finding_id = o.id
                GROUP BY o.check_name, o.rule, o.severity ORDER BY o.severity, 4 DESC, o.check_name
                """)
        }
        return try rows.map { row in
            let check = try row.decode("check_name", as: String.self)
            return AuditCheckCount(
                check: check, title: AuditCheck.title(of: check) ?? Text(zh: check, en: check),
                rule: RuleID(rawValue: try row.decode("rule")), severity: try row.word("severity"),
                open: try row.decode("open"), acknowledged: try row.decode("acknowledged"),
                remedy: AuditRemedy.of(check))
        }
    }
}
