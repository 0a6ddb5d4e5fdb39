import CLibPQ

/// How much of other transactions' work a transaction sees (PostgreSQL chapter 13.2).
public enum IsolationLevel: String, Sendable {
    case readCommitted = "READ COMMITTED"
    case repeatableRead = "REPEATABLE READ"
    case serializable = "SERIALIZABLE"
}

/// A transaction under way. BEGIN travels with the first statement, so it costs no round trip of its own.
public final class PostgresTransaction: PostgresExecutor {
    public let connection: PostgresConnection
    private let begin: Statement
    private let hasBegun = Guarded(false)

    init(connection: PostgresConnection, isolation: IsolationLevel, readOnly: Bool) {
        self.connection = connection
        // As a variable: `Statement("…\(x)…")` would make a parameter of it.
        let sql = "BEGIN ISOLATION LEVEL \(isolation.rawValue)\(readOnly ? " READ ONLY" : "")"
        begin = Statement(sql)
    }

    public func pipeline(_ statements: [Statement]) async throws -> [QueryResult] {
        let isFirst = hasBegun.withLock { begun in
            defer { begun = true }
            return !begun
        }
        guard isFirst else { return try await connection.pipeline(statements) }
        return Array(try await connection.pipeline([begin] + statements).dropFirst())
    }

    public func independently(_ statements: [Statement]) async throws -> [Result<QueryResult, PostgresError>] {
        if !hasBegun.withLock({ $0 }) { _ = try await pipeline([]) }
        return try await connection.independently(statements)
    }

    /// COPY … FROM STDIN inside this transaction.
    @discardableResult
    public func copyIn(_ sql: String, _ body: (CopyWriter) async throws -> Void) async throws -> Int {
        _ = try await pipeline([])
        return try await connection.copyIn(sql, body)
    }

    /// COPY … TO STDOUT inside this transaction.
    public func copyOut(_ sql: String) async throws -> CopyRows {
        _ = try await pipeline([])
        return connection.copyOut(sql)
    }

    func commit() async throws {
        guard hasBegun.withLock({ $0 }) else { return }
        do {
            let result = try await connection.execute("COMMIT")
            if result.commandTag == "ROLLBACK" { throw PostgresClientError.transactionAborted }
        } catch PostgresClientError.connectionLost(let reason) {
            throw PostgresClientError.commitUnknown(reason)
        }
    }

    /// Also for a cancelled task: the connection must be free of the transaction before it is lent on.
    func rollback() async {
        guard hasBegun.withLock({ $0 }), !connection.isBroken else { return }
        let connection = connection
        _ = await Task.detached { try? await connection.execute("ROLLBACK") }.value
    }
}

extension PostgresPool {
    /// Runs `body` in a transaction, and again from the start after a serialization failure or a deadlock: it must have
    /// no effects outside the database. Once COMMIT is sent a cancelled task waits for its answer.
    ///
    /// - Parameter retries: how often to try again, after a short random wait that doubles.
    /// - Throws: `PostgresClientError.commitUnknown` where the answer to COMMIT was lost.
    public func withTransaction<Value: Sendable>(
        isolation: IsolationLevel = .readCommitted, readOnly: Bool = false, retries: Int = 3,
        _ body: (PostgresTransaction) async throws -> Value
    ) async throws -> Value {
        var attempt = 0
        while true {
            do {
                return try await withConnection { connection in
                    try await Self.attempt(
                        PostgresTransaction(connection: connection, isolation: isolation, readOnly: readOnly), body)
                }
            } catch let error as PostgresError where error.deservesRetry && attempt < retries {
                attempt += 1
                let ceiling = 5 << min(attempt, 6)
                try await Task.sleep(for: .milliseconds(Int.random(in: 1...ceiling)))
            }
        }
    }

    private static func attempt<Value: Sendable>(
        _ transaction: PostgresTransaction, _ body: (PostgresTransaction) async throws -> Value
    ) async throws -> Value {
        let value: Value
        do {
            value = try await body(transaction)
            try Task.checkCancellation()
        } catch {
            await transaction.rollback()
            throw error
        }
        try await Task.detached { try await transaction.commit() }.value
        return value
    }
}

extension PostgresError {
    /// A failure that names no fault of the statement: the same work may well succeed now.
    var deservesRetry: Bool {
        sqlState == .serializationFailure || sqlState == .deadlockDetected || isStalePlan
    }
}
