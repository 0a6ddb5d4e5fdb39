import Foundation
import PostgresClient
import RegistryDomain

/// A run that has ended and is to be kept.
struct KeptRun: Sendable {
    var id: UUID
    var day: Day
    var started: Date
    var counts: AuditReport.Counts
    var extent: AuditExtent
    var trace: AuditTrace
    var checks: [AuditCheck]
    /// Checks that looked at everything; the others looked at the extent's learners, or were left to the base.
    var whole: Set<String>

    /// Open findings of before that this run has looked for again.
    var replaced: Statement {
        guard extent.kind == .incremental else { return "true" }
        let parts = checks.filter { $0.reach == .person && !whole.contains($0.name) }.map(\.name)
        return """
            (o.check_name = ANY (\(whole.sorted())) OR (o.check_name = ANY (\(parts)) AND (o.scope IS NULL
                OR o.scope = ANY (\(extent.scope ?? [])) OR \(unescaped: AuditFeed.bucket("o.scope")) = ANY (\(extent.buckets)))))
            """
    }
}

extension RegistryStore {
    /// Open findings, the run, its list and what the next run builds on, in one transaction.
    func keep(_ run: KeptRun) async throws {
        try await pool.withTransaction(retries: 0) { sql in
            let state = try await sql.execute("SELECT run_id FROM audit_state FOR UPDATE")
            guard try state.first?.decode("run_id", as: UUID.self) == run.extent.base?.run else {
                throw StoreError.conflict(.auditUnderWay, entry: nil, claim: nil)
            }
            var totals = AuditReport.Totals()
            totals.closed = try await Self.close(run, sql)
            totals.opened = try await Self.open(run, sql)
            let rows = try await sql.execute(AuditTotals.statement)
            try totals.count(rows)
            let unsettled = try await Self.seal(run.extent.seals, sql)
            try await Self.record(run, totals, sealed: unsettled != nil, sql)
            try await Self.list(run, sql)
            // What the run itself has written is sealed with it.
            _ = try await Self.seal(SealExtent(buckets: [-1], since: run.extent.seals.since), sql)
            _ = try await sql.pipeline([
                """
                INSERT INTO audit_state (run_id, program, foundation, buckets, segments, unsettled, seals)
                VALUES (\(run.id), \(run.trace.program), \(run.trace.foundation), \(run.trace.buckets), \(run.trace.segments),
                        \(unsettled ?? run.extent.seals.buckets), seal_memory())
                ON CONFLICT (single) DO UPDATE SET run_id = excluded.run_id, program = excluded.program,
                    foundation = excluded.foundation, buckets = excluded.buckets, segments = excluded.segments,
                    unsettled = excluded.unsettled, seals = excluded.seals
                """,
                "DELETE FROM audit_staged_findings WHERE run_id = \(run.id)",
            ])
        }
    }

    /// Buckets in which something is wrong; nil where records could not be sealed, and stay as they were sealed before.
    private static func seal(_ seals: SealExtent, _ sql: PostgresTransaction) async throws -> [Int32]? {
        var unsettled: [Int32]?
        _ = try await sql.spoilt {
            let row = try await sql.execute("SELECT seal_records(\(seals.buckets), \(seals.since)) AS unsettled")[0]
            unsettled = try row.decode("unsettled")
        }
        return unsettled
    }

    private static func close(_ run: KeptRun, _ sql: PostgresTransaction) async throws -> Int {
        var statement = run.replaced
        statement.sql = """
            WITH gone AS (
                DELETE FROM audit_open_findings o WHERE \(statement.sql)
                AND NOT EXISTS (SELECT FROM audit_staged_findings s WHERE s.run_id = $\(statement.parameters.count + 1) AND s.id = o.id)
                RETURNING o.id)
            SELECT count(*) AS n FROM gone
            """
        statement.parameters.append(Parameter(run.id))
        return try await sql.execute(statement)[0].decode("n")
    }

    private static func open(_ run: KeptRun, _ sql: PostgresTransaction) async throws -> Int {
        try await sql.execute(
            """
            WITH held AS (
                INSERT INTO audit_open_findings (id, check_name, rule, severity, record_kind, record_id, detail, scope, first_run)
                SELECT id, check_name, rule, severity, record_kind, record_id, detail, scope, run_id
                FROM audit_staged_findings WHERE run_id = \(run.id)
                ON CONFLICT (id) DO UPDATE SET scope = excluded.scope
                RETURNING first_run)
            SELECT count(*) FILTER (WHERE first_run = \(run.id)) AS n FROM held
            """)[0].decode("n")
    }

