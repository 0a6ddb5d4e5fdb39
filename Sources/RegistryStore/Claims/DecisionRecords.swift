import Foundation
import RegistryDomain

/// What an officer decides, for one claim or for many.
public struct DecisionRequest: Codable, Sendable {
    public var decision: Decision
    /// Needed to return or to reject.
    public var reason: String?
    /// An answer for each flag of the claim (Q6).
    public var answers: [String: String]?

    public init(decision: Decision, reason: String? = nil, answers: [String: String]? = nil) {
        self.decision = decision
        self.reason = reason
        self.answers = answers
    }
}

/// What became of one claim.
public struct DecisionResult: Codable, Sendable {
    public var claim: UUID
    /// The HTTP status that this result would have alone.
    public var status: Int
    public var decision: UUID?
    /// The register entry: the new one, or with a conflict the one that stands.
    public var entry: UUID?
    public var recognizedOn: Day?
    public var code: String?
    public var reasons: [Reason]?
}

/// Why the decision statement left a claim alone. The words are those of `DecisionStatement`.
enum DecisionRefusal: String {
    case claimUnknown, outsideJurisdiction, ownClaim, claimDecided, claimAskedTwice, yearComplete, recordUsed,
        sessionUsed
    case reasonMissing, flagUnanswered

    var status: Int {
        switch self {
        case .claimUnknown: 404
        case .outsideJurisdiction, .ownClaim: 403
        case .claimDecided, .claimAskedTwice, .yearComplete, .recordUsed, .sessionUsed: 409
        case .reasonMissing, .flagUnanswered: 422
        }
    }

    func reason(rule: String?, subjectYear: Int?) -> Reason {
        switch self {
        case .claimUnknown: .claimUnknown
        case .outsideJurisdiction: .routedElsewhere(rule.map { RuleID(rawValue: $0) } ?? .R2)
        case .ownClaim: .ownClaim
        case .claimDecided: .claimDecided
        case .claimAskedTwice: .claimAskedTwice
        case .yearComplete: .yearComplete(subjectYear)
        case .recordUsed: .recordUsed
        case .sessionUsed: .sessionUsed
        case .reasonMissing: .reasonMissing
        case .flagUnanswered: .flagUnanswered
        }
    }
}
