import Foundation
import PostgresClient
import RegistryDomain
import Testing

@testable import RegistryStore

@Suite(.serialized, .enabled(if: TestRegistry.isAvailable))
struct BulletinTests {
    @Test func `the city sees every area, and a county its own with the same numbers`() async throws {
        try await TestRegistry.with(today: "2019-01-15") { registry in
            try await registry.loadDemo(learners: 400)
            let city = try await registry.caller("officer-city")
            let reader = registry.store(as: .auditor)
            for day in [nil, "2017-12-31", "2018-05-01"].map({ $0.flatMap(Day.init) }) {
                let all = try await registry.store.bulletin(BulletinQuestion(asOf: day), as: city)
                #expect(all.years.map(\.year) == [2017, 2018])
                #expect(
                    try await registry.store.bulletin(BulletinQuestion(asOf: day), as: city, countedBy: reader) == all)
                for year in all.years {
                    let counts = year.rows.map(\.counts)
                    #expect(counts.allSatisfy { $0.owed == $0.complete + $0.inProgress + $0.incomplete + $0.excused })
                    #expect(counts.reduce(0) { $0 + $1.complete } == year.total.complete)
                    #expect(counts.reduce(0) { $0 + $1.owed } == year.total.owed)
                }
                for code in ["511802", "511823", "511827"] {
                    let officer = try await registry.caller("officer-\(code)")
                    let own = try await registry.store.bulletin(BulletinQuestion(asOf: day), as: officer)
                    #expect(
                        try await registry.store.bulletin(BulletinQuestion(asOf: day), as: officer, countedBy: reader)
                            == own)
                    let area = Authority.county(code)
                    for (mine, theirs) in zip(own.years, all.years) {
                        #expect(mine.rows.allSatisfy { $0.area == area && $0.name != nil })
                        #expect(mine.rows.map(\.counts) == theirs.rows.filter { $0.area == area }.map(\.counts))
                    }
                }
            }
            await reader.close()
        }
    }

    @Test func `a learner who moved counts where the learner was on the day`() async throws {
        try await TestRegistry.with(today: "2018-12-29") { registry in
            try await registry.take(.employers, ImportTests.employers)
            try await registry.take(
                .learners,
                ImportTests.learners(["\(TestNumber.person(1)),张丽,女,\(TestNumber.employer(1)),护士,主管护师,2008-07-01"]))
            let learner = try await registry.learner(TestNumber.person(1))
            _ = try await registry.store.addEmployment(
                learner: learner,
                NewEmployment(employerCreditCode: TestNumber.employer(4), from: try #require(Day("2018-04-01"))),
                as: try await registry.caller("hanyuan"))
            func areas(_ day: String, _ user: String) async throws -> [Authority] {
                try await registry.store.bulletin(BulletinQuestion(asOf: Day(day)), as: registry.caller(user)).years[0]
                    .rows.map(\.area)
            }
            #expect(try await areas("2018-03-31", "city") == [.county("511823")])
            #expect(try await areas("2018-04-01", "city") == [.county("511802")])
            // The county that the learner has left counts its past as it was.
            #expect(try await areas("2018-03-31", "hanyuan") == [.county("511823")])
            #expect(try await areas("2018-04-01", "hanyuan") == [])
            #expect(try await areas("2018-04-01", "yucheng") == [.county("511802")])
        }
    }

    @Test func `who has no right to a bulletin gets none, and the attempt is on the access log`() async throws {
        try await TestRegistry.with { registry in
            for user in ["clerk", "admin"] {
                await #expect(throws: StoreError.forbidden(.roleMayNot)) {
                    try await registry.store.bulletin(BulletinQuestion(asOf: nil), as: registry.caller(user))
                }
            }
            #expect(try await registry.count("SELECT count(*) AS n FROM access_log WHERE outcome = 'refused'") == 2)
            _ = try await registry.store.bulletin(BulletinQuestion(asOf: nil), as: registry.caller("city"))
            #expect(
                try await registry.texts(
                    "SELECT role AS t FROM access_log WHERE action = 'readBulletin' AND outcome = 'allowed'")
                    == ["cityOfficer"])
        }
    }
}
