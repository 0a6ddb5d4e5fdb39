/// What is asked of a session before it is scheduled (F2, P2).
public enum TrainingSessionRules {
    public enum Part: String, Codable, Sendable, CaseIterable { case morning, afternoon, evening }

    public struct HalfDay: Sendable, Equatable {
        public var day: Day
        public var part: Part
        /// Minutes after midnight in Asia/Shanghai.
        public var startsAt: Int
        public var endsAt: Int
        public var hours: Int

        public init(day: Day, part: Part, startsAt: Int, endsAt: Int, hours: Int) {
            self.day = day
            self.part = part
            self.startsAt = startsAt
            self.endsAt = endsAt
            self.hours = hours
        }
    }

    /// What a session comes to.
    public struct Sums: Sendable, Equatable {
        public var hours: Int
        public var startsOn: Day
        public var endsOn: Day
        public var price: TrainingTerms.ApprovedPrice
        public var courseTitle: Text
    }

    /// Every refusal at once.
    ///
    /// - Parameters:
    ///   - feeInFen: what the base would take of each person.
    ///   - document: the approval that it goes by.
    public static func assess(
        _ halfDays: [HalfDay], subjectYear: Int, feeInFen: Int, document: String, policies: PolicySet, today: Day
    ) -> Result<Sums, Refusal> {
        guard let policy = policies.policy(forSubjectYear: subjectYear), let terms = policy.subjectYear(subjectYear)
        else {
            return .failure(Refusal(reasons: [.subjectYearUnknown(subjectYear)]))
        }
        guard let first = halfDays.map(\.day).min(), let last = halfDays.map(\.day).max() else {
            return .failure(Refusal(reasons: [.halfDaysMissing]))
        }
        var reasons = Set(halfDays.map(\.day)).sorted().filter { !terms.faceToFaceWindow.contains($0) }.map { day in
            Reason.outsideFaceToFaceWindow("halfDays", day, terms.faceToFaceWindow, year: subjectYear)
        }
        reasons += mistakes(in: halfDays)
        if first < today { reasons.append(.sessionInThePast(first, today: today)) }
        let hours = halfDays.reduce(0) { $0.addingClamped($1.hours) }
        if hours > policy.recordLimits.faceToFaceHours {
            reasons.append(.hoursImpossible("halfDays", hours, atMost: policy.recordLimits.faceToFaceHours))
        }
        let price = policy.training?.approvedPrices.first { $0.document == document }
        reasons += refusals(of: feeInFen, under: price, named: document, hours: hours, on: first)
        guard reasons.isEmpty, let price else { return .failure(Refusal(reasons: reasons)) }
        return .success(
            Sums(hours: hours, startsOn: first, endsOn: last, price: price, courseTitle: terms.courseTitle))
    }

    /// P2: never above what was approved, by an approval that holds on the first day.
    private static func refusals(
        of fee: Int, under price: TrainingTerms.ApprovedPrice?, named document: String, hours: Int, on day: Day
    ) -> [Reason] {
        guard let price, price.holds(on: day) else { return [.priceUnknown(document)] }
        let most = hours.multipliedReportingOverflow(by: price.fenPerHour).partialValue
        if fee < 0 || fee > most { return [.feeAboveApproved(fee, most: most, document: document)] }
        return []
    }

    private static func mistakes(in halfDays: [HalfDay]) -> [Reason] {
        var reasons: [Reason] = []
        for (index, half) in halfDays.enumerated() {
            if !(1...8).contains(half.hours) { reasons.append(.halfDayHours(index, half.hours)) }
            if half.endsAt <= half.startsAt { reasons.append(.halfDayTimes(index)) }
            let overlaps = halfDays[..<index].contains {
                $0.day == half.day && ($0.part == half.part || ($0.startsAt < half.endsAt && half.startsAt < $0.endsAt))
            }
            if overlaps { reasons.append(.halfDayTwice(index)) }
        }
        return reasons
    }

    /// Minutes after midnight of `HH:mm`; nil for anything else.
    public static func minutes(_ text: String) -> Int? {
        let digits = Array(text.utf8)
        guard digits.count == 5, digits[2] == 0x3A, let hour = Int(text.prefix(2)), let minute = Int(text.suffix(2)),
            (0...23).contains(hour), (0...59).contains(minute)
        else { return nil }
        return hour * 60 + minute
    }
}
