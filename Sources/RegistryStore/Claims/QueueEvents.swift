import Foundation
import PostgresClient
import RegistryDomain

/// What happened in a work queue that somebody looks at.
public enum QueueEvent: Sendable, Equatable {
    /// These claims came to another state: one of the domain's, or nil where they went to another authority's queue.
    case moved(claims: [UUID], to: ClaimState?)
    /// Something may have been missed, or there was too much of it to say: the queue is to be read anew.
    case readAnew
}

extension RegistryStore {
    /// How long a queue counts as looked at after `watchQueues`.
    public static let queueWatch: Duration = .seconds(60)

    /// The authorities whose queues the caller may see: the own one; every one for whoever has none and reads all.
    ///
    /// - Throws: `StoreError.forbidden` for a role without a queue.
    public func queuesToWatch(as caller: Caller) async throws -> [Authority] {
        let scope = try await permit(.listClaims, caller)
        if let own = caller.authority { return [own] }
        guard scope == .all else {
            try await recordRefusal(.listClaims, reason: .outsideJurisdiction, caller: caller)
            throw StoreError.forbidden(.outsideJurisdiction)
        }
        return Array(Set(try await policies().policies.flatMap(\.authorities).map(\.id)))
    }

    /// Says that somebody looks at these queues, without which nothing is told of them. Again before `queueWatch` is over.
    public func watchQueues(_ authorities: [Authority]) async throws {
        let seconds = Double(Self.queueWatch.components.seconds)
        _ = try await translating {
            try await pool.execute(
                """
                INSERT INTO queue_watches (authority, watched_until)
                SELECT authority, clock_timestamp() + make_interval(secs => \(seconds))
                FROM unnest(\(authorities.map(\.description).sorted())) AS asked (authority) ORDER BY authority
                ON CONFLICT (authority) DO UPDATE SET watched_until = excluded.watched_until
                WHERE queue_watches.watched_until < excluded.watched_until - interval '10 seconds'
                """)
        }
    }

    /// Events of these queues, over one connection for all who listen; begins with `readAnew`, and says it again whenever
    /// the connection was lost. Ends with the store or the reading task.
    public func queueEvents(_ authorities: [Authority]) -> some AsyncSequence<QueueEvent, Never> & Sendable {
        pool.notifications(on: Set(authorities.map { "queue:\($0.description)" })).map { Self.event($0) }
    }

    private struct Payload: Decodable {
        var state: String
        var claims: [UUID]?
    }

    @Sendable private static func event(_ event: NotificationEvent) -> QueueEvent {
        guard case .notification(let notification) = event,
            let payload = try? RegistryJSON.value(notification.payload, as: Payload.self), let claims = payload.claims
        else { return .readAnew }
        return .moved(claims: claims, to: ClaimState(rawValue: payload.state))
    }

    /// What these claims have come to, of those that the caller sees; the last word for a page that may have missed some.
    public func claimStates(_ claims: [UUID], as caller: Caller) async throws -> [UUID: ClaimState] {
        try await permit(.listClaims, caller)
        let rows = try await pipeline(
            as: caller,
            [
                """
                SELECT id, CASE WHEN routed_to = coalesce(\(caller.authority?.description), routed_to) THEN state END AS state
                FROM claims WHERE id = ANY (\(Array(claims.prefix(Self.largestDecision))))
                """
            ])[0]
        var states: [UUID: ClaimState] = [:]
        for row in rows {
            guard let state = try row.decodeIfPresent("state", as: String.self) else { continue }
            states[try row.decode("id")] = ClaimState(rawValue: state)
        }
        return states
    }
}
