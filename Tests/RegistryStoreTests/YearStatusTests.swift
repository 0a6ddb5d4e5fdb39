import Foundation
import PostgresClient
import RegistryDomain
import RegistryJobs
import Testing

@testable import RegistryStore

@Suite("The set-based twin of the eligibility rules")
struct YearStatusTests {
    private static let days = [
        "2017-05-31", "2017-10-15", "2018-01-01", "2018-04-20", "2018-12-31", "2019-01-01", "2026-01-01",
    ]

    @Test("Eligibility by Swift equals eligibility by SQL, for everybody, on every kind of day")
    func swiftEqualsSQL() async throws {
        try await StoreTestDatabase.with { database in
            let store = try await database.store(.owner)
            _ = try await DemoLoader(store: store).load(learners: 600, seed: 20_170_613)
            try await disturb(store)
            let policies = try await store.policies()
            let histories = try await histories(store)
            #expect(histories.count > 500)
            for text in Self.days {
                let day = try #require(Day(text))
                let rows = try await store.pool.execute(Statement(YearStatusQuery.sql, [Parameter(day)]))
                var bySQL: [UUID: [Int: String]] = [:]
                for row in rows {
                    bySQL[try row.decode("person"), default: [:]][Int(try row.decode("year", as: Int32.self))] =
                        try row.decode("status")
                }
                #expect(bySQL.count == histories.count)
                for (person, history) in histories {
                    let years = Eligibility.years(of: history, under: policies, asOf: day)
                    let bySwift = Dictionary(uniqueKeysWithValues: years.map { ($0.year, $0.status.rawValue) })
                    #expect(bySQL[person] == bySwift, "\(person) on \(text)")
                }
            }
            await store.close()
        }
    }

    @Test(
        "The shares of the persons together are everybody, once, also where a record and what it was merged with lie in two"
    )
    func sharesAreTheWhole() async throws {
        try await StoreTestDatabase.with { database in
            let store = try await database.store(.owner)
            _ = try await DemoLoader(store: store).load(learners: 600, seed: 20_170_613)
            try await disturb(store)
            let shares = PersonShare.equal(61)
            let apart = try await store.pool.execute(
                "SELECT id, merged_into FROM learners WHERE merged_into IS NOT NULL"
            )
            .filter { row in
                let (id, kept) = (try row.decode("id", as: UUID.self), try row.decode("merged_into", as: UUID.self))
                return shares.first { $0.last >= id }?.first != shares.first { $0.last >= kept }?.first
            }
            #expect(!apart.isEmpty)
            let day = Parameter(try #require(Day("2018-12-31")))
            for (tables, known) in [
                ("", []), ("WITH \(KnownTables.sql(before: "$4::timestamptz")) ", [Parameter(Date.now)]),
            ] {
                func answers(_ share: PersonShare) async throws -> [String] {
                    let sql = YearStatusQuery.sql(on: "$1", among: { "\($0) BETWEEN $2 AND $3" })
                    return try await store.pool.execute(
                        Statement(
                            "\(tables)SELECT q::text AS answer FROM (\(sql)) q",
                            [day, Parameter(share.first), Parameter(share.last)] + known)
                    ).map { try $0.decode("answer", as: String.self) }
                }
                let whole = try await answers(PersonShare.equal(1)[0])
                var parts: [String] = []
                for share in shares { parts += try await answers(share) }
                #expect(whole.count > 1000)
                #expect(parts.sorted() == whole.sorted())
            }
            await store.close()
        }
    }

    @Test(
        "A post that began at no day, or ends before it begins, stops no count", arguments: ["-infinity", "2018-12-01"])
    func spoiltPosts(from: String) async throws {
        try await StoreTestDatabase.with { database in
            let store = try await database.store(.owner)
            _ = try await DemoLoader(store: store).load(learners: 100, seed: 20_170_613)
            for sql in [
                "ALTER TABLE employments DROP CONSTRAINT one_employer_at_a_time",
                "ALTER TABLE employments DROP CONSTRAINT employment_ends_after_it_starts",
                "UPDATE employments SET employed_from = '\(from)', employed_until = '2017-03-01' WHERE learner_id = (SELECT min(id::text)::uuid FROM learners)",
            ] { try await store.pool.execute(Statement(sql, [])) }
            for text in Self.days {
                let rows = try await store.pool.execute(
                    Statement(YearStatusQuery.sql, [Parameter(try #require(Day(text)))]))
                #expect(rows.count == 200)
            }
            await store.close()
        }
    }

    /// What the demo has little of: leavers who come back, revoked excuses, merged persons, reversals, partial hours.
    private func disturb(_ store: RegistryStore) async throws {
        for sql in [
            """
            INSERT INTO employments (learner_id, employer_id, employed_from)
            SELECT e.learner_id, e.employer_id, '2018-09-01' FROM employments e WHERE e.employed_until IS NOT NULL
            AND NOT EXISTS (SELECT FROM employments o WHERE o.learner_id = e.learner_id AND o.employed_until IS NULL)
            """,
            """
            INSERT INTO excuse_revocations (excuse_id, reason, revoked_on, recorded_by)
            SELECT id, '撤回', '2018-12-15', recorded_by FROM excuses ORDER BY id LIMIT 3
            """,
            """
            INSERT INTO reversals (entry_id, reason, reversed_by, reversed_on, recorded_by)
            SELECT id, '更正', recognized_by, recognized_on + 90, recorded_by FROM register_entries
            WHERE id NOT IN (SELECT entry_id FROM reversals) ORDER BY id LIMIT 40
            """,
        ] { try await store.pool.execute(Statement(sql, [])) }
        let pairs = try await store.pool.execute(
            """
            SELECT a.id AS kept, b.id AS merged FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM learners) a
            JOIN (SELECT id, row_number() OVER (ORDER BY id) AS n FROM learners) b ON b.n = a.n + 1 AND a.n % 20 = 1
            """)
        for row in pairs {
            let kept = try row.decode("kept", as: UUID.self)
            let merged = try row.decode("merged", as: UUID.self)
            // Two records that sat in one session, or hold one paper, cannot be merged; they stay apart here.
            _ = try? await store.pool.pipeline([
                "UPDATE learners SET merged_into = \(kept) WHERE id = \(merged)",
                "SELECT settle_merge(\([kept, merged]))",
            ])
        }
    }

    private func histories(_ store: RegistryStore) async throws -> [UUID: LearnerHistory] {
        var histories: [UUID: LearnerHistory] = [:]
        for row in try await store.pool.execute("SELECT id FROM learners WHERE merged_into IS NULL") {
            let id = try row.decode("id", as: UUID.self)
            let rows = try await store.pool.execute(HistoryQuery(learner: id).statement)
            histories[id] = try HistoryQuery.history(from: rows)
        }
        return histories
    }
}
