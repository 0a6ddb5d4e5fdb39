import Foundation
import RegistryDomain

/// A request that an authority recognize hours. In JSON, `evidence` has the fields of the `mode` beside it.
public struct NewClaim: Decodable, Sendable {
    public var learnerId: UUID
    public var subjectYear: Int
    public var evidence: Evidence
    public var reason: String?

    public init(learnerId: UUID, subjectYear: Int, evidence: Evidence, reason: String? = nil) {
        self.learnerId = learnerId
        self.subjectYear = subjectYear
        self.evidence = evidence
        self.reason = reason
    }

    private enum Key: String, CodingKey { case learnerId, subjectYear, mode, evidence, reason }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        learnerId = try container.decode(UUID.self, forKey: .learnerId)
        subjectYear = try container.decode(Int.self, forKey: .subjectYear)
        reason = try container.decodeIfPresent(String.self, forKey: .reason)
        switch try container.decode(Mode.self, forKey: .mode) {
        case .online: evidence = .online(try container.decode(OnlineEvidence.self, forKey: .evidence))
        case .faceToFace: evidence = .faceToFace(try container.decode(FaceToFaceEvidence.self, forKey: .evidence))
        }
    }
}

/// One step in the life of a claim: who did what, when, and why.
public struct ClaimEventRecord: Codable, Sendable {
    public var event: String
    public var state: ClaimState
    public var reason: String?
    public var occurredOn: Day
    /// The person's name.
    public var by: String
    public var recordedAt: Date
}

/// A claim as a queue, a learner or an officer sees it.
public struct ClaimRecord: Codable, Sendable {
    public var id: UUID
    public var state: ClaimState
    public var learnerId: UUID
    public var learnerName: String?
    public var idNumberMasked: String?
    public var employerName: String?
    public var subjectYear: Int
    public var mode: Mode
    public var hours: Int
    public var routedTo: Authority
    /// The rules that route it, such as R2.
    public var rules: [RuleID]
    public var flags: [String]
    public var assumptions: [RuleID]
    public var evidence: Evidence
    public var reason: String?
    public var submittedOn: Day
    public var stateSince: Day
    /// Days since it came to its state, while somebody must act; nil once it has ended.
    public var waitingDays: Int?
    /// Who must act next: an authority, or `learner` for a returned claim; nil once it has ended.
    public var nextActor: String?
    public var version: Int
    /// The entry it became, once recognized.
    public var entry: UUID?
    /// Oldest first; only where one claim is asked for.
    public var history: [ClaimEventRecord]?

    private enum Key: String, CodingKey {
        case id, state, learnerId, learnerName, idNumberMasked, employerName, subjectYear, mode, hours, routedTo, rules
        case flags, assumptions, evidence, reason, submittedOn, stateSince, waitingDays, nextActor, version, entry,
            history
    }
}

extension ClaimRecord {
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(id, forKey: .id)
        try container.encode(state, forKey: .state)
        try container.encode(learnerId, forKey: .learnerId)
        try container.encodeIfPresent(learnerName, forKey: .learnerName)
        try container.encodeIfPresent(idNumberMasked, forKey: .idNumberMasked)
        try container.encodeIfPresent(employerName, forKey: .employerName)
        try container.encode(subjectYear, forKey: .subjectYear)
        try container.encode(mode, forKey: .mode)
        try container.encode(hours, forKey: .hours)
        try container.encode(routedTo, forKey: .routedTo)
        try container.encode(rules, forKey: .rules)
        try container.encode(flags, forKey: .flags)
        try container.encode(assumptions, forKey: .assumptions)
        switch evidence {
        case .online(let evidence): try container.encode(evidence, forKey: .evidence)
        case .faceToFace(let evidence): try container.encode(evidence, forKey: .evidence)
        }
        try container.encodeIfPresent(reason, forKey: .reason)
        try container.encode(submittedOn, forKey: .submittedOn)
        try container.encode(stateSince, forKey: .stateSince)
        try container.encodeIfPresent(waitingDays, forKey: .waitingDays)
        try container.encodeIfPresent(nextActor, forKey: .nextActor)
        try container.encode(version, forKey: .version)
        try container.encodeIfPresent(entry, forKey: .entry)
        try container.encodeIfPresent(history, forKey: .history)
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        id = try container.decode(UUID.self, forKey: .id)
        state = try container.decode(ClaimState.self, forKey: .state)
        learnerId = try container.decode(UUID.self, forKey: .learnerId)
        learnerName = try container.decodeIfPresent(String.self, forKey: .learnerName)
        idNumberMasked = try container.decodeIfPresent(String.self, forKey: .idNumberMasked)
        employerName = try container.decodeIfPresent(String.self, forKey: .employerName)
        subjectYear = try container.decode(Int.self, forKey: .subjectYear)
        mode = try container.decode(Mode.self, forKey: .mode)
        hours = try container.decode(Int.self, forKey: .hours)
        routedTo = try container.decode(Authority.self, forKey: .routedTo)
        rules = try container.decode([RuleID].self, forKey: .rules)
        flags = try container.decode([String].self, forKey: .flags)
        assumptions = try container.decode([RuleID].self, forKey: .assumptions)
        switch mode {
        case .online: evidence = .online(try container.decode(OnlineEvidence.self, forKey: .evidence))
        case .faceToFace: evidence = .faceToFace(try container.decode(FaceToFaceEvidence.self, forKey: .evidence))
        }
        reason = try container.decodeIfPresent(String.self, forKey: .reason)
        submittedOn = try container.decode(Day.self, forKey: .submittedOn)
        stateSince = try container.decode(Day.self, forKey: .stateSince)
        waitingDays = try container.decodeIfPresent(Int.self, forKey: .waitingDays)
        nextActor = try container.decodeIfPresent(String.self, forKey: .nextActor)
        version = try container.decode(Int.self, forKey: .version)
        entry = try container.decodeIfPresent(UUID.self, forKey: .entry)
        history = try container.decodeIfPresent([ClaimEventRecord].self, forKey: .history)
    }
}
