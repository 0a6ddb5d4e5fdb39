import Foundation

/// What taking an entry back changes for its person (Q8), said before anybody confirms it.
public struct ReversalEffects: Sendable, Equatable {
    public struct Year: Sendable, Equatable {
        public var before: YearAnswer
        public var after: YearAnswer
    }
    public struct Verdict: Sendable, Equatable {
        public var purpose: Purpose
        public var before: EligibilityAnswer
        public var after: EligibilityAnswer
    }
    /// The subject years whose standing, credited hours or mode become others; in the order of years.
    public var years: [Year]
    /// The purposes whose outcome becomes another, in the order of the notice.
    public var verdicts: [Verdict]

    /// - Parameter day: the business day of the reversal; the entry no longer stands on it.
    public init(of entry: UUID, in history: LearnerHistory, policies: PolicySet, on day: Day) {
        var reversed = history
        for index in reversed.entries.indices where reversed.entries[index].id == entry {
            reversed.entries[index].reversedOn = reversed.entries[index].reversedOn ?? day
        }
        let before = Eligibility.years(of: history, under: policies, asOf: day)
        let after = Eligibility.years(of: reversed, under: policies, asOf: day)
        years = zip(before, after).filter { old, new in
            (old.status, old.creditedHours, old.mode) != (new.status, new.creditedHours, new.mode)
        }.map(Year.init)
        verdicts = (policies.policies.last?.purposes ?? []).compactMap { terms in
            let before = Eligibility.answer(terms.id, history: history, policies: policies, asOf: day)
            let after = Eligibility.answer(terms.id, history: reversed, policies: policies, asOf: day)
            return before.outcome == after.outcome
                ? nil : Verdict(purpose: terms.id, before: before, after: after)
        }
    }
}
