import Foundation
import PostgresClient
import RegistryDomain
import RegistryJobs
import RegistryStore
import Testing

extension ImportTests {
    static let completionHeader =
        "培训档案编号,身份证号,年度,必修学时,选修学时,必修完成日期,选修开始日期,测试通过日期\n"

    static func completion(
        _ record: String, _ person: Int, year: Int = 2017, _ compulsory: Int = 10, _ elective: Int = 20,
        finished: String = "2017-08-01", started: String = "2017-08-02", passed: String = "2017-11-03"
    ) -> String {
        "\(record),\(TestNumber.person(person)),\(year),\(compulsory),\(elective),\(finished),\(started),\(passed)\n"
    }

    @Suite struct Completions {
        private func prepared(_ body: (TestRegistry) async throws -> Void) async throws {
            try await TestRegistry.with { registry in
                try await registry.take(.employers, ImportTests.employers)
                try await registry.take(.learners, ImportTests.people)
                try await body(registry)
            }
        }

        @Test func `each record that may be claimed becomes a claim before its authority`() async throws {
            try await prepared { registry in
                let file =
                    ImportTests.completionHeader + ImportTests.completion("P1", 101) + ImportTests.completion("P2", 102)
                    + ImportTests.completion("P3", 103) + ImportTests.completion("P4", 104)
                let job = try await registry.take(.completions, file)
                #expect(job.counts == [4, 0, 0, 0])
                #expect(job.claimsOpened == 3)
                #expect(job.codes == ["faceToFaceExpected"])
                #expect(job.findings.first?.row == 3)
                let claims = try await registry.store.claims(ClaimFilter(), as: registry.caller("city")).items
                let zone = try #require(claims.first)
                #expect(claims.count == 1)
                #expect(zone.routedTo == .city)
                #expect(zone.assumptions == [.Q5])
                let county = try await registry.store.claims(ClaimFilter(), as: registry.caller("hanyuan")).items
                #expect(county.map(\.rules) == [[.R2]])
                let claim = try await registry.store.claim(
                    id: try #require(county.first).id, as: registry.caller("hanyuan"))
                #expect(claim.hours == 30)
                #expect(claim.history?.map(\.event) == ["submit"])
                guard case .online(let evidence) = claim.evidence else { throw CancellationError() }
                #expect(evidence.recordNumber == "P1")
                #expect(evidence.testPassedOn == Day("2017-11-03"))

                let again = try await registry.take(.completions, file)
                #expect(again.counts == [0, 0, 4, 0])
                #expect(again.claimsOpened == 0)
                #expect(try await registry.count(of: "claims") == 3)

                let decided = try await registry.store.decide(
                    claims: [claim.id], DecisionRequest(decision: .recognize), as: registry.caller("hanyuan"))
                #expect(decided.map(\.status) == [201])
                #expect(try await registry.take(.completions, file).counts == [0, 0, 4, 0])
                let another = try await registry.take(
                    .completions, ImportTests.completionHeader + ImportTests.completion("P9", 101))
                #expect(another.codes == ["yearComplete"])
                #expect(another.counts == [1, 0, 0, 0])
                #expect(another.claimsOpened == 0)
            }
        }

        @Test func `a record that breaks a rule is rejected by that rule, and nothing of it is stored`() async throws {
            try await prepared { registry in
                let job = try await registry.take(
                    .completions,
                    ImportTests.completionHeader
                        + ImportTests.completion("A", 101, 10, 18) + ImportTests.completion("B", 101, 8, 22)
                        + ImportTests.completion("C", 101, passed: "")
                        + ImportTests.completion("D", 101, finished: "2017-08-05", started: "2017-08-01")
                        + ImportTests.completion("E", 101, finished: "2017-05-01")
                        + ImportTests.completion("F", 101, passed: "2018-03-02")
                        + ImportTests.completion("G", 101, year: 2016)
                        + ImportTests.completion("H", 101, -1, 1_000_000_000)
                        + ImportTests.completion("I", 777)
                        + ImportTests.completion("J", 101, finished: "2018-02-31"))
                #expect(job.counts == [0, 0, 0, 10])
                let rules = Dictionary(grouping: job.findings, by: { $0.row ?? 0 }).mapValues {
                    Set($0.map { $0.rule?.rawValue ?? "-" })
                }
                #expect(rules[2] == ["O1"])
                #expect(rules[3] == ["O1"])
                #expect(rules[4] == ["O1"])
                #expect(rules[5] == ["O2"])
                #expect(rules[6] == ["O3"])
                #expect(rules[7] == ["Q11"])
                #expect(rules[8] == ["S1"])
                #expect(rules[9] == ["Q9"])
                #expect(job.findings.first { $0.row == 10 }?.code == "learnerUnknown")
                #expect(job.findings.first { $0.row == 11 }?.code == "notADay")
                #expect(job.findings.allSatisfy { $0.message.zh.isEmpty == false && $0.message.en.isEmpty == false })
                #expect(try await registry.count(of: "completion_records") == 0)
                #expect(try await registry.count(of: "claims") == 0)
            }
        }

        @Test func `a record number belongs to one person and says one thing`() async throws {
            try await prepared { registry in
                try await registry.take(.completions, ImportTests.completionHeader + ImportTests.completion("P4", 104))
                let job = try await registry.take(
                    .completions,
                    ImportTests.completionHeader + ImportTests.completion("P4", 103)
                        + ImportTests.completion("P4", 104, 11, 20)
                        + ImportTests.completion("P5", 103) + ImportTests.completion("P5", 101)
                        + ImportTests.completion("P6", 103, year: 2017))
                #expect(job.codes == ["recordOfAnother", "evidenceDiffers", "duplicateInFile", "claimOpen"])
                #expect(job.counts == [2, 0, 0, 3])
                #expect(job.claimsOpened == 1)
                // Another county's officer is told so without seeing whose it is.
                let hidden = try await registry.take(
                    .completions, ImportTests.completionHeader + ImportTests.completion("P4", 101), as: "hanyuan")
                #expect(hidden.codes == ["recordOfAnother"])
                let outside = try await registry.take(
                    .completions, ImportTests.completionHeader + ImportTests.completion("P8", 104), as: "hanyuan")
                #expect(outside.codes == ["outsideJurisdiction"])
            }
        }

        @Test func `an imported record and a claim handed in are judged alike`() async throws {
            let evidence = [(10, 20), (9, 20), (10, 19), (12, 30), (0, 0), (10, 20)]
            let passed = ["2017-06-01", "2017-05-31", "2018-02-28", "2018-03-02", nil]
            try await prepared { registry in
                let city = try await registry.caller("city")
                var serial = 0
                for (compulsory, elective) in evidence {
                    for day in passed {
                        serial += 1
                        let person = serial % 2 == 0 ? 103 : 101
                        let row = ImportTests.completion(
                            "R\(serial)", person, compulsory, elective, finished: "", started: "", passed: day ?? "")
                        let dry = try await registry.take(
                            .completions, ImportTests.completionHeader + row, options: ImportOptions(dryRun: true))
                        let claim = NewClaim(
                            learnerId: try await registry.learner(TestNumber.person(person)), subjectYear: 2017,
                            evidence: .online(
                                OnlineEvidence(
                                    recordNumber: "R\(serial)", compulsoryHours: compulsory, electiveHours: elective,
                                    testPassedOn: day.flatMap { Day($0) })))
                        do {
                            let submitted = try await registry.store.submitClaim(claim, as: city)
                            #expect(dry.claimsOpened == 1)
                            _ = try await registry.store.withdrawClaim(id: submitted.id, reason: nil, as: city)
                        } catch StoreError.invalid(let reasons) {
                            #expect(dry.claimsOpened == 0)
                            #expect(dry.findings.map(\.code) == reasons.map(\.code))
                            #expect(dry.findings.map(\.rule) == reasons.map(\.rule))
                        }
                    }
                }
                #expect(
                    try await registry.count("SELECT count(*) AS n FROM completion_records WHERE source = 'platform'")
                        == 0)
            }
        }
    }
}
