import Foundation

/// Where a learner stands in one subject year.
public struct YearAnswer: Codable, Sendable, Equatable {
    public var year: Int
    public var status: YearStatus
    public var requiredHours: Int
    /// At most the required hours (Q9), of one mode alone (Q4).
    public var creditedHours: Int
    public var mode: Mode?
    /// The entries of this year that stand.
    public var entries: [UUID]
    public var dueOn: Day

    private enum Key: String, CodingKey { case year, status, requiredHours, creditedHours, mode, entries, dueOn }

    /// `mode` is there as `null` where nothing was learned.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(year, forKey: .year)
        try container.encode(status, forKey: .status)
        try container.encode(requiredHours, forKey: .requiredHours)
        try container.encode(creditedHours, forKey: .creditedHours)
        try container.encode(mode, forKey: .mode)
        try container.encode(entries, forKey: .entries)
        try container.encode(dueOn, forKey: .dueOn)
    }
}

/// The answer at the counter, with everything it rests on.
public struct EligibilityAnswer: Codable, Sendable, Equatable {
    public var outcome: Outcome
    public var purpose: Purpose
    public var asOf: Day
    /// The year an annual assessment is about; nil for other purposes.
    public var assessedYear: Int?
    public var years: [YearAnswer]
    /// Why not, or why not yet; empty where accepted.
    public var reasons: [Reason]
    public var documents: [Text]
    /// What was decided where the notice is silent, and was used here.
    public var assumptions: [RuleID]
    public var policy: PolicyReference?
    public var nextSteps: [Text]
}

/// May this person's application be accepted? (E1 to E6, with Q1 to Q4 and Q9.)
public enum Eligibility {
    /// Every subject year of the policies, as it stood on `asOf`.
    public static func years(of history: LearnerHistory, under policies: PolicySet, asOf: Day) -> [YearAnswer] {
        policies.subjectYears.map { year(of: history, $0, asOf: asOf) }
    }

    static func year(of history: LearnerHistory, _ terms: SubjectYear, asOf: Day) -> YearAnswer {
        let standing = history.entries.filter { $0.subjectYear == terms.year && $0.stands(on: asOf) }
            .sorted {
                $0.recognizedOn == $1.recognizedOn
                    ? $0.id.uuidString < $1.id.uuidString : $0.recognizedOn < $1.recognizedOn
            }
        let credit = credit(of: standing)
        let isComplete = credit.hours >= terms.requiredHours
        let isExcused = history.excuses.contains { $0.subjectYear == terms.year && $0.liftsDuty && $0.counts(on: asOf) }
        let status: YearStatus =
            if isComplete {
                .complete
            } else if !history.owes(terms.year, asOf: asOf) {
                .notOwed
            } else if isExcused {
                .excused
            } else {
                asOf <= terms.dueOn ? .inProgress : .incomplete
            }
        return YearAnswer(
            year: terms.year, status: status, requiredHours: terms.requiredHours,
            creditedHours: min(credit.hours, terms.requiredHours), mode: credit.mode, entries: standing.map(\.id),
            dueOn: terms.dueOn)
    }

    /// Q4: one mode alone counts. Sessions add up; an online record is whole or nothing (O1).
    private static func credit(of standing: [StandingEntry]) -> (hours: Int, mode: Mode?) {
        let online = standing.filter { $0.mode == .online }.map(\.hours).max() ?? 0
        let faceToFace = standing.filter { $0.mode == .faceToFace }.reduce(0) { $0 + $1.hours }
        if online == 0, faceToFace == 0 { return (0, nil) }
        return online >= faceToFace ? (online, .online) : (faceToFace, .faceToFace)
    }

    /// - Parameter assessedYear: the year of an annual assessment (E6); the policy's choice for `asOf` when nil.
    public static func answer(
        _ purpose: Purpose, history: LearnerHistory, policies: PolicySet, asOf: Day, assessedYear: Int? = nil
    ) -> EligibilityAnswer {
        var answer = EligibilityAnswer(
            outcome: .accepted, purpose: purpose, asOf: asOf, assessedYear: nil,
            years: years(of: history, under: policies, asOf: asOf), reasons: [], documents: [], assumptions: [],
            policy: nil, nextSteps: [])
        guard let (policy, terms) = policies.terms(of: purpose) else {
            answer.outcome = .notApplicable
            answer.reasons = [.purposeUnknown(purpose)]
            return answer
        }
        answer.policy = policy.reference
        if let reason = notApplicable(terms, history: history, asOf: asOf) {
            answer.outcome = .notApplicable
            answer.reasons = [reason]
            return answer
        }
        answer.documents = terms.documents
        switch terms.effect {
        case .blocksWhenIncomplete: decideBlocking(&answer, terms, history)
        case .barsExcellent: decideExcellent(&answer, terms, policy, history, policies, assessedYear)
        }
        answer.nextSteps = nextSteps(for: answer, policies)
        return answer
    }

