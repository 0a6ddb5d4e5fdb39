import Foundation
import PostgresClient
import RegistryDomain
import RegistryJobs
import RegistryStore
import Testing

extension ImportTests {
    static func opening(
        _ person: Int, year: Int = 2017, mode: String = "网络", _ hours: Int = 30, on day: String = "2017-12-20",
        paper: String = "证0001"
    ) -> String {
        "\(TestNumber.person(person)),\(year),\(mode),\(hours),\(day),\(paper)\n"
    }

    static let openingHeader = "身份证号码,年度,学习方式,学时,认定日期,证书编号\n"

    @Suite struct Openings {
        private func prepared(_ body: (TestRegistry) async throws -> Void) async throws {
            try await TestRegistry.with { registry in
                try await registry.take(.employers, ImportTests.employers)
                try await registry.take(.learners, ImportTests.people)
                try await body(registry)
            }
        }

        @Test func `a paper certificate's years stand on the register, entered by the learner's own bureau`()
            async throws
        {
            try await prepared { registry in
                let file =
                    ImportTests.openingHeader + ImportTests.opening(101)
                    + ImportTests.opening(101, year: 2016, 72, on: "2016-12-01")
                    + ImportTests.opening(104)
                let job = try await registry.take(.openings, file, as: "hanyuan")
                #expect(job.counts == [2, 0, 0, 1])
                #expect(job.codes == ["outsideJurisdiction"])
                let learner = try await registry.learner(TestNumber.person(101))
                let entries = try await registry.store.register(of: learner, as: registry.caller("hanyuan"))
                #expect(entries.map(\.subjectYear) == [2016, 2017])
                #expect(
                    entries.allSatisfy {
                        $0.kind == "opening" && $0.recognizedBy == .county("511823") && $0.paperNumber == "证0001"
                    })
                let answer = try await registry.store.eligibility(
                    of: learner, EligibilityQuestion(purpose: .titlePromotion), as: registry.caller("clerk"))
                #expect(answer.years.first { $0.year == 2017 }?.status == .complete)
                #expect(try await registry.take(.openings, file, as: "hanyuan").counts == [0, 0, 2, 1])
                #expect(try await registry.count(of: "register_entries") == 2)
                // The city bureau enters those of its own area (Q10).
                let city = try await registry.take(
                    .openings,
                    ImportTests.openingHeader + ImportTests.opening(102, mode: "面授") + ImportTests.opening(104))
                #expect(city.counts == [1, 0, 0, 1])
            }
        }

        @Test func `what a year needs is filled once, and a reversed line does not come back by itself`() async throws {
            try await prepared { registry in
                let file =
                    ImportTests.openingHeader + ImportTests.opening(101, mode: "faceToFace", 15, paper: "A")
                    + ImportTests.opening(101, mode: "faceToFace", 15, paper: "B")
                    + ImportTests.opening(101, mode: "faceToFace", 10, paper: "C")
                    + ImportTests.opening(101, paper: "D")
                let job = try await registry.take(.openings, file, as: "hanyuan")
                #expect(job.counts == [2, 0, 0, 2])
                #expect(job.codes == ["yearComplete", "yearComplete"])
                let changed = try await registry.take(
                    .openings, ImportTests.openingHeader + ImportTests.opening(101, mode: "faceToFace", 16, paper: "A"),
                    as: "hanyuan")
                #expect(changed.codes == ["paperUsed"])
                let learner = try await registry.learner(TestNumber.person(101))
                let caller = try await registry.caller("hanyuan")
                for entry in try await registry.store.register(of: learner, as: caller) {
                    _ = try await registry.store.reverseEntry(id: entry.id, reason: "录错", as: caller)
                }
                let back = try await registry.take(.openings, file, as: "hanyuan")
                #expect(back.codes == ["openingReversed", "openingReversed"])
                #expect(back.counts == [2, 0, 0, 2])
            }
        }

        @Test func `impossible lines are told, and nobody enters their own`() async throws {
            try await prepared { registry in
                let job = try await registry.take(
                    .openings,
                    ImportTests.openingHeader + ImportTests.opening(101, -1) + ImportTests.opening(101, 1_000_000_000)
                        + ImportTests.opening(101, year: 1900) + ImportTests.opening(101, year: 2019)
                        + ImportTests.opening(101, on: "2018-03-02") + ImportTests.opening(101, on: "2016-12-31")
                        + ImportTests.opening(101, mode: "自学") + ImportTests.opening(101, paper: ""), as: "hanyuan")
                #expect(job.counts == [0, 0, 0, 8])
                #expect(
                    job.findings.map { $0.rule?.rawValue ?? "-" } == ["Q9", "Q9", "Q10", "Q10", "Q11", "Q10", "-", "-"])
                let learner = try await registry.learner(TestNumber.person(101))
                _ = try await registry.admin.execute(
                    "UPDATE users SET learner_id = \(learner) WHERE username = 'hanyuan'")
                let own = try await registry.take(
                    .openings, ImportTests.openingHeader + ImportTests.opening(101), as: "hanyuan")
                #expect(own.codes == ["ownClaim"])
            }
        }
    }
}
