import Foundation
import Logging
import PostgresClient
import RegistryDomain

/// One transaction on behalf of a caller: rows are seen and written with the caller's eyes and hands.
public struct RegistryTransaction: Sendable {
    let sql: PostgresTransaction
    public let caller: Caller
    public let policies: PolicySet
    /// The business day, from the clock that was passed in.
    public let today: Day

    func execute(_ statement: Statement) async throws -> QueryResult { try await sql.execute(statement) }
    func pipeline(_ statements: [Statement]) async throws -> [QueryResult] { try await sql.pipeline(statements) }

    /// The row that must be there, or `notFound` in the words of `reason`.
    func one(_ statement: Statement, orElse reason: Reason) async throws -> Row {
        guard let row = try await execute(statement).first else { throw StoreError.notFound(reason) }
        return row
    }
}

extension Caller {
    /// Tells row-level security who asks, for this transaction alone.
    var entering: Statement { entering(planning: "auto") }

    /// The same for statements that find their rows by key: one plan, which the session keeps, serves every value. What
    /// row-level security adds to a statement takes longer to plan than to run.
    var enteringByKey: Statement { entering(planning: "force_generic_plan") }

    private func entering(planning: String) -> Statement {
        """
        SELECT set_config('ceregistry.role', \(role.rawValue), true),
               set_config('ceregistry.authority', \(authority?.description ?? ""), true),
               set_config('ceregistry.user_id', \(userId.uuidString), true),
               set_config('ceregistry.employer_id', \(employerId?.uuidString ?? ""), true),
               set_config('ceregistry.learner_id', \(learnerId?.uuidString ?? ""), true),
               set_config('plan_cache_mode', \(planning), true)
        """
    }

    /// The same of `holder`, a statement that finds the caller, who is its row: one round trip finds out who asks, and asks.
    /// Where `holder` has no row, or the caller's role is none of `roles`, or the caller has to choose a password first,
    /// nothing is told, and whatever follows is asked by nobody.
    ///
    /// - Parameter roles: their names in the last parameter of `holder`'s, with spaces between them.
    static func entering(_ holder: Statement, roles: String) -> Statement {
        Statement(
            """
            SELECT h.*, set_config('ceregistry.role', CASE WHEN h.may THEN h.role ELSE '' END, true),
                   set_config('ceregistry.authority', CASE WHEN h.may THEN coalesce(h.authority, '') ELSE '' END, true),
                   set_config('ceregistry.user_id', CASE WHEN h.may THEN h.user_id::text ELSE '' END, true),
                   set_config('ceregistry.employer_id', CASE WHEN h.may THEN coalesce(h.employer_id::text, '') ELSE '' END, true),
                   set_config('ceregistry.learner_id', CASE WHEN h.may THEN coalesce(h.learner_id::text, '') ELSE '' END, true)
            FROM (SELECT f.*, f.role = ANY (string_to_array($\(holder.parameters.count + 1), ' ')) AND NOT f.password_is_one_time AS may
                  FROM (\(holder.sql)) f) h
            """, holder.parameters + [Parameter(roles)])
    }
}
