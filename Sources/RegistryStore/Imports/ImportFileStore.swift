import Foundation
import PostgresClient
import RegistryDomain

extension RegistryStore {
    /// How long an uploaded file is kept: it holds ID numbers.
    static let importFileDays = 7

    /// One part of a job's file, in the order of parts from 0 on.
    public func keepImportFile(job: UUID, part: Int, _ bytes: [UInt8]) async throws {
        _ = try await translating {
            try await pool.pipeline([
                "INSERT INTO import_file_parts (job_id, part, content) VALUES (\(job), \(Int32(part)), \(bytes))",
                """
                DELETE FROM import_file_parts
                WHERE recorded_at < now() - make_interval(days => \(Int32(Self.importFileDays))) AND \(part == 0)
                """,
            ])
        }
    }

    /// The file of a job that the caller may read, part by part.
    ///
    /// - Returns: false where it is not kept, or no longer.
    public func importFile(job: UUID, as caller: Caller, _ write: ([UInt8]) async throws -> Void) async throws -> Bool {
        _ = try await importJob(id: job, findings: 0, as: caller)
        var part: Int32 = 0
        while true {
            let rows = try await translating {
                try await pool.execute(
                    "SELECT content FROM import_file_parts WHERE job_id = \(job) AND part = \(part)")
            }
            guard let row = rows.first else { return part > 0 }
            try await write(try row.decode("content", as: [UInt8].self))
            part += 1
        }
    }

    /// Every finding of a job that the caller may read, in the order of rows, some thousands at a time.
    public func eachImportFinding(job: UUID, as caller: Caller, _ body: (ImportFinding) throws -> Void) async throws {
        _ = try await importJob(id: job, findings: 0, as: caller)
        var after: Int64 = 0
        while true {
            let rows = try await pipeline(
                as: caller, [ImportJobQuery.findings(of: job, after: after, limit: 5000)])[0]
            for row in rows { try body(try ImportJobQuery.finding(row)) }
            guard let last = try rows.last?.decode("id", as: Int64.self), rows.count == 5000 else { return }
            after = last
        }
    }

    /// The caller's own jobs, newest first; everybody's for whoever reads all.
    public func importJobs(limit: Int = 20, as caller: Caller) async throws -> [ImportJobRecord] {
        let scope = try await permit(.readImport, caller)
        let user = scope == .all ? nil : caller.userId
        let rows = try await pipeline(
            as: caller,
            [
                """
                \(unescaped: ImportJobQuery.columns)
                WHERE \(user)::uuid IS NULL OR j.submitted_by = \(user) ORDER BY j.recorded_at DESC, j.id LIMIT \(Int64(limit))
                """
            ])[0]
        return try rows.map { try ImportJobQuery.record($0, findings: []) }
    }
}
