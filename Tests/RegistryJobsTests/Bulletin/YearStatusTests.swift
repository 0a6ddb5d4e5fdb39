import Foundation
import PostgresClient
import RegistryDomain
import Testing

@testable import RegistryStore

@Suite(.serialized, .enabled(if: TestRegistry.isAvailable))
struct YearStatusTests {
    private struct PersonYear: Hashable {
        var person: UUID
        var year: Int
    }

    private static let days = [
        "2016-12-31", "2017-01-01", "2017-06-15", "2017-12-30", "2017-12-31", "2018-01-01", "2018-07-07", "2018-12-31",
        "2019-01-01",
        "2019-09-30", "2020-01-01",
    ]

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `who owes what is the same by SQL over everybody and by the rules one by one`(seed: UInt64) async throws {
        try await TestRegistry.with { registry in
            let generated = GeneratedHistories(
                count: 400, seed: seed, employers: try await TestEmployers.one(ofEach: registry.admin))
            try await generated.insert(registry.admin)
            let policies = try await registry.store.policies()
            let histories = generated.histories
            var statuses: Set<YearStatus> = []
            for text in Self.days {
                let day = try #require(Day(text))
                let rows = try await registry.admin.execute(Statement(YearStatusQuery.sql, [Parameter(day)]))
                var bySQL: [PersonYear: String] = [:]
                var places: [UUID: UUID?] = [:]
                for row in rows {
                    let person = try row.decode("person", as: UUID.self)
                    let year = Int(try row.decode("year", as: Int32.self))
                    bySQL[PersonYear(person: person, year: year)] = try row.decode("status")
                    places[person] = .some(try row.decodeIfPresent("employer_id"))
                }
                #expect(bySQL.count == rows.count)
                #expect(rows.count == histories.count * policies.subjectYears.count)
                for (person, history) in histories {
                    for answer in Eligibility.years(of: history, under: policies, asOf: day) {
                        statuses.insert(answer.status)
                        let found = bySQL[PersonYear(person: person, year: answer.year)]
                        #expect(found == answer.status.rawValue, "\(text) \(answer.year) \(history)")
                    }
                    let post = history.employment(on: day)
                    // Two records of one person may begin on one day; which of them holds is not said.
                    let rivals = history.employments.filter { $0.from == post?.from }
                    let place = places[person] ?? nil
                    #expect(
                        place == post?.employerId || rivals.contains { $0.employerId == place }, "\(text) \(history)")
                }
            }
            #expect(statuses == Set(YearStatus.allCases), "the generated lives reach every status")
        }
    }

    @Test func `the answer at the counter is the same as the count's`() async throws {
        try await TestRegistry.with(today: "2019-01-01") { registry in
            let generated = GeneratedHistories(
                count: 40, seed: 9, employers: try await TestEmployers.one(ofEach: registry.admin))
            try await generated.insert(registry.admin)
            let city = try await registry.caller("city")
            let day = try #require(Day("2019-01-01"))
            let rows = try await registry.admin.execute(Statement(YearStatusQuery.sql, [Parameter(day)]))
            for row in rows {
                let year = Int(try row.decode("year", as: Int32.self))
                let answer = try await registry.store.eligibility(
                    of: try row.decode("person"), EligibilityQuestion(purpose: .titlePromotion, asOf: day), as: city)
                let status = answer.years.first { $0.year == year }?.status.rawValue
                #expect(try row.decode("status", as: String.self) == status)
            }
        }
    }
}
