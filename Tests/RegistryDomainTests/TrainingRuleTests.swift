import Foundation
import RegistryDomain
import Testing

@Suite struct TrainingRuleTests {
    private func policies() throws -> PolicySet { try Fixtures.policies }
    private func day(_ text: String) throws -> Day { try #require(Day(text)) }

    // MARK: Plans

    @Test func `an institution of the city sends a plan, late from the day after the notice's`() throws {
        for (today, isLate) in [("2018-06-30", false), ("2018-07-01", true)] {
            let terms = try TrainingPlanRules.terms(
                of: .city, .publicInstitution, asked: nil, year: 2018, policies: policies(), today: day(today)
            ).get()
            #expect(terms.kind == .plan && terms.isLate == isLate && terms.dueOn == Day("2018-06-30"))
        }
    }

    @Test(arguments: [
        (EmployerLevel.county, EmployerKind.publicInstitution), (.city, .enterprise), (.zone, .nonPublicOrganization),
    ])
    func `everybody else asks for places and is never late`(level: EmployerLevel, kind: EmployerKind) throws {
        let terms = try TrainingPlanRules.terms(
            of: level, kind, asked: nil, year: 2018, policies: policies(), today: day("2018-11-30")
        ).get()
        #expect(terms.kind == .request && !terms.isLate && terms.dueOn == nil)
    }

    @Test func `after the season there is nothing to plan`() throws {
        let terms = TrainingPlanRules.terms(
            of: .city, .publicInstitution, asked: nil, year: 2018, policies: try policies(),
            today: try day("2018-12-01"))
        let refusal = try #require(throws: Refusal.self) { try terms.get() }
        #expect(refusal.reasons.map(\.rule) == [.F2])
    }

    // MARK: Sessions

    private func halfDays(_ first: String, count: Int = 6) throws -> [TrainingSessionRules.HalfDay] {
        let first = try day(first)
        return (0..<count).map { index in
            TrainingSessionRules.HalfDay(
                day: first.adding(days: index / 2), part: index % 2 == 0 ? .morning : .afternoon,
                startsAt: index % 2 == 0 ? 510 : 840, endsAt: index % 2 == 0 ? 720 : 1050, hours: 5)
        }
    }

    private func assess(_ halfDays: [TrainingSessionRules.HalfDay], fee: Int = 30_000) throws -> [RuleID?] {
        let document = try #require(try Fixtures.policy().training?.approvedPrices.first?.document)
        let result = TrainingSessionRules.assess(
            halfDays, subjectYear: 2018, feeInFen: fee, document: document, policies: try policies(),
            today: try day("2018-06-01"))
        guard case .failure(let refusal) = result else { return [] }
        return refusal.reasons.map(\.rule)
    }

    @Test func `a session lies in the window, on its first and on its last day`() throws {
        #expect(try assess(halfDays("2018-06-01")) == [])
        #expect(try assess(halfDays("2018-11-28")) == [])
        #expect(try assess(halfDays("2018-11-29")) == [.F2])
    }

    @Test func `a fee is at most the approved price of its hours, to the fen`() throws {
        #expect(try assess(halfDays("2018-07-02"), fee: 30_000) == [])
        #expect(try assess(halfDays("2018-07-02"), fee: 30_001) == [.P2])
        #expect(try assess(halfDays("2018-07-02"), fee: -1) == [.P2])
        #expect(try assess(halfDays("2018-07-02"), fee: .max) == [.P2])
    }

    @Test func `half-days of a session do not overlap`() throws {
        var overlapping = try halfDays("2018-07-02", count: 2)
        overlapping[1].startsAt = 700
        #expect(try assess(overlapping, fee: 0) == [nil])
        overlapping[1].startsAt = 720
        #expect(try assess(overlapping, fee: 0) == [])
    }

    // MARK: The draw

    private func candidate(
        _ number: Int, owes: Bool = true, expected: Bool = true, missed: Int = 0, asked: String = "2018-06-20",
        lot: String = "5"
    ) throws -> TrainingDraw.Candidate {
        TrainingDraw.Candidate(
            learner: try #require(UUID(uuidString: "00000000-0000-4000-8000-\(String(1_000_000_000_00 + number))")),
            owes: owes, isExpected: expected, missedBefore: missed, askedOn: try day(asked), lot: lot)
    }

    @Test func `need comes before lot, in the order of the rules`() throws {
        let order = [
            try candidate(9, missed: 2, lot: "9"), try candidate(8, missed: 1, lot: "9"),
            try candidate(7, asked: "2018-06-19", lot: "9"), try candidate(1, lot: "1"), try candidate(2, lot: "2"),
            try candidate(3, expected: false, missed: 5, lot: "0"), try candidate(4, owes: false, missed: 9, lot: "0"),
        ]
        #expect(TrainingDraw.order(order.reversed()) == order)
    }

    @Test func `whoever draws again finds the same order`() throws {
        var generator = SystemRandomNumberGenerator()
        let people = try (0..<200).map { number in
            try candidate(
                number, owes: number % 3 > 0, expected: number % 2 == 0, missed: number % 4,
                asked: number % 5 == 0 ? "2018-06-20" : "2018-07-05", lot: String(number % 7))
        }
        let first = TrainingDraw.order(people)
        for _ in 0..<20 { #expect(TrainingDraw.order(people.shuffled(using: &generator)) == first) }
    }

    // MARK: Recognition

    private func judge(hours: Int, passed: Bool?, own: Bool = false, standing: [StandingEntry] = []) throws -> [RuleID?]
    {
        let period = EmploymentPeriod(
            employerId: UUID(), kind: .publicInstitution, level: .city, division: nil, from: try day("2010-01-01"),
            until: nil)
        let result = TrainingRecognition.judge(
            .init(
                learner: UUID(), attendedHours: hours, hasPassed: passed, isOwn: own, standingEntry: nil,
                history: LearnerHistory(employments: [period], entries: standing)),
            of: .init(
                code: "2018-M01", subjectYear: 2018, startsOn: try day("2018-07-02"), endsOn: try day("2018-07-04")),
            policies: try policies(), today: try day("2018-07-05"))
        guard case .failure(let refusal) = result else { return [] }
        return refusal.reasons.map(\.rule)
    }

    @Test func `hours are recognized of whoever was there, passed, and still owes`() throws {
        #expect(try judge(hours: 30, passed: true) == [])
        #expect(try judge(hours: 5, passed: true) == [])
        #expect(try judge(hours: 0, passed: true) == [.F1])
        #expect(try judge(hours: 30, passed: nil) == [.Q4])
        #expect(try judge(hours: 30, passed: false) == [.Q4])
        #expect(try judge(hours: 30, passed: true, own: true) == [.R3])
        let complete = StandingEntry(
            id: UUID(), subjectYear: 2018, mode: .online, hours: 30, recognizedOn: try day("2018-07-01"),
            recognizedBy: .city)
        #expect(try judge(hours: 30, passed: true, standing: [complete]) == [.S2])
    }

    @Test func `a claim says what attendance says, or is told the difference`() throws {
        let session = TrainingRecognition.Session(
            code: "2018-M01", subjectYear: 2018, startsOn: try day("2018-07-02"), endsOn: try day("2018-07-04"))
        let held = session.evidence(hours: 25, hasPassed: true)
        #expect(TrainingRecognition.differences(held, from: held) == [])
        #expect(
            TrainingRecognition.differences(session.evidence(hours: 30, hasPassed: true), from: held).map(\.rule) == [
                .Q4
            ])
        var elsewhere = held
        elsewhere.endedOn = try day("2018-07-05")
        #expect(TrainingRecognition.differences(elsewhere, from: held).map(\.rule) == [.F2])
    }

    // MARK: The policy

    @Test func `a price without a document, or below nothing, is a mistake in the policy`() throws {
        var policy = try Fixtures.policy()
        policy.training?.approvedPrices.append(
            .init(document: " ", fenPerHour: -1, from: try day("2018-01-01"), until: try day("2017-01-01")))
        #expect(
            policy.validate().map(\.path) == [
                "training.approvedPrices[1].fenPerHour", "training.approvedPrices[1].document",
                "training.approvedPrices[1].until",
            ])
    }
}
