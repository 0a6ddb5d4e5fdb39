/// 培训计划 (F3, M1, M2).
public enum TrainingPlanRules {
    public enum Kind: String, Codable, Sendable, CaseIterable {
        /// Of an institution whose people attend face to face in principle (M1): due by the policy's day (F3).
        case plan
        /// Of everybody else (M2): a request for places, due on no day.
        case request
    }

    /// What a unit sends the base for a year.
    public struct Terms: Sendable, Equatable {
        public var kind: Kind
        /// F3; nil for a request.
        public var dueOn: Day?
        /// Whether it comes after the day: it is accepted and marked.
        public var isLate: Bool
    }

    /// - Parameter asked: what the unit takes it for, where it says so.
    public static func terms(
        of level: EmployerLevel, _ kind: EmployerKind, asked: Kind?, year: Int, policies: PolicySet, today: Day
    ) -> Result<Terms, Refusal> {
        guard let policy = policies.policy(forSubjectYear: year), let terms = policy.subjectYear(year) else {
            return .failure(Refusal(reasons: [.subjectYearUnknown(year)]))
        }
        let attendance = policy.expectation(level: level, kind: kind)
        let isPlan = attendance?.expected == .faceToFace
        if asked == .request, isPlan { return .failure(Refusal(reasons: [.planExpected])) }
        if asked == .plan, !isPlan { return .failure(Refusal(reasons: [.placesAreAsked])) }
        guard today <= terms.faceToFaceWindow.until else {
            return .failure(Refusal(reasons: [.seasonIsOver(year, until: terms.faceToFaceWindow.until)]))
        }
        let due = isPlan ? terms.trainingPlanDueOn : nil
        return .success(Terms(kind: isPlan ? .plan : .request, dueOn: due, isLate: due.map { today > $0 } ?? false))
    }

    /// What of M1 and M2 a person's answer must keep to: whoever is expected and cannot come says why.
    public static func refusal(ofDecliningWithout reason: String?, isExpected: Bool) -> Reason? {
        guard (reason ?? "").allSatisfy(\.isWhitespace) else { return nil }
        return isExpected ? .expectedSaysWhy : .calledSaysWhy
    }
}
