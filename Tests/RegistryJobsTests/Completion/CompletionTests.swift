import Foundation
import PostgresClient
import RegistryDomain
import Testing

@testable import RegistryStore

@Suite(.serialized, .enabled(if: TestRegistry.isAvailable))
struct CompletionTests {
    private struct Group: Hashable {
        var day: Day?
        var employer: UUID?
        var year: Int32
        var area: String
        var level: String
        var kind: String
    }

    private static let days = [
        "2016-12-31", "2017-01-31", "2017-06-30", "2017-11-30", "2017-12-31", "2018-01-01", "2018-07-31", "2018-12-31",
        "2019-01-01", "2019-09-30", "2020-01-31",
    ]

    /// What `YearStatusQuery` says of one day, by group or by employer.
    private static func counted(
        on day: Day, byEmployer: Bool, _ sql: PostgresConnection
    ) async throws -> [Group: CompletionFigures] {
        let employer = byEmployer ? "o.id" : "NULL::uuid"
        let rows = try await sql.execute(
            Statement(
                """
                SELECT s.year, \(employer) AS employer_id, o.area, o.level, o.kind,
                       count(*) FILTER (WHERE s.status = 'complete') AS complete,
                       count(*) FILTER (WHERE s.status IN ('inProgress', 'incomplete')) AS unfinished,
                       count(*) FILTER (WHERE s.status = 'excused') AS excused
                FROM (\(YearStatusQuery.sql)) s JOIN employers o ON o.id = s.employer_id WHERE s.status <> 'notOwed'
                GROUP BY 1, 2, 3, 4, 5
                """, [Parameter(day)]))
        return try figures(rows) { byEmployer ? nil : day }
    }

    private static func figures(_ rows: some Sequence<Row>, day: () throws -> Day?) throws -> [Group: CompletionFigures]
    {
        var figures: [Group: CompletionFigures] = [:]
        for row in rows {
            let group = Group(
                day: try day(), employer: try row.decodeIfPresent("employer_id"), year: try row.decode("year"),
                area: try row.decode("area"), level: try row.decode("level"), kind: try row.decode("kind"))
            figures[group] = CompletionFigures(
                complete: try row.decode("complete"), unfinished: try row.decode("unfinished"),
                excused: try row.decode("excused"))
        }
        return figures
    }

    @Test(arguments: [11, 12, 13] as [UInt64])
    func `a count of many days is what a count of each day says`(seed: UInt64) async throws {
        try await TestRegistry.with { registry in
            let generated = GeneratedHistories(
                count: 400, seed: seed, employers: try await TestEmployers.one(ofEach: registry.admin))
            try await generated.insert(registry.admin)
            let days = try Self.days.map { try #require(Day($0)) }
            let rows = try await registry.admin.execute(Statement(CompletionQuery.sql, [Parameter(days)]))
            var found: [Group: CompletionFigures] = [:]
            for row in rows {
                let day = try row.decodeIfPresent("day", as: Day.self)
                found.merge(try Self.figures([row]) { day }) { _, last in last }
            }
            var expected = try await Self.counted(on: try #require(days.last), byEmployer: true, registry.admin)
            for day in days {
                expected.merge(try await Self.counted(on: day, byEmployer: false, registry.admin)) { _, last in last }
            }
            #expect(found == expected)
            #expect(expected.values.contains { $0.excused > 0 } && expected.values.contains { $0.complete > 0 })
        }
    }

    @Test func `the days end with today and hold the end of each month since study could begin`() async throws {
        try await TestRegistry.with { registry in
            let policies = try await registry.store.policies()
            let first = try #require(policies.subjectYears.map(\.onlineWindow.from).min())
            let today = try #require(Day(year: first.year + 1, month: 3, day: 31))
            let days = CompletionDays.days(policies, until: today)
            #expect(days == days.sorted() && days.last == today && Set(days).count == days.count)
            #expect(days.allSatisfy { $0.adding(days: 1).day == 1 && $0 >= first })
            #expect(days.count == 12 + 3 - first.month + 1)
            let late = CompletionDays.days(policies, until: try #require(Day(year: first.year + 20, month: 1, day: 1)))
            #expect(late.count == CompletionDays.mostMonths + 1)
        }
    }

    @Test func `counting is worth it again after twenty times what it took, and on another day`() throws {
        let day = try #require(Day("2019-01-10"))
        let then = Date(timeIntervalSince1970: 1_547_080_000)
        let count = CompletionCount(asOf: day, countedAt: then, took: .milliseconds(500))
        #expect(!count.isStale(at: then.addingTimeInterval(9), on: day))
        #expect(count.isStale(at: then.addingTimeInterval(11), on: day))
        #expect(count.isStale(at: then, on: day.adding(days: 1)))
    }
}
