/// Whatever statements can be given to: a pool, a connection, a transaction, a shared pipeline.
public protocol PostgresExecutor: Sendable {
    /// Sends the statements in one round trip. Outside a transaction they are one implicit transaction: all take effect
    /// or none does. The results are in the order of the statements.
    ///
    /// - Throws: `PostgresError` from the server, `PostgresClientError` from this side, `CancellationError` where the
    ///   task was cancelled (the server is then told to stop).
    func pipeline(_ statements: [Statement]) async throws -> [QueryResult]

    /// Sends the statements in one round trip, each a transaction of its own: one that fails says so in its own place,
    /// and the others take effect. Inside an open transaction there is no such independence, and those after a failure
    /// fail too.
    ///
    /// - Throws: `PostgresClientError`, `CancellationError`; which of them took effect is then not known.
    func independently(_ statements: [Statement]) async throws -> [Result<QueryResult, PostgresError>]
}

extension PostgresExecutor {
    /// One statement, one round trip.
    @discardableResult
    public func execute(_ statement: Statement) async throws -> QueryResult {
        let results = try await pipeline([statement])
        guard let result = results.first else { throw PostgresClientError.connectionLost("no answer") }
        return result
    }

    /// One statement that has `limit` to be answered: ``withPostgresDeadline(_:isolation:_:)`` for this call alone.
    @discardableResult
    public func execute(_ statement: Statement, within limit: Duration) async throws -> QueryResult {
        try await withPostgresDeadline(limit) { try await execute(statement) }
    }
}
