import Foundation
import RegistryDomain

/// What happened, in the register's words. Only the API knows which HTTP status it becomes.
public enum StoreError: Error, Codable, Sendable, Equatable {
    /// The request breaks rules or has fields that cannot be; every reason at once.
    case invalid([Reason])
    /// The caller has no right to this, or not to this record.
    case forbidden(Reason)
    case notFound(Reason)
    /// What stands already excludes it; names the entry or the claim that stands.
    case conflict(Reason, entry: UUID?, claim: UUID?)
    /// The caller held an older version of the record than the register does.
    case stale(current: Int)
    case unauthenticated(Reason)
    case tooManyAttempts(Reason, retryAfterSeconds: Int)
    /// The database is away or too busy, or a commit's answer was lost. Nothing is known to be stored:
    /// the same request with the same `Idempotency-Key` is safe.
    case unavailable(String)

    public var reasons: [Reason] {
        switch self {
        case .invalid(let reasons): reasons
        case .forbidden(let reason), .notFound(let reason), .unauthenticated(let reason): [reason]
        case .conflict(let reason, _, _), .tooManyAttempts(let reason, _): [reason]
        case .stale, .unavailable: []
        }
    }

    /// Whether the same request would meet the same answer again, so that it may be kept for its key.
    var isDeterministic: Bool {
        switch self {
        case .invalid, .forbidden, .notFound, .conflict: true
        case .stale, .unauthenticated, .tooManyAttempts, .unavailable: false
        }
    }
}
