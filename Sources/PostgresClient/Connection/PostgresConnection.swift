import CLibPQ

/// One connection. Statements given to it at the same time wait in line for each other.
public final class PostgresConnection: PostgresExecutor {
    let wire: Wire
    private let observer: StatementObserver?

    init(wire: Wire) {
        self.wire = wire
        observer = wire.ask(ConnectionInformation.init).flatMap { StatementObserver($0) }
    }

    deinit { wire.close() }

    /// Connects without blocking anybody, within the configured time, or an earlier deadline.
    ///
    /// - Throws: `PostgresClientError.connectionFailed` in libpq's words.
    public static func connect(_ configuration: ConnectionConfiguration) async throws -> PostgresConnection {
        try await connect(configuration, depth: 1)
    }

    static func connect(_ configuration: ConnectionConfiguration, depth: Int) async throws -> PostgresConnection {
        try Task.checkCancellation()
        try PostgresDeadline.check()
        let operation = ConnectOperation(configuration, depth: depth, deadline: PostgresDeadline.current)
        let wire = try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                operation.start { continuation.resume(with: $0) }
            }
        } onCancel: {
            operation.cancel()
        }
        return PostgresConnection(wire: wire)
    }

    /// The thread that reads this connection's answers, as an executor. A task that does many short statements one after
    /// the other may prefer it (`withTaskExecutorPreference`), and then goes on where its answer was read, without being
    /// handed to another thread. Only for what neither blocks nor computes for long: every connection waits meanwhile.
    public var taskExecutor: any TaskExecutor { wire.reactor }

    /// Whether the server's end is known to be gone. Asks nobody.
    public var isBroken: Bool { wire.isBroken }

    /// Ends what is under way and closes the connection.
    public func close() async { wire.close() }

    public func pipeline(_ statements: [Statement]) async throws -> [QueryResult] {
        try await run(statements, areIndependent: false).outcomes.map { try $0.get() }
    }

    public func independently(_ statements: [Statement]) async throws -> [Result<QueryResult, PostgresError>] {
        try await run(statements, areIndependent: true).outcomes
    }

    /// - Parameter begin: sent before the statements where no transaction is open by then; `hasBegun` says whether it was.
    func run(_ statements: [Statement], areIndependent: Bool, begin: Statement? = nil) async throws -> (
        outcomes: [PipelineOperation.Outcome], hasBegun: Bool
    ) {
        for statement in statements { try statement.checkSize() }
        let operation = PipelineOperation(statements, areIndependent: areIndependent, begin: begin)
        guard let observer else { return (try await send(operation), operation.hasBegun) }
        let outcomes = try await observer.observe(statements) { try await send(operation) }
        return (outcomes, operation.hasBegun)
    }

    private func send(_ operation: PipelineOperation) async throws -> [PipelineOperation.Outcome] {
        try await wire.wait(on: operation) { continuation in
            operation.completion = continuation
            wire.enqueueAndLook(operation)
        }
    }

    /// Several commands as one text. Nothing may be put into it but the program's own words: for migrations.
    public func simpleScript(_ script: String) async throws {
        let operation = ScriptOperation(script)
        try await wire.wait(on: operation) { continuation in
            operation.completion = continuation
            wire.enqueue(operation)
        }
    }

    /// The rows of one statement as they come, in constant memory. Left before their end, the server is told to stop,
    /// and the connection is clean again for the next statement.
    public func rows(_ statement: Statement) -> RowStream { RowStream(connection: self, statement: statement) }

    /// Waits until what was left behind is off the wire; where that takes too long the connection is closed.
    func settle() async {
        let wire = wire
        let timer = wire.reactor.schedule(after: wire.cancelGrace) { wire.close() }
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            wire.whenQuiet { continuation.resume() }
        }
        wire.reactor.cancelTimer(timer)
    }

    /// - Parameters:
    ///   - notification: called for each NOTIFY that arrives; must not block.
    ///   - end: called once the connection is down.
    func observe(
        notification: @escaping @Sendable (PostgresNotification) -> Void, end: @escaping @Sendable () -> Void
    ) {
        wire.observe(notification: notification, end: end)
    }
}
