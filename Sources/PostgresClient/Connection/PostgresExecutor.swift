/// Whatever statements can be given to: a pool, a connection, a transaction.
public protocol PostgresExecutor: Sendable {
    /// Sends the statements in one round trip. Outside a transaction they are one implicit transaction: all take effect
    /// or none does. The results are in the order of the statements.
    ///
    /// - Throws: `PostgresError` from the server, `PostgresClientError` from this side, `CancellationError` where the
    ///   task was cancelled (the server is then told to stop).
    func pipeline(_ statements: [Statement]) async throws -> [QueryResult]
}

extension PostgresExecutor {
    /// One statement, one round trip.
    @discardableResult
    public func execute(_ statement: Statement) async throws -> QueryResult {
        let results = try await pipeline([statement])
        guard let result = results.first else { throw PostgresClientError.connectionLost("no answer") }
        return result
    }
}
