import Foundation
import PostgresClient
import RegistryDomain

/// What the daemon's gauges say of audits.
public struct AuditGauges: Sendable {
    public var totals: AuditReport.Totals
    /// Nil before the first run, and before the first full one.
    public var finishedAt: Date?
    public var fullFinishedAt: Date?
}

/// Which open findings are asked for.
public struct AuditFindingFilter: Sendable {
    public var check: String?
    public var severity: AuditFinding.Severity?
    /// Nil for both.
    public var acknowledged: Bool?
    public var cursor: String?
    public var limit: Int?

    public init(
        check: String? = nil, severity: AuditFinding.Severity? = nil, acknowledged: Bool? = nil, cursor: String? = nil,
        limit: Int? = nil
    ) {
        self.check = check
        self.severity = severity
        self.acknowledged = acknowledged
        self.cursor = cursor
        self.limit = limit
    }
}

/// Where a page of findings ended.
private struct Place: Codable {
    var check: String
    var recordId: String
    var id: UUID?
}

extension RegistryStore {
    /// Counts of this moment: what was acknowledged since the last run is apart already.
    public func auditGauges() async throws -> AuditGauges {
        try await translating {
            let results = try await pool.pipeline([
                AuditTotals.statement,
                """
                SELECT max(finished_at) AS finished_at, max(finished_at) FILTER (WHERE kind = 'full') AS full_finished_at
                FROM audit_runs
                """,
            ])
            var totals = AuditReport.Totals()
            try totals.count(results[0])
            return AuditGauges(
                totals: totals, finishedAt: try results[1].first?.decodeIfPresent("finished_at"),
                fullFinishedAt: try results[1].first?.decodeIfPresent("full_finished_at"))
        }
    }

    /// The last run that was kept.
    ///
    /// - Throws: `StoreError.notFound` before the first.
    public func latestAudit(as caller: Caller) async throws -> AuditReport {
        try await permit(.readAudit, caller)
        let run = try await translating {
            try await pool.execute("SELECT id FROM audit_runs ORDER BY finished_at DESC LIMIT 1").first
        }
        guard let run else { throw StoreError.notFound(.recordUnknown) }
        return try await auditReport(try run.decode("id"))
    }

    func auditReport(_ id: UUID) async throws -> AuditReport {
        let results = try await translating {
            try await pool.pipeline([
                """
                SELECT id, kind, cause, persons, as_of, started_at, finished_at, learners, entries, claims, findings, errors, warnings,
                       acknowledged, opened, closed, rules
                FROM audit_runs WHERE id = \(id)
                """,
                """
                SELECT finding_id, check_name, rule, severity, record_kind, record_id, message FROM audit_findings
                WHERE run_id = \(id) ORDER BY id
                """,
            ])
        }
        guard let row = results[0].first else { throw StoreError.notFound(.recordUnknown) }
        let totals = try AuditReport.Totals(row)
        return AuditReport(
            id: id, kind: try row.word("kind"),
            cause: try row.decodeIfPresent("cause", as: String.self).flatMap { AuditReport.Cause(rawValue: $0) },
            persons: try row.decodeIfPresent("persons"), asOf: try row.decode("as_of"),
            startedAt: try row.decode("started_at"), finishedAt: try row.decode("finished_at"),
            counts: .init(
                learners: try row.decode("learners"), entries: try row.decode("entries"),
                claims: try row.decode("claims")),
            checks: try row.json("rules"), totals: totals, totalFindings: try row.decode("findings"),
            findings: try results[1].map { row in
                let check = try row.decode("check_name", as: String.self)
                return AuditFinding(
                    id: try row.decodeIfPresent("finding_id"), check: check,
                    rule: RuleID(rawValue: try row.decode("rule")), severity: try row.word("severity"),
                    recordKind: try row.decode("record_kind"), recordId: try row.decode("record_id"),
                    message: try row.json("message"), remedy: AuditRemedy.of(check))
            })
    }

    /// What is open as of the last run, acknowledged or not, by check and record.
    public func auditFindings(_ filter: AuditFindingFilter, guards: GuardManifest, as caller: Caller) async throws
        -> Page<AuditFinding>
    {
        try await permit(.readAudit, caller)
        let size = Cursor.limit(filter.limit)
        let after = try Cursor.decode(filter.cursor, as: Place.self)
        let checks = AuditCheck.all(guards)
        let rows = try await translating {
            try await pool.execute(
                """
                SELECT o.id, o.check_name, o.rule, o.severity, o.record_kind, o.record_id, o.detail, a.reason, a.acknowledged_on,
                       u.person_name
                FROM audit_open_findings o LEFT JOIN audit_acknowledgements a ON a.finding_id = o.id
                LEFT JOIN users u ON u.id = a.acknowledged_by
                WHERE (\(after?.id)::uuid IS NULL
                       OR (o.check_name, o.record_id, o.id) > (\(after?.check ?? ""), \(after?.recordId ?? ""), \(after?.id)))
                  AND (\(filter.check)::text IS NULL OR o.check_name = \(filter.check))
                  AND (\(filter.severity?.rawValue)::text IS NULL OR o.severity = \(filter.severity?.rawValue))
                  AND (\(filter.acknowledged)::boolean IS NULL OR (a.id IS NOT NULL) = \(filter.acknowledged))
                ORDER BY o.check_name, o.record_id, o.id LIMIT \(Int64(size + 1))
                """)
        }
        let items = try rows.prefix(size).map { row in
            var finding = try AuditFinding(open: row, checks: checks)
            if let reason = try row.decodeIfPresent("reason", as: String.self) {
                finding.acknowledged = .init(
                    reason: reason, by: try row.decode("person_name"), on: try row.decode("acknowledged_on"))
            }
            return finding
        }
        let next =
            rows.count > size
            ? try items.last.map { try Cursor.encode(Place(check: $0.check, recordId: $0.recordId, id: $0.id)) } : nil
        return Page(items: items, nextCursor: next)
    }
}

extension AuditReport.Totals {
    /// - Parameter row: of `audit_runs`.
    init(_ row: Row) throws {
        errors = try row.decode("errors")
        warnings = try row.decode("warnings")
        acknowledged = try row.decode("acknowledged")
        opened = try row.decode("opened")
        closed = try row.decode("closed")
    }
}
