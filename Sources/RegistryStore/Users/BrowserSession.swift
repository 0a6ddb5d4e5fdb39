import Foundation
import PostgresClient
import RegistryDomain

extension RegistryStore {
    /// A session of a browser: it ends when nobody has used it for `idleLimit`, and after a working day in any case.
    ///
    /// - Throws: as `signIn(username:password:)`.
    public func signInBrowser(username: String, password: String, idleLimit: Duration) async throws -> SignedIn {
        let signedIn = try await signIn(username: username, password: password)
        _ = try await translating {
            try await pool.execute(Self.keeping(signedIn.token, idleLimit))
        }
        return signedIn
    }

    /// Who uses this browser; being asked counts as use.
    ///
    /// - Throws: `StoreError.unauthenticated` where the session has ended, by time or by somebody.
    public func caller(browserToken token: String, idleLimit: Duration, requestId: String?) async throws -> Caller {
        let caller = try await caller(token: token, requestId: requestId)
        _ = try await translating { try await pool.execute(Self.keeping(token, idleLimit)) }
        return caller
    }

    /// Written at most once a minute for each session.
    private static func keeping(_ token: String, _ idleLimit: Duration) -> Statement {
        let idle = Double(idleLimit.components.seconds)
        let longest = Double(sessionLifetime.components.seconds)
        return """
            UPDATE sessions SET expires_at = least(now() + make_interval(secs => \(idle)),
                                                   recorded_at + make_interval(secs => \(longest)))
            WHERE token_hash = \(hash(of: token)) AND revoked_at IS NULL AND expires_at > now()
              AND abs(extract(epoch FROM expires_at - now())::float8 - \(idle)) > least(60, \(idle) / 4)
            """
    }
}
