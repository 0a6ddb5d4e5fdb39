import Foundation
import PostgresClient
import RegistryDomain

extension RegistryStore {
    /// Records a job that waits for its turn.
    ///
    /// - Throws: `StoreError.forbidden` where the caller may not import this kind.
    public func createImportJob(
        _ kind: ImportKind, fileName: String?, dryRun: Bool, allOrNothing: Bool, as caller: Caller
    ) async throws -> ImportJobRecord {
        try await permit(kind.right, caller)
        let id = UUID()
        let rows = try await pipeline(
            as: caller,
            [
                """
                INSERT INTO import_jobs (id, kind, state, file_name, dry_run, all_or_nothing, submitted_by)
                VALUES (\(id), \(kind.rawValue), 'queued', \(fileName.map { String($0.prefix(200)) }), \(dryRun),
                        \(allOrNothing), \(caller.userId))
                """,
                "\(unescaped: ImportJobQuery.columns) WHERE j.id = \(id)",
            ])[1]
        guard let row = rows.first else { throw StoreError.notFound(.recordUnknown) }
        return try ImportJobQuery.record(row, findings: [])
    }

    /// The job, with its first findings.
    ///
    /// - Parameter findings: at most so many.
    /// - Throws: `StoreError.notFound`; `.forbidden` for another person's job, unless the caller reads all.
    public func importJob(id: UUID, findings: Int = 100, as caller: Caller) async throws -> ImportJobRecord {
        try await readingJob(id, as: caller) { row in
            let found = try await self.pipeline(
                as: caller, [ImportJobQuery.findings(of: id, after: 0, limit: findings)])[0]
            // While it runs, what has been found so far.
            let soFar: [ImportFinding] = found.isEmpty ? try ImportJobQuery.firstFindings(row) : []
            return try ImportJobQuery.record(
                row, findings: soFar.isEmpty ? found.map(ImportJobQuery.finding) : Array(soFar.prefix(findings)))
        }
    }

    /// Every finding of a job, in the order of rows.
    public func importFindings(
        job id: UUID, cursor: String?, limit: Int?, as caller: Caller
    ) async throws -> Page<ImportFinding> {
        let after = try Cursor.decode(cursor, as: Int64.self) ?? 0
        let size = Cursor.limit(limit)
        return try await readingJob(id, as: caller) { _ in
            let rows = try await self.pipeline(
                as: caller, [ImportJobQuery.findings(of: id, after: after, limit: size + 1)])[0]
            let items = try rows.prefix(size).map(ImportJobQuery.finding)
            let last = try rows.prefix(size).last?.decode("id", as: Int64.self)
            return Page(items: items, nextCursor: rows.count > size ? try last.map { try Cursor.encode($0) } : nil)
        }
    }

    private func readingJob<Value>(
        _ id: UUID, as caller: Caller, _ body: (Row) async throws -> Value
    ) async throws -> Value {
        let scope = try await permit(.readImport, caller, record: id)
        return try await loggingRefusal(.readImport, caller, record: id) {
            let rows = try await pipeline(as: caller, ["\(unescaped: ImportJobQuery.columns) WHERE j.id = \(id)"])[0]
            guard let row = rows.first else { throw StoreError.notFound(.recordUnknown) }
            guard try scope == .all || row.decode("submitted_by", as: UUID.self) == caller.userId else {
                throw StoreError.forbidden(.outsideJurisdiction)
            }
            return try await body(row)
        }
    }

    /// How far the job has come, for whoever watches it.
    ///
    /// - Parameters:
    ///   - rejected: rows that were refused while they were read; what the register refuses comes at the end.
    ///   - findings: the first of what was found so far.
    public func noteImportProgress(job id: UUID, rowsRead: Int, rejected: Int = 0, findings: [ImportFinding] = [])
        async throws
    {
        let soFar = JSONB(text: try RegistryJSON.string(findings))
        // Not by a connection of its own: the import holds one while it notes.
        _ = try await translating {
            try await pool.shared.execute(
                """
                UPDATE import_jobs SET rows_read = \(Int64(rowsRead)), rows_rejected = \(Int64(rejected)), first_findings = \(soFar)
                WHERE id = \(id) AND state = 'running'
                """)
        }
    }

