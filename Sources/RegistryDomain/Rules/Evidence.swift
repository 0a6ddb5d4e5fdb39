/// What the provincial platform's completion record says (O1, O2, O4).
public struct OnlineEvidence: Codable, Sendable, Equatable {
    public var recordNumber: String
    public var compulsoryHours: Int
    public var electiveHours: Int
    public var compulsoryFinishedOn: Day?
    public var electiveStartedOn: Day?
    /// Nil where the test was not passed.
    public var testPassedOn: Day?

    public init(
        recordNumber: String, compulsoryHours: Int, electiveHours: Int, compulsoryFinishedOn: Day? = nil,
        electiveStartedOn: Day? = nil, testPassedOn: Day? = nil
    ) {
        self.recordNumber = recordNumber
        self.compulsoryHours = compulsoryHours
        self.electiveHours = electiveHours
        self.compulsoryFinishedOn = compulsoryFinishedOn
        self.electiveStartedOn = electiveStartedOn
        self.testPassedOn = testPassedOn
    }
}

/// What the base says of one training session (F1, F2, Q4).
public struct FaceToFaceEvidence: Codable, Sendable, Equatable {
    public var sessionCode: String
    public var startedOn: Day
    public var endedOn: Day
    public var hours: Int
    public var assessmentPassed: Bool

    public init(sessionCode: String, startedOn: Day, endedOn: Day, hours: Int, assessmentPassed: Bool) {
        self.sessionCode = sessionCode
        self.startedOn = startedOn
        self.endedOn = endedOn
        self.hours = hours
        self.assessmentPassed = assessmentPassed
    }
}

public enum Evidence: Sendable, Equatable {
    case online(OnlineEvidence)
    case faceToFace(FaceToFaceEvidence)

    public var mode: Mode {
        switch self {
        case .online: .online
        case .faceToFace: .faceToFace
        }
    }
}

/// What is claimed, before anybody has looked at it.
public struct ClaimRequest: Sendable, Equatable {
    public var subjectYear: Int
    public var evidence: Evidence
    public var reason: String?

    public init(subjectYear: Int, evidence: Evidence, reason: String? = nil) {
        self.subjectYear = subjectYear
        self.evidence = evidence
        self.reason = reason
    }
}

/// A claim that may be submitted: where it goes and what its decision must look at.
public struct ClaimAcceptance: Sendable, Equatable {
    public var routedTo: Authority
    /// The routing rule first.
    public var rules: [RuleID]
    public var flags: [ClaimFlag]
    public var assumptions: [RuleID]
    public var hours: Int
}

/// A claim that may not; never without a reason.
public struct Refusal: Error, Sendable, Equatable {
    public var reasons: [Reason]
}
