import Foundation
import PostgresClient
import RegistryDomain

extension RegistryStore {
    /// The most findings that a report lists, and of one check; all are counted.
    static let listedFindings = 1000
    static let listedOfOneCheck = 100

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

    /// A check that cannot run is itself a finding, and the others go on: whoever spoils a record does not switch the
    /// audit off.
    private static func run(_ check: AuditCheck, into report: inout AuditReport, _ sql: PostgresTransaction)
        async throws
    {
        let room = min(listedOfOneCheck, listedFindings - report.findings.count)
        try await sql.execute("SAVEPOINT before_check")
        do {
            let rows = try await sql.execute(check.statement(listing: room))
            let total = try rows.first?.decode("total", as: Int.self) ?? 0
            report.add(check, total: total, try rows.prefix(room).map { try check.finding($0) })
            try await sql.execute("RELEASE SAVEPOINT before_check")
        } catch let error as PostgresError where error.namesSpoiltData {
            try await sql.execute("ROLLBACK TO SAVEPOINT before_check")
            report.add(check, total: 1, [check.failure(error)])
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

extension AuditCheck {
    /// All findings counted, the first listed.
    func statement(listing room: Int) -> Statement {
        """
        WITH found AS MATERIALIZED (\(unescaped: sql))
        SELECT record_id, detail, (SELECT count(*) FROM found) AS total FROM found ORDER BY record_id LIMIT \(max(room, 1))
        """
    }

    fileprivate func finding(_ row: Row) throws -> AuditFinding {
        AuditFinding(
            check: name, rule: rule, severity: severity, recordKind: recordKind, recordId: try row.decode("record_id"),
            message: message.filled(["detail": try row.decodeIfPresent("detail") ?? ""]))
    }

    fileprivate func failure(_ error: PostgresError) -> AuditFinding {
        AuditFinding(
            check: name, rule: rule, severity: .error, recordKind: "check", recordId: name,
            message: Text(
                zh: "无法核查：记录内容不成格式（\(error.sqlState.rawValue)）。",
                en: "could not be checked: a record is malformed (\(error.sqlState.rawValue))."))
    }
}

extension AuditReport {
    fileprivate mutating func add(_ check: AuditCheck, total: Int, _ listed: [AuditFinding]) {
        checks.append(CheckResult(name: check.name, rule: check.rule, findings: total))
        totalFindings += total
        findings += listed
    }
}

extension PostgresError {
    /// Class 22 of the SQLSTATEs, data exception: a value that is no date or no number where one should be.
    fileprivate var namesSpoiltData: Bool { sqlState.rawValue.hasPrefix("22") }
}
