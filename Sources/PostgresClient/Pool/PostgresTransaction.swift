import CLibPQ

/// How much of other transactions' work a transaction sees (PostgreSQL chapter 13.2).
public enum IsolationLevel: String, Sendable {
    case readCommitted = "READ COMMITTED"
    case repeatableRead = "REPEATABLE READ"
    case serializable = "SERIALIZABLE"
}

/// A transaction under way. BEGIN travels with the first statement, so it costs no round trip of its own; whether it is
/// still to come is decided where the statement is sent, by what libpq knows of the session.
public final class PostgresTransaction: PostgresExecutor {
    /// For what only a connection knows, such as its information. A statement given to it before the transaction's first is
    /// outside the transaction.
    public let connection: PostgresConnection
    private let begin: Statement
    /// Whether anything was asked of it.
    private let isInUse = OnceFlag()
    private let savepoints = Guarded(0)

    init(connection: PostgresConnection, isolation: IsolationLevel, readOnly: Bool, deferrable: Bool) {
        self.connection = connection
        // As a variable: `Statement("…\(x)…")` would make a parameter of it.
        let sql =
            "BEGIN ISOLATION LEVEL \(isolation.rawValue)\(readOnly ? " READ ONLY" : "")\(deferrable ? " DEFERRABLE" : "")"
        begin = Statement(sql)
    }

    /// As a connection's, with BEGIN before the first.
    public func pipeline(_ statements: [Statement]) async throws -> [QueryResult] {
        isInUse.set()
        let sent = try await connection.run(statements, areIndependent: false, begin: begin)
        do {
            return try sent.outcomes.map { try $0.get() }
        } catch let error as PostgresError where error.isStalePlan && sent.hasBegun {
            // Nothing but these statements has happened in this transaction, and they are prepared anew now.
            try await connection.execute("ROLLBACK")
            return try await connection.run(statements, areIndependent: false, begin: begin).outcomes.map {
                try $0.get()
            }
        }
    }

    /// In one round trip; inside a transaction those after a failure fail too (25P02).
    public func independently(_ statements: [Statement]) async throws -> [Result<QueryResult, PostgresError>] {
        isInUse.set()
        return try await connection.run(statements, areIndependent: true, begin: begin).outcomes
    }

    /// COPY … FROM STDIN inside this transaction.
    @discardableResult
    public func copyIn(_ sql: String, _ body: (CopyWriter) async throws -> Void) async throws -> Int {
        try await beginNow()
        return try await connection.copyIn(sql, body)
    }

    /// COPY … TO STDOUT inside this transaction.
    public func copyOut(_ sql: String) async throws -> CopyRows {
        try await beginNow()
        return connection.copyOut(sql)
    }

    /// The rows of one statement as they come, inside this transaction.
    public func rows(_ statement: Statement) async throws -> RowStream {
        try await beginNow()
        return connection.rows(statement)
    }

    /// Runs `body` so that, where it throws, what it did is undone, and the transaction goes on.
    public func withSavepoint<Value>(_ body: (PostgresTransaction) async throws -> Value) async throws -> Value {
        let name = savepoints.withLock { count in
            count += 1
            return "savepoint_\(count)"
        }
        try await execute("SAVEPOINT \(unescaped: name)")
        do {
            let value = try await body(self)
            try await execute("RELEASE SAVEPOINT \(unescaped: name)")
            return value
        } catch {
            guard !connection.isBroken else { throw error }
            let undoing: [Statement] = [
                "ROLLBACK TO SAVEPOINT \(unescaped: name)", "RELEASE SAVEPOINT \(unescaped: name)",
            ]
            let connection = connection
            do {
                try await Self.evenIfCancelled(within: connection.wire.cancelGrace) {
                    _ = try await connection.pipeline(undoing)
                }
            } catch {
                // What could not be undone must not be committed.
                await connection.close()
            }
            throw error
        }
    }

    func beginNow() async throws {
        if connection.wire.standing != .inTransaction { _ = try await pipeline([]) }
    }

    /// Once COMMIT is sent its answer matters more than the caller's wish to stop: a cancelled task waits for it, but
    /// not for ever.
    func commit() async throws {
        guard isInUse.isSet, connection.wire.standing != .free else { return }
        let connection = connection
        let task = Task {
            do {
                return try await connection.execute("COMMIT")
            } catch let error as PostgresError {
                throw error
            } catch  where connection.isBroken {
                throw PostgresClientError.commitUnknown("\(error)")
            }
        }
        let result = try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            let patience = connection.wire.cancelGrace * 2
            Reactor.shared.schedule(after: patience) { task.cancel() }
        }
        if result.commandTag == "ROLLBACK" { throw PostgresClientError.transactionAborted }
    }

    /// Also for a cancelled task: the connection must be free of the transaction before it is lent on.
    func rollback() async {
        guard isInUse.isSet, !connection.isBroken, connection.wire.standing != .free else { return }
        let connection = connection
        do {
            try await Self.evenIfCancelled(within: connection.wire.cancelGrace) {
                try await connection.execute("ROLLBACK")
            }
        } catch {
            await connection.close()
        }
    }

    private static func evenIfCancelled(
        within limit: Duration, _ body: @escaping @Sendable () async throws -> Void
    ) async throws {
        try await Task.detached { try await withPostgresDeadline(limit, body) }.value
    }
}

extension PostgresPool {
    /// Runs `body` in a transaction: committed where it returns, rolled back where it throws or its task is cancelled.
    ///
    /// - Parameters:
    ///   - deferrable: a serializable read-only transaction may wait at its start, and then neither fails nor makes
    ///     others fail (PostgreSQL chapter 13.2.3).
    ///   - retries: whether `body` runs again, from the start, after a serialization failure or a deadlock. Never unless
    ///     it is said here, since `body` must then have no effects outside the database.
    /// - Throws: `PostgresClientError.commitUnknown` where the answer to COMMIT was lost, `.transactionAborted` where a
    ///   statement had failed and `body` returned all the same.
    public func withTransaction<Value: Sendable>(
        isolation: IsolationLevel = .readCommitted, readOnly: Bool = false, deferrable: Bool = false,
        retries: RetryPolicy = .never, _ body: (PostgresTransaction) async throws -> Value
    ) async throws -> Value {
        var backoff = Backoff(first: retries.firstPause, ceiling: retries.longestPause)
        while true {
            do {
                return try await withConnection { connection in
                    try await Self.attempt(
                        PostgresTransaction(
                            connection: connection, isolation: isolation, readOnly: readOnly, deferrable: deferrable),
                        body)
                }
            } catch let error as PostgresError where error.deservesRetry && backoff.attempts < retries.limit {
                try await Task.sleep(for: backoff.next())
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
        try await transaction.commit()
        return value
    }
}

extension PostgresError {
    /// A failure that names no fault of the statement: the same work may well succeed now.
    var deservesRetry: Bool {
        sqlState == .serializationFailure || sqlState == .deadlockDetected || isStalePlan
    }
}
