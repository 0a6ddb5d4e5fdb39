import Foundation
import PostgresClient
import RegistryDomain
import Testing

@testable import RegistryJobs
@testable import RegistryStore

/// 通报 as published: once, and the same for ever.
@Suite(.serialized, .enabled(if: TestRegistry.isAvailable))
struct PublicationTests {
    @Test func `a bulletin made again a year later is the same to the byte, whatever came in since`() async throws {
        try await TestRegistry.with(today: "2018-11-20") { registry in
            var numbers: [String] = []
            func publish() async throws {
                for day in ["2017-12-31", "2018-11-20"] {
                    let number = "雅人社通〔2018〕\(numbers.count + 1)号"
                    numbers.append(number)
                    _ = try await registry.publisher.publish(
                        number: number, asOf: Day(day), as: registry.caller("city"))
                }
            }
            // Reversals, merges and their reversal, units that move, merge and close, another notice: all of it.
            try await LawfulYear(registry).run(publish)
            try await publish()
            #expect(numbers.count == 6)
            let later = try registry.store(on: "2019-11-20")
            let publisher = registry.publisher(later)
            let city = try await registry.caller("city")
            for number in numbers {
                #expect(try await publisher.differences(number, as: city) == [], "\(number)")
            }
            // They were not all the same to begin with.
            let contents = try await registry.texts(
                "SELECT encode(sha256, 'hex') AS t FROM bulletin_forms WHERE form = 'xlsx' ORDER BY number")
            #expect(Set(contents).count == 6)
            let totals = try await registry.texts(
                """
                SELECT (convert_from(content, 'UTF8')::jsonb #>> '{bulletin,years}') AS t FROM bulletin_forms
                WHERE form = 'json' ORDER BY number
                """)
            #expect(Set(totals).count > 3)
            await later.close()
        }
    }

    @Test func `what the register knows now is what it knows of everything recorded so far`() async throws {
        try await TestRegistry.with(today: "2018-11-20") { registry in
            try await LawfulYear(registry).run()
            let city = try await registry.caller("city")
            let moment = try await registry.store.settledMoment()
            for day in ["2017-06-30", "2017-12-31", "2018-10-31", "2018-11-20", "2019-01-01"] {
                let now = try await registry.store.bulletin(BulletinQuestion(asOf: Day(day)), as: city)
                let known = try await registry.store.bulletin(
                    BulletinQuestion(asOf: Day(day), knownAt: moment), as: city)
                #expect(now == known, "\(day)")
                #expect(now.years.contains { $0.total.owed > 0 })
            }
        }
    }

    @Test func `a number is published once, by the city bureau, for a day that has come`() async throws {
        try await TestRegistry.with(today: "2018-12-31") { registry in
            try await registry.loadDemo(learners: 100)
            let city = try await registry.caller("officer-city")
            let publication = try await registry.publisher.publish(number: "2018-1", asOf: nil, as: city)
            #expect(publication.sha256.keys.sorted() == ["html", "json", "xlsx"])
            await #expect(throws: StoreError.conflict(.bulletinNumberTaken, entry: nil, claim: nil)) {
                try await registry.publisher.publish(number: "2018-1", asOf: nil, as: city)
            }
            await #expect(throws: StoreError.invalid([.bulletinDayAhead])) {
                try await registry.publisher.publish(number: "2019-1", asOf: Day("2019-01-01"), as: city)
            }
            for user in ["officer-511823", "auditor-demo", "admin-demo"] {
                await #expect(throws: StoreError.forbidden(.roleMayNot)) {
                    try await registry.publisher.publish(number: "2018-2", asOf: nil, as: registry.caller(user))
                }
            }
            for number in ["", " 1", "a/b", "1.pdf", String(repeating: "号", count: 65)] {
                await #expect(throws: StoreError.self, "\(number)") {
                    try await registry.publisher.publish(number: number, asOf: nil, as: city)
                }
            }
            let content = try #require(try await registry.store.bulletinForm("2018-1", .json, as: city))
            let document = try RegistryJSON.decoder().decode(BulletinDocument.self, from: Data(content))
            let live = try await registry.store.bulletin(BulletinQuestion(asOf: nil), as: city)
            #expect(document.bulletin == live)
            for year in live.years {
                #expect(year.employers.reduce(0) { $0 + $1.counts.owed } == year.total.owed)
                #expect(
                    year.employers.filter(\.behind).reduce(0) { $0 + $1.counts.incomplete } == year.total.incomplete)
            }
            await #expect(throws: PDFPrinter.Mistake.self) {
                try await registry.publisher.show("2018-1", .pdf, as: city)
            }
            await #expect(throws: PostgresError.self) {
                try await registry.admin.execute("UPDATE bulletin_forms SET content = ''")
            }
        }
    }

    @Test func `a publication waits for what began before it`() async throws {
        try await TestRegistry.with(today: "2018-12-31") { registry in
            try await registry.loadDemo(learners: 100)
            let city = try await registry.caller("officer-city")
            let other = try await PostgresConnection.connect(ConnectionConfiguration(conninfo: registry.url))
            _ = try await other.execute("BEGIN")
            _ = try await other.execute("SELECT now()")
            async let publication = registry.publisher.publish(number: "2018-1", asOf: nil, as: city)
            try await Task.sleep(for: .milliseconds(700))
            #expect(try await registry.count(of: "bulletin_publications") == 0)
            // It began first: what it records carries a time before the publication's.
            _ = try await other.execute("SET LOCAL session_replication_role = replica")
            _ = try await other.execute(
                "UPDATE employments SET retracted_at = now() WHERE learner_id = (SELECT learner_id FROM employments LIMIT 1)"
            )
            _ = try await other.execute("COMMIT")
            await other.close()
            let published = try await publication
            #expect(try await registry.publisher.differences(published.number, as: city) == [])
        }
    }

    @Test func `the workbook says what the bulletin says`() async throws {
        try await TestRegistry.with(today: "2018-12-31") { registry in
            try await registry.loadDemo(learners: 200)
            let city = try await registry.caller("officer-city")
            _ = try await registry.publisher.publish(number: "2018-1", asOf: nil, as: city)
            let bytes = try await registry.publisher.show("2018-1", .xlsx, as: city)
            let bulletin = try await registry.store.bulletin(BulletinQuestion(asOf: nil), as: city)
            let year = try #require(bulletin.years.first)
            let rows = try await TestFile(Data(bytes)).rows()
            let last = try #require(rows.last)
            #expect(rows.count == year.rows.count + 3)
            #expect(last.fields.contains("\(year.total.owed)") && last.fields.contains(BulletinWords.rate(year.total)))
        }
    }
}
