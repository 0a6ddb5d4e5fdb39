import Foundation
import PostgresClient
import RegistryDomain

/// What the people of a subject year would be told today under other terms.
public struct PolicyEffect: Codable, Sendable {
    public var year: Int
    /// Learners by status, under the terms in force and under the new ones.
    public var before: [YearStatus: Int]
    public var after: [YearStatus: Int]
}

extension RegistryStore {
    /// Where everybody would stand today if the policy were in force; nothing is changed. Claims are routed by the notice
    /// that was in force when they came in, so those stay what they are.
    public func effects(of policy: Policy, as caller: Caller) async throws -> [PolicyEffect] {
        try await permit(.loadPolicy, caller)
        let years = policy.subjectYears
        let terms = """
            WITH subject_years AS (
                SELECT * FROM unnest($2::int[], $3::int[], $4::date[]) y (year, required_hours, due_on)
            ) SELECT s.year, s.status, count(*) AS persons FROM (\(YearStatusQuery.sql)) s GROUP BY 1, 2
            """
        let results = try await pipeline(
            as: caller,
            [
                BulletinCount.looking,
                Statement(
                    "SELECT s.year, s.status, count(*) AS persons FROM (\(YearStatusQuery.sql)) s GROUP BY 1, 2",
                    [Parameter(today)]),
                Statement(
                    terms,
                    [
                        Parameter(today), Parameter(years.map { Int32($0.year) }),
                        Parameter(years.map { Int32($0.requiredHours) }), Parameter(years.map(\.dueOn)),
                    ]),
            ])
        let before = try Self.statuses(results[1])
        let after = try Self.statuses(results[2])
        return years.map { PolicyEffect(year: $0.year, before: before[$0.year] ?? [:], after: after[$0.year] ?? [:]) }
    }

    private static func statuses(_ rows: QueryResult) throws -> [Int: [YearStatus: Int]] {
        var counts: [Int: [YearStatus: Int]] = [:]
        for row in rows {
            let year = Int(try row.decode("year", as: Int32.self))
            counts[year, default: [:]][try row.word("status")] = try row.decode("persons")
        }
        return counts
    }

    /// As `loadPolicy(_:document:source:by:)`, on the access log under the caller's name.
    public func loadPolicy(_ policy: Policy, document: String, source: String, as caller: Caller) async throws
        -> PolicyReference
    {
        try await permit(.loadPolicy, caller)
        let reference = try await loadPolicy(policy, document: document, source: source, by: caller.personName)
        let line = AccessLine(.loadPolicy, reason: "\(reference.id) v\(reference.version)").statement(by: caller)
        _ = try await translating { try await pool.execute(line) }
        return reference
    }
}
