import Crypto
import Foundation
import PostgresClient
import RegistryDomain

/// What signing in gives back; the token is shown once and kept only as its SHA-256.
public struct SignedIn: Codable, Sendable {
    public struct User: Codable, Sendable {
        public var username: String
        public var role: Role
        public var authority: Authority?
        public var personName: String
        public var learnerId: UUID?

        public init(username: String, role: Role, authority: Authority?, personName: String, learnerId: UUID?) {
            self.username = username
            self.role = role
            self.authority = authority
            self.personName = personName
            self.learnerId = learnerId
        }
    }
    public var token: String
    public var expiresAt: Date
    public var user: User
}

extension RegistryStore {
    /// A working day at a counter.
    static let sessionLifetime: Duration = .seconds(12 * 3600)
    /// Failures before an account is locked, and for how long.
    static let failuresBeforeLock: Int32 = 5
    static let lockSeconds: Int32 = 15 * 60

    /// Checks the password and opens a session. An unknown name costs as long as a wrong password. Each failure counts;
    /// after five the account is locked for a quarter of an hour, right password or not.
    ///
    /// - Parameter username: or, of a learner, any ID number of theirs (A1).
    /// - Throws: `StoreError.unauthenticated`, or `.tooManyAttempts` while locked.
    public func signIn(username: String, password: String) async throws -> SignedIn {
        let number = try? IdentityNumber(validating: username).value
        let rows = try await translating {
            try await pool.execute(
                """
                SELECT id AS user_id, username, person_name, role, authority, employer_id, learner_id, password_hash,
                       password_is_one_time, disabled_at IS NOT NULL AS disabled,
                       ceil(extract(epoch FROM locked_until - now()))::int AS locked_seconds
                FROM users
                WHERE username = \(username)
                   OR (role = 'learner' AND disabled_at IS NULL
                       AND learner_id = (SELECT learner_id FROM learner_id_numbers WHERE id_number = \(number)))
                ORDER BY username = \(username) DESC, recorded_at, id LIMIT 1
                """)
        }
        guard let row = rows.first, try !row.decode("disabled", as: Bool.self) else {
            _ = try await PasswordHash.make(password)
            throw StoreError.unauthenticated(.badCredentials)
        }
        if let seconds = try row.decodeIfPresent("locked_seconds", as: Int32.self), seconds > 0 {
            throw StoreError.tooManyAttempts(.loginLocked, retryAfterSeconds: Int(seconds))
        }
        let caller = try row.caller(requestId: nil)
        guard try await PasswordHash.matches(password, try row.decode("password_hash")) else {
            try await countFailure(of: caller)
            throw StoreError.unauthenticated(.badCredentials)
        }
        return try await openSession(for: caller)
    }

    func countFailure(of caller: Caller) async throws {
        _ = try await translating {
            try await pool.pipeline([
                """
                UPDATE users SET failed_logins = CASE WHEN failed_logins + 1 >= \(Self.failuresBeforeLock) THEN 0
                                                      ELSE failed_logins + 1 END,
                       locked_until = CASE WHEN failed_logins + 1 >= \(Self.failuresBeforeLock)
                                           THEN now() + make_interval(secs => \(Double(Self.lockSeconds))) END
                WHERE id = \(caller.userId)
                """,
                AccessLine(.signIn, outcome: .refused, code: Reason.badCredentials.code).statement(by: caller),
            ])
        }
    }

    private func openSession(for caller: Caller) async throws -> SignedIn {
        var generator = SystemRandomNumberGenerator()
        let secret = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        let token = Data(secret).base64EncodedString()
            .replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_")
            .replacingOccurrences(of: "=", with: "")
        let seconds = Double(Self.sessionLifetime.components.seconds)
        let results = try await translating {
            try await pool.pipeline([
                """
                INSERT INTO sessions (token_hash, user_id, expires_at)
                VALUES (\(Self.hash(of: token)), \(caller.userId), now() + make_interval(secs => \(seconds)))
                RETURNING expires_at
                """,
                "UPDATE users SET failed_logins = 0, locked_until = NULL, last_sign_in_at = now() WHERE id = \(caller.userId)",
                "DELETE FROM sessions WHERE user_id = \(caller.userId) AND expires_at < now()",
                AccessLine(.signIn).statement(by: caller),
            ])
        }
        guard let row = results[0].first else { throw StoreError.unavailable("no session was opened") }
        return SignedIn(
            token: token, expiresAt: try row.decode("expires_at"),
            user: SignedIn.User(
                username: caller.username, role: caller.role, authority: caller.authority,
                personName: caller.personName, learnerId: caller.learnerId))
    }

    static func hash(of token: String) -> [UInt8] { Array(SHA256.hash(data: Data(token.utf8))) }

    /// Who holds this token now. Expired, revoked and disabled are one answer: the session has ended.
    public func caller(token: String, requestId: String?) async throws -> Caller {
        try Self.caller(
            of: try await translating { try await pool.shared.execute(Self.holder(of: token)) }, requestId)
    }

    static func caller(of rows: QueryResult, _ requestId: String?) throws -> Caller {
        guard let row = rows.first else { throw StoreError.unauthenticated(.sessionEnded) }
        return try row.caller(requestId: requestId)
    }

    /// The session and its user, a row that `Row.caller` reads.
    static func holder(of token: String) -> Statement {
        """
        SELECT u.id AS user_id, u.username, u.person_name, u.role, u.authority, u.employer_id, u.learner_id,
               u.password_is_one_time
        FROM sessions s JOIN users u ON u.id = s.user_id
        WHERE s.token_hash = \(hash(of: token)) AND s.revoked_at IS NULL AND s.expires_at > now()
              AND u.disabled_at IS NULL
        """
    }

    public func signOut(token: String) async throws {
        _ = try await translating {
            try await pool.execute("UPDATE sessions SET revoked_at = now() WHERE token_hash = \(Self.hash(of: token))")
        }
    }
}
