import CLibPQ
import Logging

/// A bounded set of connections, lent first come first served. A connection that broke is replaced by the next that is
/// needed; an idle one is seen to be dead by its socket, at no round trip.
public final class PostgresPool: PostgresExecutor {
    private struct Shared {
        var state: PoolState<PostgresConnection>
        var waiters: [UInt64: CheckedContinuation<PostgresConnection, any Error>] = [:]
        /// Results for waiters that were not yet ready to be woken.
        var early: [UInt64: Result<PostgresConnection, any Error>] = [:]
        var nextWaiter: UInt64 = 0
        var drained: [CheckedContinuation<Void, Never>] = []
    }

    let configuration: PoolConfiguration
    private let logger: Logger
    private let shared: Guarded<Shared>
    private let listener: PostgresListener

    public init(configuration: PoolConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
        shared = Guarded(Shared(state: PoolState(maximum: configuration.maximumConnections)))
        listener = PostgresListener(connection: configuration.connection, logger: logger)
    }

    public var statistics: PoolStatistics {
        shared.withLock { shared in
            PoolStatistics(
                open: shared.state.open, idle: shared.state.idle.count, waiting: shared.waiters.count,
                maximumConnections: configuration.maximumConnections)
        }
    }

    public func pipeline(_ statements: [Statement]) async throws -> [QueryResult] {
        try await withConnection { try await $0.pipeline(statements) }
    }

    public func independently(_ statements: [Statement]) async throws -> [Result<QueryResult, PostgresError>] {
        try await withConnection { try await $0.independently(statements) }
    }

    /// Lends a connection for as long as `body` runs. One that comes back inside a transaction is closed, never lent on.
    ///
    /// - Throws: `poolWaitDeadlineExceeded`, `connectionFailed`, `poolClosed`, and what `body` throws.
    public func withConnection<Value>(_ body: (PostgresConnection) async throws -> Value) async throws -> Value {
        let connection = try await lease()
        do {
            let value = try await body(connection)
            await giveBack(connection)
            return value
        } catch {
            await giveBack(connection)
            throw error
        }
    }

    /// What NOTIFY says on these channels, over one connection for all who listen, beside those that are lent.
    public func notifications(on channels: String...) -> NotificationEvents { listener.events(on: Set(channels)) }
    public func notifications(on channels: Set<String>) -> NotificationEvents { listener.events(on: channels) }

    // MARK: Lending

    private func lease() async throws -> PostgresConnection {
        let number = shared.withLock { shared in
            shared.nextWaiter += 1
            return shared.nextWaiter
        }
        let (lease, discarded) = shared.withLock { $0.state.lease(to: number) { !$0.isBroken } }
        for connection in discarded { await connection.close() }
        switch lease {
        case .connection(let connection): return connection
        case .closed: throw PostgresClientError.poolClosed
        case .connect: return try await connect()
        case .wait: return try await stand(inLineAs: number)
        }
    }

    private func connect() async throws -> PostgresConnection {
        do {
            let connection = try await PostgresConnection.connect(configuration.connection)
            if !configuration.onConnect.isEmpty { _ = try await connection.pipeline(configuration.onConnect) }
            return connection
        } catch {
            let next = shared.withLock { shared in
                shared.state.connectFailed()
                return shared.state.placeIsFree()
            }
            await carryOut(next)
            throw error
        }
    }

    private func stand(inLineAs number: UInt64) async throws -> PostgresConnection {
        let deadline = configuration.waitDeadline
        let timer = Reactor.shared.schedule(after: deadline) { [self] in
            leave(
                number,
                PostgresClientError.poolWaitDeadlineExceeded(
                    waited: deadline, maximumConnections: configuration.maximumConnections))
        }
        defer { Reactor.shared.cancelTimer(timer) }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                // Between the lease and here the turn may have come already, or the task been cancelled.
                let stands = shared.withLock { shared in
                    guard shared.state.waiting.contains(number) else { return false }
                    shared.waiters[number] = continuation
                    return true
                }
                if !stands { resumeLate(number, continuation) }
                if Task.isCancelled { leave(number, CancellationError()) }
            }
        } onCancel: {
            leave(number, CancellationError())
        }
    }

    /// The turn came before the waiter was ready to be woken: it asks again.
    private func resumeLate(_ number: UInt64, _ continuation: CheckedContinuation<PostgresConnection, any Error>) {
        let early = shared.withLock { $0.early.removeValue(forKey: number) }
        switch early {
        case .some(let result): continuation.resume(with: result)
        case .none: continuation.resume(throwing: PostgresClientError.poolClosed)
        }
    }

    private func leave(_ number: UInt64, _ error: any Error) {
        let continuation = shared.withLock { shared in
            shared.state.leave(number) ? shared.waiters.removeValue(forKey: number) : nil
        }
        continuation?.resume(throwing: error)
    }

    private func giveBack(_ connection: PostgresConnection) async {
        if connection.wire.standing == .busy { await connection.settle() }
        let isUsable = connection.wire.standing == .free
        await carryOut(shared.withLock { $0.state.giveBack(connection, isUsable: isUsable) })
        wakeDrained()
    }

    private func carryOut(_ next: PoolState<PostgresConnection>.Next) async {
        switch next {
        case .nothing: break
        case .hand(let connection, let number): wake(number, .success(connection))
        case .discard(let connection):
            await connection.close()
            await carryOut(shared.withLock { $0.state.placeIsFree() })
        case .connect(let number):
            Task { [self] in
                do {
                    wake(number, .success(try await connect()))
                } catch {
                    wake(number, .failure(error))
                }
            }
        }
    }

    private func wake(_ number: UInt64, _ result: Result<PostgresConnection, any Error>) {
        let continuation = shared.withLock { shared in
            let continuation = shared.waiters.removeValue(forKey: number)
            if continuation == nil { shared.early[number] = result }
            return continuation
        }
        continuation?.resume(with: result)
    }

    // MARK: Ending

    /// Refuses new callers, lets those at work finish, and closes every connection.
    public func close() async {
        await listener.close()
        let (idle, waiting) = shared.withLock { shared in
            let (idle, numbers) = shared.state.close()
            return (idle, numbers.compactMap { shared.waiters.removeValue(forKey: $0) })
        }
        for continuation in waiting { continuation.resume(throwing: PostgresClientError.poolClosed) }
        for connection in idle { await connection.close() }
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            shared.withLock { $0.drained.append(continuation) }
            wakeDrained()
        }
    }

    private func wakeDrained() {
        let drained = shared.withLock { shared in
            guard shared.state.isClosed, shared.state.open == 0 else { return [CheckedContinuation<Void, Never>]() }
            defer { shared.drained = [] }
            return shared.drained
        }
        for continuation in drained { continuation.resume() }
    }
}
