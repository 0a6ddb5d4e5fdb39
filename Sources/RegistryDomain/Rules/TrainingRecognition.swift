import Foundation

/// What the base recognizes of one session, person by person (R3, Q4, Q9).
public enum TrainingRecognition {
    /// One person of a session's list, as attendance and assessment left it.
    public struct Participant: Sendable {
        public var learner: UUID
        /// The hours of the half-days attended; nobody types them.
        public var attendedHours: Int
        /// Nil where nothing was assessed.
        public var hasPassed: Bool?
        /// Whether these are the deciding officer's own hours.
        public var isOwn: Bool
        /// The entry of this session that stands already.
        public var standingEntry: UUID?
        public var history: LearnerHistory

        public init(
            learner: UUID, attendedHours: Int, hasPassed: Bool?, isOwn: Bool, standingEntry: UUID?,
            history: LearnerHistory
        ) {
            self.learner = learner
            self.attendedHours = attendedHours
            self.hasPassed = hasPassed
            self.isOwn = isOwn
            self.standingEntry = standingEntry
            self.history = history
        }
    }

    public struct Session: Sendable {
        public var code: String
        public var subjectYear: Int
        public var startsOn: Day
        public var endsOn: Day

        public init(code: String, subjectYear: Int, startsOn: Day, endsOn: Day) {
            self.code = code
            self.subjectYear = subjectYear
            self.startsOn = startsOn
            self.endsOn = endsOn
        }

        public func evidence(hours: Int, hasPassed: Bool) -> FaceToFaceEvidence {
            FaceToFaceEvidence(
                sessionCode: code, startedOn: startsOn, endedOn: endsOn, hours: hours, assessmentPassed: hasPassed)
        }
    }

    /// A claim that may be recognized, or why not: the claim's own rules, and before them what only the list knows.
    public static func judge(
        _ participant: Participant, of session: Session, policies: PolicySet, today: Day
    ) -> Result<ClaimAcceptance, Refusal> {
        if participant.standingEntry != nil { return .failure(Refusal(reasons: [.sessionUsed])) }
        guard participant.attendedHours > 0 else { return .failure(Refusal(reasons: [.notAttended])) }
        guard let hasPassed = participant.hasPassed else { return .failure(Refusal(reasons: [.notAssessed])) }
        if participant.isOwn { return .failure(Refusal(reasons: [.ownHours])) }
        let years = Eligibility.years(of: participant.history, under: policies, asOf: today)
        if years.first(where: { $0.year == session.subjectYear })?.status == .complete {
            return .failure(Refusal(reasons: [.yearComplete(session.subjectYear)]))
        }
        let request = ClaimRequest(
            subjectYear: session.subjectYear,
            evidence: .faceToFace(session.evidence(hours: participant.attendedHours, hasPassed: hasPassed)))
        return ClaimRules.assess(request, history: participant.history, policies: policies, today: today)
    }

    /// A claim that somebody hands in for a session that the register runs says what attendance says (F1, Q4).
    public static func differences(_ claimed: FaceToFaceEvidence, from held: FaceToFaceEvidence) -> [Reason] {
        var reasons: [Reason] = []
        if claimed.hours != held.hours { reasons.append(.hoursDiffer(claimed.hours, attended: held.hours)) }
        if claimed.assessmentPassed, !held.assessmentPassed { reasons.append(.assessmentNotPassed) }
        if claimed.startedOn != held.startedOn || claimed.endedOn != held.endedOn {
            reasons.append(.sessionDaysDiffer(held.startedOn, held.endedOn))
        }
        return reasons
    }
}
