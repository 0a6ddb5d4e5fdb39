/// What is asked of a claim at submission, and the life that it has afterwards.
public enum ClaimRules {
    /// Every refusal at once, not the first only.
    ///
    /// - Parameter today: the business day on which the claim is handed in.
    public static func assess(
        _ request: ClaimRequest, history: LearnerHistory, policies: PolicySet, today: Day
    ) -> Result<ClaimAcceptance, Refusal> {
        guard let policy = policies.policy(forSubjectYear: request.subjectYear),
            let terms = policy.subjectYear(request.subjectYear)
        else { return .failure(Refusal(reasons: [.yearUnknown(request.subjectYear, rule: .S1)])) }
        guard let employment = history.employment(on: today) else { return .failure(Refusal(reasons: [.noEmployment])) }
        var reasons: [Reason]
        let hours: Int
        switch request.evidence {
        case .online(let evidence):
            reasons = OnlineRules.refusals(of: evidence, terms, policy.recordLimits, today: today)
            hours = evidence.compulsoryHours.addingClamped(evidence.electiveHours)
        case .faceToFace(let evidence):
            reasons = FaceToFaceRules.refusals(of: evidence, terms, policy.recordLimits, today: today)
            hours = evidence.hours
        }
        let isUnexpected = isUnexpected(request.evidence.mode, employment, policy)
        if isUnexpected, (request.reason ?? "").allSatisfy(\.isWhitespace) { reasons.append(.reasonRequired) }
        guard let route = route(request.evidence.mode, employment, policy) else {
            reasons.append(.noRoute)
            return .failure(Refusal(reasons: reasons))
        }
        guard reasons.isEmpty else { return .failure(Refusal(reasons: reasons)) }
        let assumptions = [route.assumption, isUnexpected ? RuleID.Q6 : nil].compactMap(\.self)
        return .success(
            ClaimAcceptance(
                routedTo: route.authority, rules: [route.rule], flags: isUnexpected ? [.faceToFaceExpected] : [],
                assumptions: assumptions, hours: hours))
    }

    /// M1, in principle: city-level public institutions study face to face.
    private static func isUnexpected(_ mode: Mode, _ employment: EmploymentPeriod, _ policy: Policy) -> Bool {
        guard let expected = policy.expectation(level: employment.level, kind: employment.kind)?.expected else {
            return false
        }
        return expected != mode
    }

    /// R1, R2, R3 and Q5, as the policy's rows have it.
    public static func route(
        _ mode: Mode, _ employment: EmploymentPeriod, _ policy: Policy
    ) -> (authority: Authority, rule: RuleID, assumption: RuleID?)? {
        guard let route = policy.routes.first(where: { $0.mode == mode && $0.level == employment.level }) else {
            return nil
        }
        switch route.authority {
        case .city: return (.city, route.rule, route.assumption)
        case .base: return (.base, route.rule, route.assumption)
        case .county: return employment.division.map { (.county($0), route.rule, route.assumption) }
        }
    }

    /// Q6: which flags a decision leaves unanswered.
    public static func unanswered(flags: [ClaimFlag], answers: [String: String]) -> [Reason] {
        flags.filter { (answers[$0.rawValue] ?? "").allSatisfy(\.isWhitespace) }.map { _ in .flagUnanswered }
    }

    /// The life of a claim; nil where the event cannot be.
    public static func transition(from state: ClaimState, event: ClaimEvent) -> ClaimState? {
        switch (state, event) {
        case (.submitted, .decide(.recognize)): .recognized
        case (.submitted, .decide(.return)): .returned
        case (.submitted, .decide(.reject)): .rejected
        case (.submitted, .withdraw), (.returned, .withdraw): .withdrawn
        case (.submitted, .reroute): .submitted
        case (.returned, .reroute): .returned
        case (.returned, .resubmit): .submitted
        default: nil
        }
    }
}

public enum ClaimEvent: Sendable, Equatable, Hashable {
    case decide(Decision)
    case withdraw
    case resubmit
    case reroute
}

extension Int {
    /// A sum that no input can make overflow.
    func addingClamped(_ other: Int) -> Int {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
