import Foundation
import PostgresClient
import RegistryDomain

/// A user to be added, as an administrator types it.
public struct NewUser: Codable, Sendable {
    public var username: String
    public var personName: String
    public var password: String
    public var role: Role
    public var authority: Authority?
    /// The unit of a unit administrator.
    public var employerCreditCode: String?
    /// The learner's own record, for the role learner or for an officer who is one.
    public var idNumber: String?

    public init(
        username: String, personName: String, password: String, role: Role, authority: Authority? = nil,
        employerCreditCode: String? = nil, idNumber: String? = nil
    ) {
        self.username = username
        self.personName = personName
        self.password = password
        self.role = role
        self.authority = authority
        self.employerCreditCode = employerCreditCode
        self.idNumber = idNumber
    }
}

public struct UserRecord: Codable, Sendable {
    public var username: String
    public var personName: String
    public var role: Role
    public var authority: Authority?
    public var employerCreditCode: String?
    public var learnerId: UUID?
    public var disabled: Bool
}

extension RegistryStore {
    /// Adds a user. Without a caller (the command line on the machine itself) the first user can be made.
    ///
    /// - Throws: `StoreError.invalid` where role, authority, unit and learner do not fit together, `.notFound` where
    ///   the unit or the learner is not there, `.conflict` where the username is taken.
    public func addUser(_ user: NewUser, as caller: Caller?) async throws -> UserRecord {
        if let caller { try await permit(.manageUsers, caller) }
        return try await add(user, hash: try await Self.hash(ofNew: user.password), isOneTime: false, as: caller)
    }

    /// Adds a user with a password that opens nothing but the choice of another (A2); it is said once, here.
    ///
    /// - Throws: as `addUser`; the user's own `password` is not looked at.
    public func addUserWithOneTimePassword(_ user: NewUser, as caller: Caller) async throws -> (UserRecord, String) {
        try await permit(.manageUsers, caller)
        let password = OneTimeWord.password()
        let hash = try await PasswordHash.make(password)
        return (try await add(user, hash: hash, isOneTime: true, as: caller), password)
    }

    private func add(_ user: NewUser, hash: String, isOneTime: Bool, as caller: Caller?) async throws -> UserRecord {
        try await translating {
            try await pool.withTransaction(retries: 3) { sql in
                // Whoever may add users may tie one to a unit or a learner, whose records stay out of sight.
                _ = try await sql.execute("SELECT set_config('ceregistry.role', 'verifier', true)")
                let employer = try await employerId(user.employerCreditCode, sql)
                let learner = try await learnerId(user.idNumber, sql)
                let id = UUID()
                _ = try await sql.execute(
                    """
                    INSERT INTO users (id, username, person_name, password_hash, role, authority, employer_id, learner_id,
                                       password_is_one_time)
                    VALUES (\(id), \(user.username), \(user.personName), \(hash), \(user.role.rawValue),
                            \(user.authority?.description), \(employer), \(learner), \(isOneTime))
                    """)
                if let caller {
                    _ = try await sql.execute(
                        AccessLine(.manageUsers, record: id, reason: "add").statement(by: caller))
                }
            }
            guard let record = try await userRecords(named: user.username).first else {
                throw StoreError.notFound(.recordUnknown)
            }
            return record
        }
    }

    private func employerId(_ creditCode: String?, _ sql: PostgresTransaction) async throws -> UUID? {
        guard let creditCode else { return nil }
        guard let row = try await sql.execute("SELECT id FROM employers WHERE credit_code = \(creditCode)").first else {
            throw StoreError.notFound(.employerUnknown)
        }
        return try row.decode("id")
    }

    private func learnerId(_ idNumber: String?, _ sql: PostgresTransaction) async throws -> UUID? {
        guard let idNumber else { return nil }
        let rows = try await sql.execute("SELECT learner_id FROM learner_id_numbers WHERE id_number = \(idNumber)")
        guard let row = rows.first else { throw StoreError.notFound(.learnerUnknown) }
        return try row.decode("learner_id")
    }

    public func listUsers(as caller: Caller?) async throws -> [UserRecord] {
        if let caller { try await permit(.manageUsers, caller) }
        return try await translating { try await userRecords(named: nil) }
    }

    private func userRecords(named username: String?) async throws -> [UserRecord] {
        try await pool.execute(
            """
            SELECT u.username, u.person_name, u.role, u.authority, e.credit_code, u.learner_id,
                   u.disabled_at IS NOT NULL AS disabled
            FROM users u LEFT JOIN employers e ON e.id = u.employer_id
            WHERE \(username)::text IS NULL OR u.username = \(username) ORDER BY u.username
            """
        ).map { row in
            UserRecord(
                username: try row.decode("username"), personName: try row.decode("person_name"),
                role: try row.word("role"), authority: try row.authorityIfPresent("authority"),
                employerCreditCode: try row.decodeIfPresent("credit_code"),
                learnerId: try row.decodeIfPresent("learner_id"), disabled: try row.decode("disabled"))
        }
    }

    /// The caller that the command line acts as: `--as USER`.
    public func callerForCommandLine(username: String) async throws -> Caller {
        let rows = try await translating {
            try await pool.execute(
                """
                SELECT id AS user_id, username, person_name, role, authority, employer_id, learner_id, password_is_one_time
                FROM users WHERE username = \(username) AND disabled_at IS NULL
                """)
        }
        guard let row = rows.first else { throw StoreError.unauthenticated(.badCredentials) }
        return try row.caller(requestId: nil)
    }
}

extension Row {
    func caller(requestId: String?) throws -> Caller {
        var caller = Caller(
            userId: try decode("user_id"), username: try decode("username"), personName: try decode("person_name"),
            role: try word("role"), authority: try authorityIfPresent("authority"),
            employerId: try decodeIfPresent("employer_id"), learnerId: try decodeIfPresent("learner_id"),
            requestId: requestId)
        caller.hasOneTimePassword = try decode("password_is_one_time")
        return caller
    }
}
