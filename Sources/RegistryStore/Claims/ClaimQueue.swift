import Foundation
import PostgresClient
import RegistryDomain

/// How many claims of a queue are in each state, for the filters above it.
public struct ClaimCounts: Codable, Sendable, Equatable {
    public var byState: [ClaimState: Int] = [:]
    /// Submitted ones that carry a flag, which their decision must answer.
    public var flagged = 0
    /// Submitted ones about which something is unusual; counted up to `ClaimCounts.mostUnusual`.
    public var unusual = 0

    public static let mostUnusual = 1000
}

/// What an officer should know of a claim before deciding it, beyond what it says itself.
public struct ClaimConcerns: Codable, Sendable, Equatable {
    /// Other people of the same name born on the same day, or of the same name at the same employer.
    public var namesakes = 0
    /// Other open claims of this person for this year.
    public var openClaims = 0
    /// The entry that completes the year already.
    public var completedBy: UUID?
    /// Since the claim came in, the learner has moved to another employer (Q7).
    public var hasMoved = false
    /// The last claim of this person and year that was not recognized, and why.
    public var lastRefusal: String?
}

extension RegistryStore {
    /// - Parameter authority: the caller's own when nil, as for `claims(_:as:)`.
    public func claimCounts(authority asked: Authority? = nil, as caller: Caller) async throws -> ClaimCounts {
        try await permit(.listClaims, caller)
        let authority = asked ?? caller.authority
        let condition = UnusualClaims.condition(try await policies())
        let results = try await pipeline(
            as: caller,
            [
                """
                SELECT state, count(*) AS claims, count(*) FILTER (WHERE cardinality(flags) > 0) AS flagged FROM claims
                WHERE \(authority?.description)::text IS NULL OR routed_to = \(authority?.description)
                GROUP BY state
                """,
                """
                SELECT count(*) AS unusual FROM (
                    SELECT FROM claims c LEFT JOIN learners l ON l.id = c.learner_id
                    WHERE c.state = 'submitted'
                      AND (\(authority?.description)::text IS NULL OR c.routed_to = \(authority?.description))
                      AND \(unescaped: condition) LIMIT \(Int64(ClaimCounts.mostUnusual))) found
                """,
            ])
        var counts = ClaimCounts()
        counts.unusual = try results[1].first?.decode("unusual") ?? 0
        for row in results[0] {
            let state: ClaimState = try row.word("state")
            counts.byState[state] = try row.decode("claims")
            if state == .submitted { counts.flagged = try row.decode("flagged") }
        }
        return counts
    }

    /// One claim's; as `concerns(of:)` of a list.
    public func concerns(of claim: UUID, as caller: Caller) async throws -> ClaimConcerns {
        try await permit(.readClaim, caller, record: claim)
        return try await concerns(of: [claim], as: caller)[claim] ?? ClaimConcerns()
    }

    /// One statement for all of them, with the caller's eyes: people of other areas are not counted.
    public func concerns(of claims: [UUID], as caller: Caller) async throws -> [UUID: ClaimConcerns] {
        guard !claims.isEmpty else { return [:] }
        let rows = try await pipeline(
            as: caller,
            [
                """
                SELECT c.id,
                       (SELECT count(*) FROM learners o
                        WHERE o.name = l.name AND o.id <> l.id AND o.merged_into IS NULL
                          AND (o.employer_id = l.employer_id OR substr(o.id_number, 7, 8) = substr(l.id_number, 7, 8))) AS namesakes,
                       (SELECT count(*) FROM claims o WHERE o.learner_id = c.learner_id AND o.subject_year = c.subject_year
                          AND o.id <> c.id AND o.state IN ('submitted', 'returned')) AS open_claims,
                       (SELECT s.entry_id FROM standing_entries s WHERE s.learner_id = c.learner_id
                          AND s.subject_year = c.subject_year AND s.completes) AS completed_by,
                       l.employer_id IS DISTINCT FROM c.employer_id AS has_moved,
                       (SELECT d.reason FROM claims o JOIN decisions d ON d.claim_id = o.id
                        WHERE o.learner_id = c.learner_id AND o.subject_year = c.subject_year AND d.decision <> 'recognize'
                        ORDER BY d.decided_on DESC, d.id LIMIT 1) AS last_refusal
                FROM claims c JOIN learners l ON l.id = c.learner_id WHERE c.id = ANY (\(claims))
                """
            ])[0]
        var concerns: [UUID: ClaimConcerns] = [:]
        for row in rows {
            concerns[try row.decode("id")] = ClaimConcerns(
                namesakes: try row.decode("namesakes"), openClaims: try row.decode("open_claims"),
                completedBy: try row.decodeIfPresent("completed_by"), hasMoved: try row.decode("has_moved"),
                lastRefusal: try row.decodeIfPresent("last_refusal"))
        }
        return concerns
    }
}
