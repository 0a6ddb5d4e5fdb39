import Foundation
import RegistryDomain
import Testing

@Suite("A notice is data, and broken data is told")
struct PolicyTests {
    @Test("The notice of 2017 has nothing to complain of")
    func sound() throws { #expect(try Fixtures.policy().validate() == []) }

    @Test("Every rule of DOMAIN.md is in the domain, in the policy, and in a test")
    func everyRule() throws {
        let policy = try Fixtures.policy()
        let folder = Fixtures.root.appendingPathComponent("Tests")
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)!.compactMap {
            $0 as? URL
        }
        let tests = files.filter { ["swift", "py", "yaml"].contains($0.pathExtension) }
            .compactMap { try? String(contentsOf: $0, encoding: .utf8) }.joined()
        #expect(RuleID.all.count == 43)
        for rule in RuleID.all {
            #expect(policy.rules.contains { $0.id == rule }, "\(rule.rawValue) in the policy")
            #expect(
                tests.range(of: "\\b\(rule.rawValue)\\b", options: .regularExpression) != nil,
                "\(rule.rawValue) in a test")
        }
    }

    @Test(
        "What the notice says of money, time and topics is there (S2, S3, O4, P1, P2, F3, R4, V1, A1, A2, P3, P4, P5)")
    func numbers() throws {
        let policy = try Fixtures.policy()
        #expect(policy.subjectYears.map(\.requiredHours).reduce(0, +) == 60)
        #expect(policy.subjectYears.map(\.onlineFeeInFen).reduce(0, +) == 15_000)
        #expect(policy.electiveTopics.topics.count == 12 && policy.electiveTopics.open)
        #expect(policy.test.durationMinutes == 120 && policy.test.mayBeRetaken)
        #expect(policy.subjectYears.map(\.trainingPlanDueOn.description) == ["2017-06-30", "2018-06-30"])
        #expect(policy.authorities.count == 10)
    }

    @Test("Each mistake is named with its place")
    func mistakes() throws {
        let spoilers: [(String, (inout Policy) -> Void)] = [
            ("subjectYears[0].online", { p in p.subjectYears[0].online.electiveHours = 25 }),
            ("subjectYears[1].year", { p in p.subjectYears[1].year = 2017 }),
            ("subjectYears[0].dueOn", { p in p.subjectYears[0].dueOn = Day("2017-10-01")! }),
            ("subjectYears[0].onlineWindow", { p in p.subjectYears[0].onlineWindow.until = Day("2016-01-01")! }),
            ("subjectYears[0].onlineFeeInFen", { p in p.subjectYears[0].onlineFeeInFen = 7600 }),
            ("routes", { p in p.routes.removeFirst() }),
            ("routes[1]", { p in p.routes[1] = p.routes[0] }),
            ("purposes[0].rule", { p in p.purposes[0].rule = RuleID(rawValue: "E9") }),
            ("purposes[0].documents", { p in p.purposes[0].documents = [] }),
            ("annualAssessment.previousYearUntil", { p in p.annualAssessment.previousYearUntil = "13-31" }),
            ("recordLimits", { p in p.recordLimits.onlineHours = 20 }),
            ("fees.onlineFenPerHour", { p in p.fees.onlineFenPerHour = -1 }),
            ("authorities", { p in p.authorities.removeAll { $0.id == .base } }),
        ]
        for (path, spoil) in spoilers {
            var policy = try Fixtures.policy()
            spoil(&policy)
            #expect(policy.validate().contains { $0.path == path }, "\(path)")
        }
    }

    @Test("An invented notice is lived by without a change of code")
    func invented() throws {
        let policy = try Fixtures.policy("Tests/RegistryDomainTests/Policies/invented.yaml")
        #expect(policy.validate() == [])
        let policies = PolicySet([policy])
        let history = LearnerHistory(employments: [Fixtures.employment(.enterprise, .zone)])
        let evidence = OnlineEvidence(
            recordNumber: "N-1", compulsoryHours: 4, electiveHours: 8, testPassedOn: Fixtures.day("2031-04-10"))
        let request = ClaimRequest(subjectYear: 2031, evidence: .online(evidence))
        let accepted = try ClaimRules.assess(
            request, history: history, policies: policies, today: Fixtures.day("2031-05-01")
        ).get()
        #expect(accepted.routedTo == .base && accepted.hours == 12)
        let answer = Eligibility.answer(
            Purpose(rawValue: "sabbatical"), history: history, policies: policies, asOf: Fixtures.day("2031-07-01"))
        #expect(answer.outcome == .refused && answer.reasons.first?.rule == .E3)
    }
}