    private static func record(
        _ run: KeptRun, _ totals: AuditReport.Totals, sealed: Bool, _ sql: PostgresTransaction
    ) async throws {
        let open = try await sql.execute(
            """
            SELECT o.check_name, count(*) AS n FROM audit_open_findings o
            WHERE NOT EXISTS (SELECT FROM audit_acknowledgements a WHERE a.finding_id = o.id) GROUP BY o.check_name
            """)
        let counts = Dictionary(
            uniqueKeysWithValues: try open.map {
                (try $0.decode("check_name", as: String.self), try $0.decode("n", as: Int.self))
            })
        let results = run.checks.map {
            AuditReport.CheckResult(name: $0.name, rule: $0.rule, findings: counts[$0.name] ?? 0)
        }
        let rules = JSONB(text: try RegistryJSON.string(results))
        let base = run.extent.kind == .incremental ? run.extent.base?.run : nil
        _ = try await sql.execute(
            """
            INSERT INTO audit_runs (id, kind, cause, base_run, persons, as_of, started_at, finished_at, learners, entries, claims,
                                    findings, errors, warnings, acknowledged, opened, closed, rules, sealed_until)
            VALUES (\(run.id), \(run.extent.kind.rawValue), \(run.extent.cause?.rawValue), \(base),
                    \(run.extent.scope.map { Int64($0.count) }), \(run.day), \(run.started), \(Date()), \(run.counts.learners),
                    \(run.counts.entries), \(run.counts.claims), \(totals.errors + totals.warnings), \(totals.errors),
                    \(totals.warnings), \(totals.acknowledged), \(totals.opened), \(totals.closed), \(rules),
                    \(sealed ? run.trace.settled : nil))
            """)
    }

    /// The run's own list, as it will be read for ever.
    private static func list(_ run: KeptRun, _ sql: PostgresTransaction) async throws {
        let order = run.checks.map(\.name)
        let rows = try await sql.execute(
            """
            SELECT o.* FROM (
                SELECT id, check_name, severity, rule, record_kind, record_id, detail,
                       row_number() OVER (PARTITION BY check_name ORDER BY record_id, id) AS place
                FROM audit_open_findings f
                WHERE NOT EXISTS (SELECT FROM audit_acknowledgements a WHERE a.finding_id = f.id)) o
            WHERE place <= \(Int64(AuditListing.ofOneCheck))
            ORDER BY array_position(\(order), o.check_name), o.place LIMIT \(Int64(AuditListing.all))
            """)
        let findings = try rows.map { try AuditFinding(open: $0, checks: run.checks) }
        let texts = try findings.map { JSONB(text: try RegistryJSON.string($0.message)) }
        _ = try await sql.execute(
            """
            INSERT INTO audit_findings (run_id, check_name, rule, severity, record_kind, record_id, message, finding_id)
            SELECT \(run.id), f.* FROM unnest(\(findings.map(\.check)), \(findings.map(\.rule.rawValue)),
                \(findings.map(\.severity.rawValue)), \(findings.map(\.recordKind)), \(findings.map(\.recordId)), \(texts),
                \(findings.compactMap(\.id))) f
            """)
    }
}

/// Open findings by severity, acknowledged ones apart.
enum AuditTotals {
    static let statement: Statement = """
        SELECT CASE WHEN a.id IS NULL THEN o.severity ELSE 'acknowledged' END AS class, count(*) AS n
        FROM audit_open_findings o LEFT JOIN audit_acknowledgements a ON a.finding_id = o.id GROUP BY 1
        """
}

extension AuditReport.Totals {
    mutating func count(_ rows: QueryResult) throws {
        for row in rows {
            let count = try row.decode("n", as: Int.self)
            switch try row.decode("class", as: String.self) {
            case "error": errors = count
            case "warning": warnings = count
            default: acknowledged = count
            }
        }
    }
}

extension AuditFinding {
    /// From a row of the open findings. A check that this program does not know speaks by its name.
    init(open row: Row, checks: [AuditCheck]) throws {
        let name = try row.decode("check_name", as: String.self)
        let kind = try row.decode("record_kind", as: String.self)
        let found = FoundRow(
            id: try row.decode("id"), recordId: try row.decode("record_id"), detail: try row.decode("detail"),
            scope: nil)
        if let check = checks.first(where: { $0.name == name }) {
            self = check.finding(found, failed: kind == AuditCheck.failedKind)
        } else {
            self.init(
                id: found.id, check: name, rule: RuleID(rawValue: try row.decode("rule")),
                severity: try row.word("severity"), recordKind: kind, recordId: found.recordId,
                message: Text(zh: "\(name) \(found.detail)", en: "\(name) \(found.detail)"),
                remedy: AuditRemedy.of(name))
        }
    }
}
