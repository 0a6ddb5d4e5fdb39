import Foundation
import PostgresClient
import RegistryDomain

/// Where a list of employers, the furthest behind first, goes on.
private struct UnfinishedKey: Codable {
    var unfinished: Int
    var id: UUID
}

extension RegistryStore {
    /// When completion was last counted; nil before the first time.
    public func completionCount() async throws -> CompletionCount? {
        let rows = try await translating {
            try await pool.execute(
                "SELECT as_of, counted_at, extract(epoch FROM took)::float8 AS took FROM completion_counts")
        }
        return try rows.first.map { row in
            CompletionCount(
                asOf: try row.decode("as_of"), countedAt: try row.decode("counted_at"),
                took: .seconds(try row.decode("took", as: Double.self)))
        }
    }

    /// Completion of a subject year at the end of each month, by area, level and kind; a county officer sees the county's.
    public func completion(of year: Int, as caller: Caller) async throws -> [CompletionRow] {
        let area = try await completionArea(nil, caller)
        let rows = try await pipeline(
            as: caller,
            [
                AccessLine(.readBulletin, reason: "\(year)").statement(by: caller),
                """
                SELECT day, area, level, kind, complete, unfinished, excused FROM completion_months
                WHERE year = \(Int32(year)) AND (\(area?.description)::text IS NULL OR area = \(area?.description))
                ORDER BY day, area, level, kind
                """,
            ])[1]
        return try rows.map { row in
            CompletionRow(
                day: try row.decode("day"), area: try row.authority("area"), level: try row.word("level"),
                kind: try row.word("kind"), figures: try row.completionFigures())
        }
    }

    /// Employers with somebody who has not finished, the most first.
    ///
    /// - Throws: `StoreError.forbidden` where a county officer asks for another county.
    public func employersBehind(_ filter: CompletionFilter, cursor: String?, limit: Int? = nil, as caller: Caller)
        async throws -> Page<EmployerCompletion>
    {
        let area = try await completionArea(filter.area, caller)
        let after = try Cursor.decode(cursor, as: UnfinishedKey.self)
        let size = Cursor.limit(limit)
        let rows = try await pipeline(
            as: caller,
            [
                """
                SELECT c.employer_id, o.name, o.credit_code, c.area, c.level, c.kind, c.complete, c.unfinished, c.excused
                FROM completion_employers c JOIN employers o ON o.id = c.employer_id
                WHERE c.year = \(Int32(filter.year)) AND c.unfinished > 0
                  AND (\(area?.description)::text IS NULL OR c.area = \(area?.description))
                  AND (\(filter.level?.rawValue)::text IS NULL OR c.level = \(filter.level?.rawValue))
                  AND (\(filter.kind?.rawValue)::text IS NULL OR c.kind = \(filter.kind?.rawValue))
                  AND (\(after?.id)::uuid IS NULL
                       OR (-c.unfinished, c.employer_id) > (\(-Int64(after?.unfinished ?? 0)), \(after?.id)))
                ORDER BY c.unfinished DESC, c.employer_id LIMIT \(Int64(size + 1))
                """
            ])[0]
        let items = try rows.prefix(size).map { row in
            EmployerCompletion(
                id: try row.decode("employer_id"), name: try row.decode("name"),
                creditCode: try row.decode("credit_code"), area: try row.authority("area"),
                level: try row.word("level"), kind: try row.word("kind"), figures: try row.completionFigures())
        }
        let next =
            rows.count > size
            ? try items.last.map { try Cursor.encode(UnfinishedKey(unfinished: $0.figures.unfinished, id: $0.id)) }
            : nil
        return Page(items: items, nextCursor: next)
    }

    /// What the caller may see of what is asked for; nil for everything.
    private func completionArea(_ asked: Authority?, _ caller: Caller) async throws -> Authority? {
        guard try await permit(.readBulletin, caller) != .all else { return asked }
        guard let own = caller.authority, asked == nil || asked == own else {
            try await recordRefusal(.readBulletin, reason: .outsideJurisdiction, caller: caller)
            throw StoreError.forbidden(.outsideJurisdiction)
        }
        return own
    }
}

extension Row {
    fileprivate func completionFigures() throws -> CompletionFigures {
        CompletionFigures(
            complete: try decode("complete"), unfinished: try decode("unfinished"), excused: try decode("excused"))
    }
}
