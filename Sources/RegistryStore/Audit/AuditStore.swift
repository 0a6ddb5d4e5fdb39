import Foundation
import PostgresClient
import RegistryDomain

extension RegistryStore {
    /// The most findings that a report lists; all are counted.
    static let listedFindings = 1000

    /// Runs every check over the whole register at one moment, with the reader's own read-only role.
    ///
    /// - Parameter asOf: the business day that the run is for; today when nil.
    public func audit(asOf: Day?) async throws -> AuditReport {
        let day = asOf ?? today
        let started = Date()
        return try await translating {
            try await pool.withTransaction(isolation: .repeatableRead, readOnly: true) { sql in
                var report = AuditReport(
                    id: UUID(), asOf: day, startedAt: started, finishedAt: started,
                    counts: try await Self.counts(sql), checks: [], totalFindings: 0, findings: [])
                for check in AuditCheck.all { try await Self.run(check, into: &report, sql) }
                report.finishedAt = Date()
                return report
            }
        }
    }

    private static func counts(_ sql: PostgresTransaction) async throws -> AuditReport.Counts {
        let row = try await sql.execute(
            """
            SELECT (SELECT count(*) FROM learners WHERE merged_into IS NULL) AS learners,
                   (SELECT count(*) FROM register_entries) AS entries, (SELECT count(*) FROM claims) AS claims
            """)[0]
        return AuditReport.Counts(
            learners: try row.decode("learners"), entries: try row.decode("entries"), claims: try row.decode("claims"))
    }

    private static func run(_ check: AuditCheck, into report: inout AuditReport, _ sql: PostgresTransaction)
        async throws
    {
        let room = max(0, listedFindings - report.findings.count)
        let rows = try await sql.execute(
            """
            WITH found AS MATERIALIZED (\(unescaped: check.sql))
            SELECT record_id, detail, (SELECT count(*) FROM found) AS total FROM found ORDER BY record_id LIMIT \(room + 1)
            """)
        let total = try rows.first?.decode("total", as: Int.self) ?? 0
        report.checks.append(AuditReport.CheckResult(name: check.name, rule: check.rule, findings: total))
        report.totalFindings += total
        for row in rows.prefix(room) {
            let detail = try row.decodeIfPresent("detail", as: String.self) ?? ""
            report.findings.append(
                AuditFinding(
                    check: check.name, rule: check.rule, severity: check.severity, recordKind: check.recordKind,
                    recordId: try row.decode("record_id"), message: check.message.filled(["detail": detail])))
        }
    }

    /// Keeps a run and its findings as records.
    public func keep(_ report: AuditReport) async throws {
        let rules = JSONB(text: try RegistryJSON.string(report.checks))
        let texts = try report.findings.map { JSONB(text: try RegistryJSON.string($0.message)) }
        _ = try await translating {
            try await pool.pipeline([
                """
                INSERT INTO audit_runs (id, as_of, started_at, finished_at, learners, entries, claims, findings, rules)
                VALUES (\(report.id), \(report.asOf), \(report.startedAt), \(report.finishedAt), \(report.counts.learners),
                        \(report.counts.entries), \(report.counts.claims), \(report.totalFindings), \(rules))
                """,
                """
                INSERT INTO audit_findings (run_id, check_name, rule, severity, record_kind, record_id, message)
                SELECT \(report.id), f.* FROM unnest(\(report.findings.map(\.check)), \(report.findings.map(\.rule.rawValue)),
                    \(report.findings.map(\.severity.rawValue)), \(report.findings.map(\.recordKind)),
                    \(report.findings.map(\.recordId)), \(texts)) f
                """,
            ])
        }
    }

    /// When the last run ended and how much it found, for the daemon's gauges; nil before the first.
    public func lastAuditTotals() async throws -> (finishedAt: Date, findings: Int)? {
        try await translating {
            try await pool.execute("SELECT finished_at, findings FROM audit_runs ORDER BY finished_at DESC LIMIT 1")
                .first.map {
                    (try $0.decode("finished_at"), try $0.decode("findings"))
                }
        }
    }

    /// The last run that was kept.
    public func latestAudit(as caller: Caller) async throws -> AuditReport {
        try await permit(.readAudit, caller)
        let run = try await pipeline(
            as: caller,
            [
                """
                SELECT id, as_of, started_at, finished_at, learners, entries, claims, findings, rules FROM audit_runs
                ORDER BY finished_at DESC LIMIT 1
                """
            ])[0]
        guard let row = run.first else { throw StoreError.notFound(.recordUnknown) }
        let id = try row.decode("id", as: UUID.self)
        let findings = try await pipeline(
            as: caller,
            [
                """
                SELECT check_name, rule, severity, record_kind, record_id, message FROM audit_findings WHERE run_id = \(id) ORDER BY id
                """
            ])[0]
        return AuditReport(
            id: id, asOf: try row.decode("as_of"), startedAt: try row.decode("started_at"),
            finishedAt: try row.decode("finished_at"),
            counts: .init(
                learners: try row.decode("learners"), entries: try row.decode("entries"),
                claims: try row.decode("claims")),
            checks: try row.json("rules"), totalFindings: try row.decode("findings"),
            findings: try findings.map { row in
                AuditFinding(
                    check: try row.decode("check_name"), rule: RuleID(rawValue: try row.decode("rule")),
                    severity: try row.word("severity"), recordKind: try row.decode("record_kind"),
                    recordId: try row.decode("record_id"), message: try row.json("message"))
            })
    }
}
