import Foundation
import PostgresClient
import RegistryDomain

extension RegistryStore {
    /// One run at a time: held by the reader until what it found is kept.
    private static let auditLock: Int64 = 0x6365_7265_6175

    /// Looks at the whole register at one moment, with the reader's own read-only role, and keeps nothing.
    ///
    /// - Parameter asOf: the business day that the look is for; today when nil.
    public func audit(asOf: Day?, guards: GuardManifest, log: LogEvidence = LogEvidence()) async throws -> AuditReport {
        let day = asOf ?? today
        let started = Date()
        return try await translating {
            try await pool.withTransaction(isolation: .repeatableRead, readOnly: true, retries: 3) { sql in
                let sink = CountingSink()
                var run = AuditRun(
                    snapshot: snapshot(sql), sink: sink, manifest: guards,
                    day: day, log: log)
                let losses = guards.losses(in: try GuardManifest(try await sql.execute(GuardManifest.reading)))
                var extent = AuditExtent(kind: .full, cause: .first)
                extent.seals = try await run.seals(of: extent, trace: nil)
                try await run.make(extent, losses: losses)
                let found = await sink.counts
                let listed = await sink.listed(of: run.checks)
                var totals = AuditReport.Totals()
                for check in run.checks {
                    let count = found[check.name] ?? 0
                    if check.severity == .error { totals.errors += count } else { totals.warnings += count }
                }
                return AuditReport(
                    id: UUID(), kind: .full, cause: .first, asOf: day, startedAt: started, finishedAt: Date(),
                    counts: try await Self.counts(sql),
                    checks: run.checks.map { .init(name: $0.name, rule: $0.rule, findings: found[$0.name] ?? 0) },
                    totals: totals, totalFindings: totals.errors + totals.warnings, findings: listed)
            }
        }
    }

    /// What of the audit is about the transparency log, over everything; keeps nothing.
    public func auditLog(_ evidence: LogEvidence) async throws -> AuditReport {
        let started = Date()
        let day = today
        return try await translating {
            try await pool.withTransaction(isolation: .repeatableRead, readOnly: true) { sql in
                let sink = CountingSink()
                var run = AuditRun(
                    snapshot: SharedSnapshot(sql), sink: sink, manifest: GuardManifest(postgres: 0, guards: []),
                    day: day, log: evidence)
                let checks = AuditCheck.log + [.logNode, .checkpoint]
                try await run.make(checks, AuditExtent(kind: .full, cause: .asked), losses: [])
                let found = await sink.counts
                var totals = AuditReport.Totals()
                totals.errors = found.values.reduce(0, +)
                return AuditReport(
                    id: UUID(), kind: .full, cause: .asked, asOf: day, startedAt: started, finishedAt: Date(),
                    counts: try await Self.counts(sql),
                    checks: checks.map { .init(name: $0.name, rule: $0.rule, findings: found[$0.name] ?? 0) },
                    totals: totals, totalFindings: totals.errors, findings: await sink.listed(of: checks))
            }
        }
    }

    /// A run that is kept: everything, or what changed since the last one. It is kept whole or not at all; one that was
    /// killed leaves nothing that counts.
    ///
    /// - Parameters:
    ///   - log: what of the transparency log is kept outside the database.
    ///   - writer: the store through which the run is kept; this one only reads.
    ///   - onProgress: told at the beginning, and after each check, how many of how many are done.
    /// - Throws: `StoreError.conflict` where another run is under way.
    public func audit(
        _ request: AuditRequest, guards: GuardManifest, log: LogEvidence = LogEvidence(),
        keepingIn writer: RegistryStore,
        onProgress: @escaping @Sendable (Int, Int) -> Void = { _, _ in }
    ) async throws -> AuditReport {
        let day = request.asOf ?? today
        let started = Date()
        let id = UUID()
        // With another role row-level security would hide what the audit is to find.
        if let mistake = try await sessionMistake() { throw StoreError.unavailable(mistake) }
        try await translating {
            // Before the snapshot: whatever is not in it began later, or is under way now.
            let settled = try await writer.oldestMoment()
            try await pool.withTransaction(isolation: .repeatableRead, readOnly: true, retries: 0) { sql in
                let lock = try await sql.execute("SELECT pg_try_advisory_xact_lock(\(Self.auditLock)) AS held")[0]
                guard try lock.decode("held", as: Bool.self) else {
                    throw StoreError.conflict(.auditUnderWay, entry: nil, claim: nil)
                }
                _ = try await writer.pool.execute("DELETE FROM audit_staged_findings")
                var run = AuditRun(
                    snapshot: snapshot(sql),
                    sink: StagingSink(store: writer, run: id), manifest: guards, day: day, log: log)
                let losses = guards.losses(in: try GuardManifest(try await sql.execute(GuardManifest.reading)))
                let trace = try await run.trace(settled: settled, withSeals: request.full)
                var extent = try await run.extent(
                    full: request.full, base: try await Self.base(sql), trace: trace, guardsStand: losses.isEmpty)
                extent.seals = try await run.seals(of: extent, trace: trace)
                try await run.make(extent, losses: losses, onProgress: onProgress)
                let counts = try await Self.counts(sql)
                try await writer.keep(
                    KeptRun(
                        id: id, day: day, started: started, counts: counts, extent: extent, trace: trace,
                        checks: run.checks, whole: run.whole))
            }
        }
        return try await writer.auditReport(id)
    }

    /// When the oldest transaction under way began, or now; a second earlier, since a server process shows its transaction a
    /// little after it has begun.
    private func oldestMoment() async throws -> Date {
        try await pool.execute(
            "SELECT least(clock_timestamp(), oldest_writer()) - interval '1 second' AS moment"
        )[0].decode("moment")
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

    private static func base(_ sql: PostgresTransaction) async throws -> AuditBase? {
        let state = try await sql.execute(
            "SELECT run_id, program, foundation, buckets, segments, unsettled, seals FROM audit_state")
        guard let row = state.first else { return nil }
        let failed = try await sql.execute(
            "SELECT DISTINCT check_name FROM audit_open_findings WHERE record_kind = \(AuditCheck.failedKind)")
        return AuditBase(
            run: try row.decode("run_id"), program: try row.decode("program"),
            foundation: try row.decode("foundation"), buckets: try row.decode("buckets"),
            segments: try row.decode("segments"), unsettled: try row.decode("unsettled"),
            seals: try row.decodeIfPresent("seals"),
            failed: Set(try failed.map { try $0.decode("check_name") }))
    }
}
