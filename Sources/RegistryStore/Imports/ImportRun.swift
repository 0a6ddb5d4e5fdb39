import Foundation
import PostgresClient
import RegistryDomain

extension RegistryStore {
    /// Runs a job that `createImportJob` made: rows go into a staging table by COPY, and from there by set-based statements
    /// to where they belong, all in one transaction with the job's own end. An import of the same kind waits for the
    /// other.
    ///
    /// - Parameter feed: writes every row of the file; called again from the start where the work has to be done again.
    ///   What it throws ends the import with nothing stored.
    public func runImport(
        _ job: ImportJobRecord, as caller: Caller, _ feed: @Sendable (StagingWriter) async throws -> Void
    ) async throws {
        guard let kind = ImportKind(rawValue: job.kind) else { throw StoreError.notFound(.recordUnknown) }
        let scope = try await permit(kind.right, caller, record: job.id)
        try await read(as: caller) { transaction in
            let work = ImportWork(
                transaction: transaction, job: job.id, area: scope == .all ? nil : caller.authority?.description,
                document: "\(job.fileName ?? "import") (\(job.id.uuidString.lowercased()))")
            _ = try await work.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(\(job.id.uuidString.lowercased()), 0))")
            // By a connection that nobody can hold: as many imports as there are connections would wait for each other.
            _ = try await self.pool.shared.execute(
                "UPDATE import_jobs SET state = 'running', started_at = now(), problem = NULL, first_findings = NULL, finished_at = NULL WHERE id = \(job.id)"
            )
            _ = try await work.pipeline(StagingTable.creation(for: kind))
            try await transaction.sql.copyIn(StagingTable.copy(for: kind)) { writer in
                try await feed(StagingWriter(writer: writer, kind: kind))
            }
            try await work.finish(kind, job)
        }
    }
}

extension ImportWork {
    /// How often the register may have moved between sorting and applying.
    static let attempts = 5

    fileprivate func finish(_ kind: ImportKind, _ job: ImportJobRecord) async throws {
        _ = try await pipeline([
            "ANALYZE import_staged", "SELECT pg_advisory_xact_lock(hashtext('import'), hashtext(\(kind.rawValue)))",
        ])
        let plan = kind.plan
        let isStored = try await carryOut(plan, job)
        let counts = try await counts()
        let problem = isStored ? nil : JSONB(text: try RegistryJSON.string(Reason.nothingStored))
        _ = try await pipeline([
            try ImportSQL.findings(of: self.job, type(of: plan).reasons),
            """
            UPDATE import_jobs SET state = 'done', rows_read = \(Int64(counts.read)),
                rows_new = \(Int64(isStored ? counts.new : 0)), rows_changed = \(Int64(isStored ? counts.changed : 0)),
                rows_unchanged = \(Int64(counts.unchanged)), rows_rejected = \(Int64(counts.rejected)),
                claims_opened = \(Int64(isStored ? counts.claimsOpened : 0)), problem = \(problem), first_findings = NULL,
                finished_at = now()
            WHERE id = \(self.job)
            """,
            AccessLine(kind.right, record: self.job).statement(by: caller),
        ])
    }

    /// Sorts and applies; where somebody else recorded the same meanwhile, sorts again with that in view.
    ///
    /// - Returns: false where rejected rows keep everything out.
    private func carryOut(_ plan: any ImportPlan, _ job: ImportJobRecord) async throws -> Bool {
        var attempt = 1
        while true {
            _ = try await execute("SAVEPOINT staged")
            do {
                try await plan.sort(self)
                _ = try await execute("ANALYZE import_rows")
                let rejected = try await counts().rejected
                if job.allOrNothing, rejected > 0 { return false }
                _ = try await execute("SAVEPOINT sorted")
                let overtaken = try await plan.apply(self)
                if job.dryRun {
                    _ = try await execute("ROLLBACK TO SAVEPOINT sorted")
                    _ = try await execute(
                        "UPDATE import_rows SET claim_id = NULL, note = 'claimOpen' WHERE row = ANY (\(overtaken))")
                }
                return true
            } catch let error as PostgresError where error.meansTheRegisterMoved && attempt < Self.attempts {
                attempt += 1
                _ = try await execute("ROLLBACK TO SAVEPOINT staged")
            }
        }
    }

    private func counts() async throws -> ImportCounts {
        var counts = ImportCounts()
        guard let row = try await execute(ImportSQL.counts).first else { return counts }
        counts.read = try row.decode("read")
        counts.new = try row.decode("new")
        counts.changed = try row.decode("changed")
        counts.unchanged = try row.decode("unchanged")
        counts.rejected = try row.decode("rejected")
        counts.claimsOpened = try row.decode("claims_opened")
        return counts
    }
}

extension PostgresError {
    fileprivate var meansTheRegisterMoved: Bool {
        [.uniqueViolation, .exclusionViolation, .deadlockDetected, .serializationFailure].contains(sqlState)
    }
}
