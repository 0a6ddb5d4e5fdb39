import Foundation
import PostgresClient
import RegistryDomain

extension RegistryStore {
    /// Ends the user's sessions at once; what the user did keeps their name.
    ///
    /// - Throws: `StoreError.conflict` for one's own account.
    public func disableUser(_ username: String, as caller: Caller?) async throws {
        if let caller, caller.username == username { throw StoreError.conflict(.ownAccount, entry: nil, claim: nil) }
        try await changeUser(
            username,
            "UPDATE users SET disabled_at = coalesce(disabled_at, now()) WHERE username = \(username) RETURNING id",
            what: "disable", as: caller)
    }

    /// The password stays what it was; failures are forgotten.
    public func enableUser(_ username: String, as caller: Caller?) async throws {
        try await changeUser(
            username,
            """
            UPDATE users SET disabled_at = NULL, failed_logins = 0, locked_until = NULL WHERE username = \(username) RETURNING id
            """, what: "enable", as: caller)
    }

    /// Ends the quarter of an hour that follows five wrong passwords.
    public func unlockUser(_ username: String, as caller: Caller?) async throws {
        try await changeUser(
            username,
            "UPDATE users SET failed_logins = 0, locked_until = NULL WHERE username = \(username) RETURNING id",
            what: "unlock", endsSessions: false, as: caller)
    }

    /// Signs the user out everywhere.
    public func endSessions(of username: String, as caller: Caller?) async throws {
        try await changeUser(
            username, "SELECT id FROM users WHERE username = \(username)", what: "endSessions", as: caller)
    }

    /// Ends the user's sessions too: whoever knew the old password is out.
    public func setPassword(_ username: String, _ password: String, as caller: Caller?) async throws {
        if let caller { try await permit(.manageUsers, caller) }
        let hash = try await Self.hash(ofNew: password)
        try await changeUser(
            username,
            """
            UPDATE users SET password_hash = \(hash), failed_logins = 0, locked_until = NULL, password_is_one_time = false
            WHERE username = \(username) RETURNING id
            """, what: "setPassword", as: caller)
    }

    /// A password that opens nothing but the choice of another (A2). It is said once, here.
    public func setOneTimePassword(_ username: String, as caller: Caller?) async throws -> String {
        if let caller { try await permit(.manageUsers, caller) }
        let password = OneTimeWord.password()
        let hash = try await PasswordHash.make(password)
        try await changeUser(
            username,
            """
            UPDATE users SET password_hash = \(hash), password_is_one_time = true, failed_logins = 0, locked_until = NULL
            WHERE username = \(username) RETURNING id
            """, what: "setOneTimePassword", as: caller)
        return password
    }

    static func hash(ofNew password: String) async throws -> String {
        guard password.count >= 12 else {
            throw StoreError.invalid([
                .field("password", found: nil, expected: Text(zh: "至少 12 个字符", en: "at least 12 characters"), rule: .A1)
            ])
        }
        return try await PasswordHash.make(password)
    }

    private func changeUser(
        _ username: String, _ change: Statement, what: String, endsSessions: Bool = true, as caller: Caller?
    ) async throws {
        if let caller { try await permit(.manageUsers, caller) }
        try await translating {
            try await pool.withTransaction(retries: 3) { sql in
                guard let row = try await sql.execute(change).first else {
                    throw StoreError.notFound(.recordUnknown)
                }
                let user = try row.decode("id", as: UUID.self)
                if endsSessions {
                    _ = try await sql.execute(
                        "UPDATE sessions SET revoked_at = now() WHERE revoked_at IS NULL AND user_id = \(user)")
                }
                if let caller {
                    _ = try await sql.execute(
                        AccessLine(.manageUsers, record: user, reason: what).statement(by: caller))
                }
            }
        }
    }
}
