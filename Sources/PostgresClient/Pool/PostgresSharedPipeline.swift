import Logging

/// Statements of many callers on the way at once over one or a few connections: what a caller sends goes out at once and
/// is answered in order, without borrowing a connection or waiting for another's answer. For short statements.
///
/// Each call is an implicit transaction of its own, ended by its own Sync: it sees nothing of the others and cannot make
/// them fail. What would leave something behind in the session (BEGIN, SET, LISTEN, COPY, …) is refused;
/// `set_config(…, true)` holds for the call. A long statement holds up those sent after it on the same connection, so
/// give such calls a deadline or a connection of their own.
public final class PostgresSharedPipeline: PostgresExecutor {
    /// How many calls are on the way at once on one connection; others wait in line behind them.
    private static let depth = 64

    private struct State {
        var connections: [PostgresConnection] = []
        var isOpening = false
        /// Those who wait for the first connection.
        var waiting: Set<UInt64> = []
        var line = WaitingLine<PostgresConnection>()
        var circuit = Circuit(width: 1)
        var isClosed = false
    }

    private let configuration: PoolConfiguration
    private let logger: Logger
    private let state = Guarded(State())

    init(configuration: PoolConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
    }

    /// - Throws: also `PostgresClientError.sharedSession` where a statement would leave something behind.
    public func pipeline(_ statements: [Statement]) async throws -> [QueryResult] {
        try check(statements)
        return try await connection().pipeline(statements)
    }

    /// - Throws: also `PostgresClientError.sharedSession` where a statement would leave something behind.
    public func independently(_ statements: [Statement]) async throws -> [Result<QueryResult, PostgresError>] {
        try check(statements)
        return try await connection().independently(statements)
    }

    private func check(_ statements: [Statement]) throws {
        for statement in statements where statement.touchesSession {
            throw PostgresClientError.sharedSession(statement.command)
        }
    }

    // MARK: Connections

    /// The least busy one; another is opened beside it while all are busy and there may be more.
    private func connection() async throws -> PostgresConnection {
        let (found, number, opens, isClosed) = state.withLock { state in
            guard !state.isClosed else { return (PostgresConnection?.none, UInt64(0), false, true) }
            state.connections.removeAll { $0.isBroken }
            var best: (connection: PostgresConnection, load: Int)?
            for connection in state.connections {
                let load = connection.wire.load
                if best.map({ load < $0.load }) ?? true { best = (connection, load) }
                if load == 0 { break }
            }
            let mayOpen = !state.isOpening && state.connections.count < configuration.sharedConnections
            let opens = mayOpen && (best?.load ?? 1) > 0 && (best == nil || state.circuit.isClosed(at: .now))
            if opens { state.isOpening = true }
            if let best { return (best.connection, 0, opens, false) }
            let number = state.line.nextNumber()
            state.line.announce(number)
            state.waiting.insert(number)
            return (nil, number, opens, false)
        }
        if isClosed { throw PostgresClientError.poolClosed }
        // Detached: it opens for all, without the deadline of whoever came first.
        if opens { Task.detached { [self] in await open() } }
        if let found { return found }
        return try await stand(inLineAs: number)
    }

    /// One at a time, and after a failure not at once.
    private func open() async {
        if let pause = state.withLock({ $0.circuit.opensAgain }) {
            try? await Task.sleep(until: pause, clock: .continuous)
        }
        let result: Result<PostgresConnection, any Error>
        do {
            result = .success(try await configuration.connect(depth: Self.depth))
        } catch {
            logger.warning("could not connect", metadata: ["pool": "\(configuration.name)", "reason": "\(error)"])
            result = .failure(error)
        }
        let (woken, isClosed) = state.withLock { state in
            state.isOpening = false
            switch result {
            case .success(let connection):
                state.circuit.succeeded()
                if !state.isClosed { state.connections.append(connection) }
            case .failure: state.circuit.failed(at: .now, chance: .random(in: 0...1))
            }
            defer { state.waiting = [] }
            let answer = state.isClosed ? .failure(PostgresClientError.poolClosed) : result
            return (state.waiting.compactMap { state.line.serve($0, answer) }.map { ($0, answer) }, state.isClosed)
        }
        for (continuation, answer) in woken { continuation.resume(with: answer) }
        if isClosed, case .success(let connection) = result { connection.wire.close() }
    }

    private func stand(inLineAs number: UInt64) async throws -> PostgresConnection {
        let limit = ContinuousClock.now + configuration.waitDeadline
        let deadline = PostgresDeadline.current
        let timer = Reactor.shared.schedule(at: deadline.map { min($0, limit) } ?? limit) { [self] in
            if let deadline, deadline < limit { return leave(number, PostgresClientError.deadlineExceeded) }
            leave(
                number,
                PostgresClientError.poolWaitDeadlineExceeded(
                    waited: configuration.waitDeadline, maximumConnections: configuration.sharedConnections))
        }
        defer { Reactor.shared.cancelTimer(timer) }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let early = state.withLock { $0.line.sit(number, continuation) }
                if let early { continuation.resume(with: early) }
            }
        } onCancel: {
            leave(number, CancellationError())
        }
    }

    private func leave(_ number: UInt64, _ error: any Error) {
        let continuation = state.withLock { state in
            state.waiting.remove(number) != nil ? state.line.serve(number, .failure(error)) : nil
        }
        continuation?.resume(throwing: error)
    }

    /// What is under way fails with `connectionLost`.
    func close() {
        let (connections, waiting) = state.withLock { state in
            state.isClosed = true
            defer {
                state.connections = []
                state.waiting = []
            }
            let waiting = state.waiting.compactMap { state.line.serve($0, .failure(PostgresClientError.poolClosed)) }
            return (state.connections, waiting)
        }
        for continuation in waiting { continuation.resume(throwing: PostgresClientError.poolClosed) }
        for connection in connections { connection.wire.close() }
    }
}