    /// The job ends without having stored anything.
    public func failImport(job id: UUID, _ problem: Reason, rowsRead: Int = 0) async throws {
        let problem = JSONB(text: try RegistryJSON.string(problem))
        _ = try await translating {
            try await pool.execute(
                """
                UPDATE import_jobs SET state = 'failed', problem = \(problem), rows_read = \(Int64(rowsRead)),
                    started_at = coalesce(started_at, now()), finished_at = now()
                WHERE id = \(id) AND state IN ('queued', 'running')
                """)
        }
    }

    /// These jobs wait for their turn in a daemon that lives.
    public func attendImports(_ jobs: [UUID]) async throws {
        guard !jobs.isEmpty else { return }
        _ = try await translating {
            try await pool.execute(
                "UPDATE import_jobs SET attended_at = now() WHERE id = ANY (\(jobs)) AND state = 'queued'")
        }
    }

    /// Jobs that a daemon left unfinished when it ended. A job under way elsewhere holds its lock, one that waits elsewhere
    /// is attended to: both are left alone.
    ///
    /// - Returns: how many there were.
    @discardableResult
    public func failInterruptedImports(unattendedFor limit: Duration) async throws -> Int {
        let seconds = Double(limit.components.seconds)
        let problem = JSONB(text: try RegistryJSON.string(Reason.importInterrupted))
        return try await translating {
            try await pool.execute(
                """
                UPDATE import_jobs SET state = 'failed', problem = \(problem), finished_at = now()
                WHERE (state = 'running' OR (state = 'queued' AND attended_at < now() - make_interval(secs => \(seconds))))
                  AND pg_try_advisory_xact_lock(hashtextextended(id::text, 0))
                """
            ).affectedRows
        }
    }
}

enum ImportJobQuery {
    static let columns = """
        SELECT j.id, j.kind, j.state, j.file_name, j.dry_run, j.all_or_nothing, j.rows_read, j.rows_new, j.rows_changed,
               j.rows_unchanged, j.rows_rejected, j.claims_opened, j.problem, j.submitted_by, j.recorded_at, j.finished_at,
               CASE WHEN j.state = 'running' THEN j.first_findings END AS first_findings
        FROM import_jobs j
        """

    static func findings(of job: UUID, after: Int64, limit: Int) -> Statement {
        """
        SELECT id, row, field, severity, rule, code, found, expected, message FROM import_findings
        WHERE job_id = \(job) AND id > \(after) ORDER BY id LIMIT \(Int64(limit))
        """
    }

    static func firstFindings(_ row: Row) throws -> [ImportFinding] {
        try row.decodeIfPresent("first_findings", as: JSONB.self).map { try RegistryJSON.value($0.text) } ?? []
    }

    static func record(_ row: Row, findings: [ImportFinding]) throws -> ImportJobRecord {
        func count(_ column: String) throws -> Int { Int(try row.decode(column, as: Int64.self)) }
        return ImportJobRecord(
            id: try row.decode("id"), kind: try row.decode("kind"), state: try row.decode("state"),
            fileName: try row.decodeIfPresent("file_name"), dryRun: try row.decode("dry_run"),
            allOrNothing: try row.decode("all_or_nothing"), rowsRead: try count("rows_read"),
            rowsNew: try count("rows_new"),
            rowsChanged: try count("rows_changed"), rowsUnchanged: try count("rows_unchanged"),
            rowsRejected: try count("rows_rejected"), claimsOpened: try count("claims_opened"),
            problem: try row.decodeIfPresent("problem", as: JSONB.self).map { try RegistryJSON.value($0.text) },
            recordedAt: try row.decode("recorded_at"), finishedAt: try row.decodeIfPresent("finished_at"),
            findings: findings)
    }

    static func finding(_ row: Row) throws -> ImportFinding {
        ImportFinding(
            row: try row.decodeIfPresent("row", as: Int64.self).map { Int($0) },
            field: try row.decodeIfPresent("field"),
            severity: try row.word("severity"),
            rule: try row.decodeIfPresent("rule", as: String.self).map { RuleID(rawValue: $0) },
            code: try row.decode("code"), found: try row.decodeIfPresent("found"),
            expected: try row.decodeIfPresent("expected"),
            message: try row.json("message"))
    }
}
