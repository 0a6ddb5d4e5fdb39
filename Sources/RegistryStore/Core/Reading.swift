import Foundation
import PostgresClient
import RegistryDomain

extension RegistryStore {
    /// Several statements with the caller's rights in one round trip and one implicit transaction.
    func pipeline(as caller: Caller, _ statements: [Statement]) async throws -> [QueryResult] {
        try await translating { Array(try await pool.pipeline([caller.entering] + statements).dropFirst()) }
    }

    /// The same for what is found by its key, over connections that all callers share: nobody waits for a connection of
    /// their own. What may take long would hold up the others.
    func lookUp(as caller: Caller, _ statements: [Statement]) async throws -> [QueryResult] {
        try await translating { Array(try await pool.shared.pipeline([caller.enteringByKey] + statements).dropFirst()) }
    }

    /// Reads something of a learner's record in one round trip, and puts it on the access log: allowed where the
    /// caller sees the learner, refused where the learner is another's.
    ///
    /// - Throws: `StoreError.forbidden` outside the caller's jurisdiction, `.notFound` where there is no such learner.
    func readingLearner(
        _ learner: UUID, _ action: Rights.Action, why: String? = nil, as caller: Caller, _ statements: [Statement]
    ) async throws -> [QueryResult] {
        try await permit(action, caller, record: learner)
        let visible: Statement =
            """
            SELECT EXISTS (SELECT FROM learners WHERE id = \(learner)) AS visible, learner_exists(\(learner)) AS present
            """
        let logged: Statement =
            """
            INSERT INTO access_log (user_id, role, authority, action, learner_id, outcome, code, reason, request_id)
            SELECT \(caller.userId), \(caller.role.rawValue), \(caller.authority?.description), \(action.rawValue),
                   \(learner), CASE WHEN v.visible THEN 'allowed' ELSE 'refused' END,
                   CASE WHEN NOT v.visible THEN \(Reason.outsideJurisdiction.code) END, \(why), \(caller.requestId)
            FROM (SELECT EXISTS (SELECT FROM learners WHERE id = \(learner)) AS visible) v
            WHERE learner_exists(\(learner))
            """
        let results = try await lookUp(as: caller, [visible, logged] + statements)
        guard let row = results[0].first, try row.decode("present", as: Bool.self) else {
            throw StoreError.notFound(.learnerUnknown)
        }
        guard try row.decode("visible", as: Bool.self) else { throw StoreError.forbidden(.outsideJurisdiction) }
        return Array(results.dropFirst(2))
    }
}
