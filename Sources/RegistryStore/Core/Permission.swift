import Foundation
import PostgresClient
import RegistryDomain

extension RegistryStore {
    /// How far the caller's role reaches for this action; a role without the right is refused, and the attempt
    /// goes on the access log.
    @discardableResult
    public func permit(_ action: Rights.Action, _ caller: Caller, record: UUID? = nil) async throws -> Rights.Scope {
        if let scope = Rights.scope(of: caller.role, for: action) { return scope }
        try await recordRefusal(action, record: record, reason: .roleMayNot, caller: caller)
        throw StoreError.forbidden(.roleMayNot)
    }

    /// Runs `body`; where it ends in `forbidden`, the attempt goes on the access log (DESIGN: every refusal).
    func loggingRefusal<Value>(
        _ action: Rights.Action, _ caller: Caller, record: UUID? = nil, learner: UUID? = nil,
        _ body: () async throws -> Value
    ) async throws -> Value {
        do {
            return try await body()
        } catch let error as StoreError {
            if case .forbidden(let reason) = error {
                try await recordRefusal(action, learner: learner, record: record, reason: reason, caller: caller)
            }
            throw error
        }
    }

    public func recordRefusal(
        _ action: Rights.Action, learner: UUID? = nil, record: UUID? = nil, reason: Reason, caller: Caller
    ) async throws {
        let line = AccessLine(action, learner: learner, record: record, outcome: .refused, code: reason.code)
        _ = try await translating { try await pool.execute(line.statement(by: caller)) }
    }
}

/// One line of the access log: who did what to whose record. Never an ID number, never a name.
struct AccessLine: Sendable {
    enum Outcome: String { case allowed, refused }
    var action: Rights.Action
    var learner: UUID?
    var record: UUID?
    var outcome: Outcome
    var code: String?
    /// Why, as the caller said it, such as the purpose of an eligibility question.
    var reason: String?

    init(
        _ action: Rights.Action, learner: UUID? = nil, record: UUID? = nil, outcome: Outcome = .allowed,
        code: String? = nil, reason: String? = nil
    ) {
        self.action = action
        self.learner = learner
        self.record = record
        self.outcome = outcome
        self.code = code
        self.reason = reason
    }

    func statement(by caller: Caller) -> Statement {
        """
        INSERT INTO access_log (user_id, role, authority, action, learner_id, record_id, outcome, code, reason, request_id)
        VALUES (\(caller.userId), \(caller.role.rawValue), \(caller.authority?.description), \(action.rawValue),
                \(learner), \(record?.uuidString.lowercased()), \(outcome.rawValue), \(code), \(reason), \(caller.requestId))
        """
    }
}
