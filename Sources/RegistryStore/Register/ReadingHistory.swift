import Foundation
import PostgresClient
import RegistryDomain

extension RegistryStore {
    /// A person's history for the rules, in one statement and on the access log.
    ///
    /// - Throws: as `readingLearner`.
    func readingHistory(_ query: HistoryQuery, why: String, as caller: Caller) async throws -> LearnerHistory {
        let scope = try await permit(.readEligibility, caller, record: query.learner)
        let rows = try await lookUp(as: caller, [query.reading(why, caller.requestId)])[0]
        return try Self.history(from: rows, query, scope, caller)
    }

    /// The same for whoever holds the token, who is found in the same round trip.
    ///
    /// - Parameter admitting: told who it is before anything else is made of the answer; what it throws is thrown.
    /// - Throws: also `StoreError.unauthenticated` where the session has ended.
    func readingHistory(
        _ query: HistoryQuery, why: String, holding token: String, requestId: String?,
        admitting: (Caller) throws -> Void
    ) async throws -> LearnerHistory {
        let statements = [
            Caller.entering(Self.holder(of: token), roles: Self.readers), query.reading(why, requestId),
        ]
        let results = try await translating { try await pool.shared.pipeline(statements) }
        let caller = try Self.caller(of: results[0], requestId)
        try admitting(caller)
        let scope = try await permit(.readEligibility, caller, record: query.learner)
        return try Self.history(from: results[1], query, scope, caller)
    }

    private static let readers = Role.allCases.filter { Rights.scope(of: $0, for: .readEligibility) != nil }
        .map(\.rawValue).joined(separator: " ")

    private static func history(
        from rows: QueryResult, _ query: HistoryQuery, _ scope: Rights.Scope, _ caller: Caller
    ) throws -> LearnerHistory {
        guard let first = rows.first else { throw StoreError.notFound(.learnerUnknown) }
        // Jurisdiction is enforced twice: what the database allowed has to be within the caller's right, too.
        let place = Rights.Place(
            learner: query.learner, area: try first.authorityIfPresent("recognized_by"),
            employer: try first.decodeIfPresent("employer_id"), opensByClaim: try first.decode("lifts_duty"))
        guard try first.decode("fact", as: String.self) == "allowed",
            scope.reaches(place, by: caller.authority, employer: caller.employerId, learner: caller.learnerId)
        else { throw StoreError.forbidden(.outsideJurisdiction) }
        return try HistoryQuery.history(from: rows.dropFirst())
    }
}
