import Foundation
import PostgresClient
import RegistryDomain

extension RegistryStore {
    /// The caller's own password, by whoever knows the present one. Every other session of the account ends.
    ///
    /// - Parameter token: the session that stays.
    /// - Throws: `StoreError.invalid` naming the field, `.tooManyAttempts` while the account is locked.
    public func changeOwnPassword(current: String, new: String, keeping token: String, as caller: Caller) async throws {
        try await permit(.readOwnSession, caller)
        guard new.count >= 12, new.utf8.count <= 1024, new != current else {
            throw StoreError.invalid([
                .field(
                    "new", found: nil,
                    expected: Text(zh: "至少 12 个字符，且与当前密码不同", en: "at least 12 characters, and not the present one"),
                    rule: .A1)
            ])
        }
        let rows = try await translating {
            try await pool.execute(
                """
                SELECT password_hash, ceil(extract(epoch FROM locked_until - now()))::int AS locked_seconds
                FROM users WHERE id = \(caller.userId)
                """)
        }
        guard let row = rows.first else { throw StoreError.unauthenticated(.sessionEnded) }
        if let seconds = try row.decodeIfPresent("locked_seconds", as: Int32.self), seconds > 0 {
            throw StoreError.tooManyAttempts(.loginLocked, retryAfterSeconds: Int(seconds))
        }
        guard try await PasswordHash.matches(current, try row.decode("password_hash")) else {
            try await countFailure(of: caller)
            throw StoreError.invalid([.passwordWrong])
        }
        let hash = try await PasswordHash.make(new)
        _ = try await translating {
            try await pool.pipeline([
                """
                UPDATE users SET password_hash = \(hash), password_is_one_time = false, failed_logins = 0, locked_until = NULL
                WHERE id = \(caller.userId)
                """,
                """
                UPDATE sessions SET revoked_at = now()
                WHERE user_id = \(caller.userId) AND revoked_at IS NULL AND token_hash <> \(Self.hash(of: token))
                """,
                AccessLine(.readOwnSession, reason: "password").statement(by: caller),
            ])
        }
    }
}
