import Foundation
import PostgresClient
import RegistryDomain

/// An account as its administrator sees it.
public struct UserAccount: Codable, Sendable {
    public var id: UUID
    public var username: String
    public var personName: String
    public var role: Role
    public var authority: Authority?
    public var employer: String?
    public var employerId: UUID?
    public var learnerId: UUID?
    public var disabledAt: Date?
    /// Nil where it is not locked now.
    public var lockedUntil: Date?
    /// Somebody else set the password, and the person has not chosen another yet.
    public var hasOneTimePassword: Bool
    public var lastSignInAt: Date?
    public var recordedAt: Date
    /// Sessions that are open now.
    public var sessions: Int
}

/// Which accounts are asked for.
public struct UserFilter: Sendable {
    public enum Standing: String, Sendable, CaseIterable { case locked, disabled }
    /// A part of the username or of the person's name.
    public var q: String?
    public var role: Role?
    public var standing: Standing?
    public var cursor: String?

    public init(q: String? = nil, role: Role? = nil, standing: Standing? = nil, cursor: String? = nil) {
        self.q = q
        self.role = role
        self.standing = standing
        self.cursor = cursor
    }
}

extension RegistryStore {
    /// Accounts in the order of their usernames.
    public func userAccounts(_ filter: UserFilter, as caller: Caller) async throws -> Page<UserAccount> {
        try await permit(.manageUsers, caller)
        let after = try Cursor.decode(filter.cursor, as: String.self) ?? ""
        let pattern = filter.q.map { "%" + LikePattern.escaped($0) + "%" }
        let rows = try await accountRows(
            """
            \(unescaped: Self.accountColumns)
            WHERE u.username > \(after) AND (\(filter.role?.rawValue)::text IS NULL OR u.role = \(filter.role?.rawValue))
              AND (\(pattern)::text IS NULL OR u.username ILIKE \(pattern) OR u.person_name LIKE \(pattern))
              AND CASE \(filter.standing?.rawValue)::text WHEN 'locked' THEN u.locked_until > now()
                       WHEN 'disabled' THEN u.disabled_at IS NOT NULL ELSE true END
            ORDER BY u.username LIMIT \(Int64(Cursor.pageSize + 1))
            """)
        let items = Array(rows.prefix(Cursor.pageSize))
        let next = rows.count > items.count ? try items.last.map { try Cursor.encode($0.username) } : nil
        return Page(items: items, nextCursor: next)
    }

    /// An account by its username. Whoever reads the audit may see whose account a record names.
    ///
    /// - Throws: `StoreError.notFound` for an unknown one.
    public func userAccount(_ username: String, as caller: Caller) async throws -> UserAccount {
        if Rights.scope(of: caller.role, for: .manageUsers) == nil { try await permit(.readAccessLog, caller) }
        guard
            let account = try await accountRows("\(unescaped: Self.accountColumns) WHERE u.username = \(username)")
                .first
        else { throw StoreError.notFound(.recordUnknown) }
        return account
    }

    private func accountRows(_ statement: Statement) async throws -> [UserAccount] {
        try await translating { try await pool.execute(statement) }.map { row in
            UserAccount(
                id: try row.decode("id"), username: try row.decode("username"),
                personName: try row.decode("person_name"),
                role: try row.word("role"), authority: try row.authorityIfPresent("authority"),
                employer: try row.decodeIfPresent("employer"), employerId: try row.decodeIfPresent("employer_id"),
                learnerId: try row.decodeIfPresent("learner_id"), disabledAt: try row.decodeIfPresent("disabled_at"),
                lockedUntil: try row.decodeIfPresent("locked_until"),
                hasOneTimePassword: try row.decode("password_is_one_time"),
                lastSignInAt: try row.decodeIfPresent("last_sign_in_at"), recordedAt: try row.decode("recorded_at"),
                sessions: try row.decode("sessions"))
        }
    }

    private static let accountColumns = """
        SELECT u.id, u.username, u.person_name, u.role, u.authority, e.name AS employer, u.employer_id, u.learner_id, u.disabled_at,
               CASE WHEN u.locked_until > now() THEN u.locked_until END AS locked_until, u.password_is_one_time, u.last_sign_in_at,
               u.recorded_at,
               (SELECT count(*) FROM sessions s WHERE s.user_id = u.id AND s.revoked_at IS NULL AND s.expires_at > now()) AS sessions
        FROM users u LEFT JOIN employers e ON e.id = u.employer_id
        """
}
