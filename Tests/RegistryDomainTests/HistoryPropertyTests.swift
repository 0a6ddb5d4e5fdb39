import Foundation
import RegistryDomain
import Testing

/// Random histories, the same for the same seed.
struct HistoryMaker: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }

    mutating func day(_ range: ClosedRange<Int32> = 5_800...7_200) -> Day {
        Day(daysSince2000: Int32.random(in: range, using: &self))
    }

    mutating func entry(after day: Day? = nil) -> StandingEntry {
        let recognized =
            day.map { Day(daysSince2000: $0.daysSince2000 + 1 + Int32.random(in: 0...400, using: &self)) } ?? self.day()
        let mode: Mode = Bool.random(using: &self) ? .online : .faceToFace
        return StandingEntry(
            id: UUID(), subjectYear: Int.random(in: 2016...2019, using: &self), mode: mode,
            hours: mode == .online ? 30 : Int.random(in: 1...35, using: &self), recognizedOn: recognized,
            reversedOn: Int.random(in: 0...3, using: &self) == 0
                ? recognized.adding(days: Int.random(in: 0...200, using: &self)) : nil,
            recognizedBy: .city)
    }

    mutating func history() -> LearnerHistory {
        var employments: [EmploymentPeriod] = []
        var from = day(3_000...6_900)
        for _ in 0..<Int.random(in: 0...3, using: &self) {
            let until = from.adding(days: Int.random(in: 10...900, using: &self))
            let kind = EmployerKind.allCases.randomElement(using: &self)!
            employments.append(
                EmploymentPeriod(
                    employerId: UUID(), kind: kind, level: .county, division: "511823", from: from,
                    until: Int.random(in: 0...2, using: &self) == 0 ? nil : until))
            if employments.last?.until == nil { break }
            from = until.adding(days: Int.random(in: 1...300, using: &self))
        }
        let excuses = (0..<Int.random(in: 0...2, using: &self)).map { _ in
            Excuse(
                subjectYear: Int.random(in: 2017...2018, using: &self), approvedOn: day(),
                liftsDuty: Bool.random(using: &self),
                revokedOn: Int.random(in: 0...4, using: &self) == 0 ? day() : nil)
        }
        return LearnerHistory(
            employments: employments, entries: (0..<Int.random(in: 0...5, using: &self)).map { _ in entry() },
            excuses: excuses)
    }
}

@Suite("Whatever a person's history, the rules keep their promises")
struct HistoryPropertyTests {
    private static let purposes: [Purpose] = [
        .titlePromotion, .registration, .reRegistration, .postPromotion, .reappointment, .annualExcellent,
    ]

    private func answers(_ history: LearnerHistory, _ policies: PolicySet, _ day: Day) -> [EligibilityAnswer] {
        Self.purposes.map { Eligibility.answer($0, history: history, policies: policies, asOf: day) }
    }

    @Test func anEntryNeverChangesAnAnswerAboutAnEarlierDay() throws {
        let policies = try Fixtures.policies
        for seed in 1...400 {
            var maker = HistoryMaker(seed: UInt64(seed))
            var history = maker.history()
            let day = maker.day()
            let before = answers(history, policies, day)
            history.entries.append(maker.entry(after: day))
            #expect(answers(history, policies, day) == before, "seed \(seed)")
        }
    }

    @Test func aReversalNeverChangesAnAnswerAboutAnEarlierDay() throws {
        let policies = try Fixtures.policies
        for seed in 1...400 {
            var maker = HistoryMaker(seed: UInt64(seed))
            var history = maker.history()
            let day = maker.day()
            let before = answers(history, policies, day)
            for index in history.entries.indices where history.entries[index].reversedOn == nil {
                history.entries[index].reversedOn = day.adding(days: 1)
            }
            #expect(answers(history, policies, day) == before, "seed \(seed)")
        }
    }

    @Test func theOrderInWhichThingsWereTakenInSaysNothing() throws {
        let policies = try Fixtures.policies
        for seed in 1...300 {
            var maker = HistoryMaker(seed: UInt64(seed))
            let history = maker.history()
            let day = maker.day()
            var shuffled = history
            shuffled.employments.shuffle(using: &maker)
            shuffled.entries.shuffle(using: &maker)
            shuffled.excuses.shuffle(using: &maker)
            #expect(answers(shuffled, policies, day) == answers(history, policies, day), "seed \(seed)")
        }
    }

    @Test func anExcuseNeverMakesAnOutcomeWorse() throws {
        let policies = try Fixtures.policies
        let rank: [Outcome: Int] = [.refused: 0, .pending: 1, .notApplicable: 2, .accepted: 3]
        for seed in 1...300 {
            var maker = HistoryMaker(seed: UInt64(seed))
            var history = maker.history()
            let day = maker.day()
            let before = answers(history, policies, day)
            history.excuses.append(
                Excuse(
                    subjectYear: Int.random(in: 2017...2018, using: &maker), approvedOn: day,
                    liftsDuty: Bool.random(using: &maker)))
            for (old, new) in zip(before, answers(history, policies, day)) {
                #expect(rank[new.outcome]! >= rank[old.outcome]!, "seed \(seed)")
            }
        }
    }

    @Test func noMoreIsCreditedThanRequiredAndNeverAcrossModes() throws {
        let policies = try Fixtures.policies
        for seed in 1...300 {
            var maker = HistoryMaker(seed: UInt64(seed))
            let history = maker.history()
            for year in Eligibility.years(of: history, under: policies, asOf: maker.day()) {
                #expect(year.creditedHours <= year.requiredHours)
                #expect((year.status == .complete) == (year.creditedHours == year.requiredHours))
            }
        }
    }
}