    /// E4 and E5 ask it of personnel of public institutions only.
    private static func notApplicable(_ terms: PurposeTerms, history: LearnerHistory, asOf: Day) -> Reason? {
        guard let kinds = terms.kinds else { return nil }
        let current = history.isInPost(on: asOf) ? history.employment(on: asOf) : nil
        guard let current, kinds.contains(current.kind) else { return .purposeNotApplicable(terms) }
        return nil
    }

    private static func decideBlocking(
        _ answer: inout EligibilityAnswer, _ terms: PurposeTerms, _ history: LearnerHistory
    ) {
        let incomplete = answer.years.filter { $0.status == .incomplete }
        answer.reasons = incomplete.map { .yearIncomplete($0, terms) }
        answer.outcome = incomplete.isEmpty ? .accepted : .refused
        answer.assumptions = assumptions(used: answer.years)
    }

    private static func decideExcellent(
        _ answer: inout EligibilityAnswer, _ terms: PurposeTerms, _ policy: Policy, _ history: LearnerHistory,
        _ policies: PolicySet, _ asked: Int?
    ) {
        let year = asked ?? assessedYear(policy, policies, asOf: answer.asOf)
        answer.assessedYear = year
        guard let assessed = answer.years.first(where: { $0.year == year }) else {
            answer.outcome = .notApplicable
            answer.reasons = [.yearUnknown(year, rule: terms.rule)]
            return
        }
        answer.assumptions = assumptions(used: [assessed])
        let hasCause = history.excuses.contains { $0.subjectYear == year && $0.counts(on: answer.asOf) }
        switch assessed.status {
        case .complete, .excused, .notOwed: answer.outcome = .accepted
        case .inProgress where !hasCause:
            answer.outcome = .pending
            answer.reasons = [.yearPending(assessed, terms)]
        case .incomplete where !hasCause:
            answer.outcome = .refused
            answer.reasons = [.notExcellent(assessed, terms)]
        case .inProgress, .incomplete:
            answer.outcome = .accepted
            answer.assumptions.append(.Q3)
        }
    }

    /// Early in a year people assess the one before; else the running one. Outside the notice's years, the nearest past.
    private static func assessedYear(_ policy: Policy, _ policies: PolicySet, asOf: Day) -> Int {
        let limit = policy.annualAssessment.monthAndDay ?? (0, 0)
        let isEarly = (asOf.month, asOf.day) <= limit
        let calendar = isEarly ? asOf.year - 1 : asOf.year
        let known = policies.subjectYears.map(\.year)
        return known.last { $0 <= calendar } ?? known.first ?? calendar
    }

    private static func assumptions(used years: [YearAnswer]) -> [RuleID] {
        var used: Set<RuleID> = []
        for year in years {
            switch year.status {
            case .incomplete, .inProgress: used.formUnion([.Q1, .Q2])
            case .notOwed: used.insert(.Q2)
            case .excused: used.insert(.Q3)
            case .complete: if year.mode == .faceToFace, year.entries.count > 1 { used.insert(.Q4) }
            }
            if year.status != .complete, year.creditedHours > 0 { used.insert(.Q4) }
        }
        return used.sorted()
    }

    private static func nextSteps(for answer: EligibilityAnswer, _ policies: PolicySet) -> [Text] {
        guard let steps = policies.policies.last?.nextSteps else { return [] }
        var texts: [Text] = []
        for year in answer.years where answer.assessedYear == nil || answer.assessedYear == year.year {
            let template: Text? =
                switch year.status {
                case .incomplete: steps.incomplete
                case .inProgress: steps.inProgress
                case .complete, .excused, .notOwed: nil
                }
            guard let template else { continue }
            let missing = year.requiredHours - year.creditedHours
            texts.append(
                template.filled([
                    "year": "\(year.year)", "dueOn": year.dueOn.description, "missing": "\(missing)",
                    "required": "\(year.requiredHours)",
                ]))
        }
        return answer.outcome == .accepted && answer.assessedYear == nil ? [steps.accepted] + texts : texts
    }
}
