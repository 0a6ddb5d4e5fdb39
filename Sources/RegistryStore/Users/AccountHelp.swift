import Foundation
import PostgresClient
import RegistryDomain

/// What a learner is told to sign in with. The password exists here and in the learner's hand, nowhere else.
public struct OneTimePassword: Sendable {
    public var username: String
    public var password: String
    /// Whether the account was opened just now.
    public var isNewAccount: Bool
}

extension RegistryStore {
    /// A new password for a learner's account, good for signing in once and choosing another; an account where there is
    /// none yet (A1, A2). Ends the learner's sessions. On the access log; accounts of any other role stay as they are.
    ///
    /// - Throws: `StoreError.forbidden` where the learner is not of the caller's unit or area.
    public func giveOneTimePassword(learner: UUID, as caller: Caller) async throws -> OneTimePassword {
        let scope = try await permit(.helpWithAccount, caller, record: learner)
        let password = OneTimeWord.password()
        let hash = try await PasswordHash.make(password)
        return try await loggingRefusal(.helpWithAccount, caller, learner: learner) {
            try await read(as: caller) { transaction in
                let record = try await transaction.visibleLearner(learner)
                let isInside =
                    switch scope {
                    case .all: true
                    case .area: record.area == caller.authority
                    case .unit: record.employer?.id == caller.employerId
                    case .own, .routed: false
                    }
                guard isInside else { throw StoreError.forbidden(.outsideJurisdiction) }
                guard record.mergedInto == nil else {
                    throw StoreError.conflict(.alreadyMerged, entry: nil, claim: nil)
                }
                return try await transaction.setOneTimePassword(of: record, password, hash)
            }
        }
    }
}

extension RegistryTransaction {
    fileprivate func setOneTimePassword(of learner: LearnerRecord, _ password: String, _ hash: String) async throws
        -> OneTimePassword
    {
        let line = AccessLine(.helpWithAccount, learner: learner.id).statement(by: caller)
        let updated = try await pipeline([
            """
            UPDATE users SET password_hash = \(hash), password_is_one_time = true, failed_logins = 0, locked_until = NULL
            WHERE id = (SELECT id FROM users WHERE role = 'learner' AND disabled_at IS NULL
                        AND learner_id IN (SELECT person_records(\(learner.id), NULL)) ORDER BY recorded_at, id LIMIT 1)
            RETURNING id, username
            """,
            line,
        ])[0]
        if let row = updated.first {
            _ = try await execute(
                """
                UPDATE sessions SET revoked_at = now()
                WHERE revoked_at IS NULL AND user_id = \(try row.decode("id", as: UUID.self))
                """)
            return OneTimePassword(username: try row.decode("username"), password: password, isNewAccount: false)
        }
        let username = OneTimeWord.username()
        _ = try await execute(
            """
            INSERT INTO users (id, username, person_name, password_hash, role, learner_id, password_is_one_time)
            VALUES (\(UUID()), \(username), \(learner.name), \(hash), 'learner', \(learner.id), true)
            """)
        return OneTimePassword(username: username, password: password, isNewAccount: true)
    }
}

/// Random words that are read out and typed without mistakes: no 0, O, 1, I or l.
enum OneTimeWord {
    private static let letters = Array("abcdefghjkmnpqrstuvwxyz23456789")

    /// Sixteen characters in groups of four, 79 random bits.
    static func password() -> String {
        (0..<4).map { _ in characters(4) }.joined(separator: "-")
    }

    /// Says nothing of the person, and an ID number signs in as well.
    static func username() -> String { "xy-" + characters(8) }

    private static func characters(_ count: Int) -> String {
        var generator = SystemRandomNumberGenerator()
        return String((0..<count).compactMap { _ in letters.randomElement(using: &generator) })
    }
}
