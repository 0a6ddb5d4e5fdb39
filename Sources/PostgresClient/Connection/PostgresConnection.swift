import CLibPQ

/// One connection. Statements given to it at the same time wait in line for each other.
public final class PostgresConnection: PostgresExecutor {
    let wire: Wire

    init(wire: Wire) { self.wire = wire }

    /// Connects without blocking anybody, within the configured time.
    ///
    /// - Throws: `PostgresClientError.connectionFailed` in libpq's words.
    public static func connect(_ configuration: ConnectionConfiguration) async throws -> PostgresConnection {
        let wire = try await withCheckedThrowingContinuation { continuation in
            ConnectOperation(configuration) { continuation.resume(with: $0) }.start()
        }
        return PostgresConnection(wire: wire)
    }

    /// Whether the server's end is known to be gone. Asks nobody.
    public var isBroken: Bool { wire.isBroken }

    public func close() async {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            wire.reactor.submit { [wire] in
                wire.close()
                continuation.resume()
            }
        }
    }

    public func pipeline(_ statements: [Statement]) async throws -> [QueryResult] {
        try await perform { PipelineOperation(statements, completion: $0) }
    }

    /// Several commands as one text. Nothing may be put into it but the program's own words: for migrations.
    public func simpleScript(_ script: String) async throws {
        try await perform { ScriptOperation(script, completion: $0) }
    }

    /// Whether a transaction is open, and whether it has failed, as the server last said (`PQtransactionStatus`).
    func transactionStatus() async -> PGTransactionStatusType {
        await withCheckedContinuation { continuation in
            wire.reactor.submit { [wire] in
                continuation.resume(returning: wire.connection.map(PQtransactionStatus) ?? PQTRANS_UNKNOWN)
            }
        }
    }

    /// - Parameters:
    ///   - notification: called on the reactor's thread for each NOTIFY that arrives; must not block.
    ///   - end: called once the connection is down.
    func observe(
        notification: @escaping @Sendable (PostgresNotification) -> Void, end: @escaping @Sendable () -> Void
    ) async {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            wire.reactor.submit { [wire] in
                wire.observe(notification: notification, end: end)
                continuation.resume()
            }
        }
    }

    /// Puts an operation in line and waits for its end; a cancelled task takes it out of the line or has the server
    /// stop it, and in either case waits until the connection is free of it.
    private func perform<Value: Sendable, Operation: Wire.Operation & Sendable>(
        _ make: (@escaping @Sendable (Result<Value, any Error>) -> Void) -> Operation
    ) async throws -> Value {
        try Task.checkCancellation()
        let slot = Guarded<(operation: Operation?, cancelled: Bool)>((nil, false))
        do {
            return try await withTaskCancellationHandler {
                try await withCheckedThrowingContinuation { continuation in
                    let operation = make { continuation.resume(with: $0) }
                    let alreadyCancelled = slot.withLock { slot in
                        slot.operation = operation
                        return slot.cancelled
                    }
                    wire.reactor.submit { [wire] in
                        wire.enqueue(operation)
                        if alreadyCancelled { wire.cancel(operation) }
                    }
                }
            } onCancel: {
                let operation = slot.withLock { slot in
                    slot.cancelled = true
                    return slot.operation
                }
                if let operation { wire.reactor.submit { [wire] in wire.cancel(operation) } }
            }
        } catch let error as PostgresError where error.sqlState == .queryCanceled && Task.isCancelled {
            throw CancellationError()
        }
    }
}
