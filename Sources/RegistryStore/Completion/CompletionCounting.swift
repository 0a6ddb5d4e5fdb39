import Foundation
import PostgresClient
import RegistryDomain

extension RegistryStore {
    /// One count at a time, in all daemons.
    private static let completionLock: Int64 = 0x6365_7263_6f75

    /// Counts how far everybody is, as of today and of the end of each month before, and puts it in the place of the
    /// last count. This store reads, with the auditor's eyes: whoever counts sees everybody, and only numbers come out.
    ///
    /// - Parameter writer: the store through which the count is kept.
    /// - Returns: false where another count is under way.
    public func countCompletion(keepingIn writer: RegistryStore) async throws -> Bool {
        let start = ContinuousClock.now
        let day = today
        let days = CompletionDays.days(try await policies(), until: day)
        return try await translating {
            try await pool.withTransaction(isolation: .repeatableRead, readOnly: true, retries: 0) { sql in
                let lock = try await sql.execute("SELECT pg_try_advisory_xact_lock(\(Self.completionLock)) AS held")[0]
                guard try lock.decode("held", as: Bool.self) else { return false }
                // Locked on the primary for all daemons; read where it disturbs the least.
                let counted = try await replica?.read { try await Self.completionRows(days, $0) }
                let rows = if let counted { counted } else { try await Self.completionRows(days, sql) }
                try await writer.keep(rows, asOf: day, since: start)
                return true
            }
        }
    }

    private static func completionRows(_ days: [Day], _ sql: PostgresTransaction) async throws -> QueryResult {
        _ = try await sql.execute("SET LOCAL work_mem = '64MB'")
        return try await sql.execute(Statement(CompletionQuery.sql, [Parameter(days)]))
    }

    private func keep(_ rows: QueryResult, asOf day: Day, since start: ContinuousClock.Instant) async throws {
        var months = CountColumns()
        var units = CountColumns()
        for row in rows {
            if let employer = try row.decodeIfPresent("employer_id", as: UUID.self) {
                try units.add(row)
                units.employers.append(employer)
            } else {
                try months.add(row)
                months.days.append(try row.decode("day"))
            }
        }
        let took = (ContinuousClock.now - start).seconds
        try await translating {
            try await pool.withTransaction(retries: 0) { sql in
                _ = try await sql.pipeline([
                    BulletinCount.looking, "DELETE FROM completion_months", "DELETE FROM completion_employers",
                    """
                    INSERT INTO completion_months (day, year, area, level, kind, complete, unfinished, excused)
                    SELECT * FROM unnest(\(months.days), \(months.years), \(months.areas), \(months.levels), \(months.kinds),
                                         \(months.complete), \(months.unfinished), \(months.excused))
                    """,
                    """
                    INSERT INTO completion_employers (employer_id, year, area, level, kind, complete, unfinished, excused)
                    SELECT * FROM unnest(\(units.employers), \(units.years), \(units.areas), \(units.levels), \(units.kinds),
                                         \(units.complete), \(units.unfinished), \(units.excused))
                    """,
                    """
                    INSERT INTO completion_counts (single, as_of, took) VALUES (true, \(day), make_interval(secs => \(took)))
                    ON CONFLICT (single) DO UPDATE SET as_of = excluded.as_of, counted_at = now(), took = excluded.took
                    """,
                ])
            }
        }
    }
}

/// Rows of a count, column by column.
private struct CountColumns {
    var days: [Day] = []
    var employers: [UUID] = []
    var years: [Int32] = []
    var areas: [String] = []
    var levels: [String] = []
    var kinds: [String] = []
    var complete: [Int64] = []
    var unfinished: [Int64] = []
    var excused: [Int64] = []

    mutating func add(_ row: Row) throws {
        years.append(try row.decode("year"))
        areas.append(try row.decode("area"))
        levels.append(try row.decode("level"))
        kinds.append(try row.decode("kind"))
        complete.append(try row.decode("complete"))
        unfinished.append(try row.decode("unfinished"))
        excused.append(try row.decode("excused"))
    }
}
