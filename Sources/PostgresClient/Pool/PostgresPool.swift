import Foundation
import Logging

/// A bounded set of connections, lent first come first served. A connection that broke is replaced by the next that is
/// needed; an idle one is seen to be dead by its socket, at no round trip.
public final class PostgresPool: PostgresExecutor {
    typealias State = PoolState<PostgresConnection>

    private struct Shared {
        var state: State
        var line = WaitingLine<State.Lent>()
        var drained: [CheckedContinuation<Void, Never>] = []
        /// When the timer will have the state look at its clock.
        var ticksAt: ContinuousClock.Instant?
        var pipeline: PostgresSharedPipeline?
    }

    let configuration: PoolConfiguration
    private let logger: Logger
    private let held: Guarded<Shared>
    private let listener: PostgresListener
    private let metrics: PoolMetrics?

    public init(configuration: PoolConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
        held = Guarded(Shared(state: State(limits: configuration.limits)))
        listener = PostgresListener(
            connection: configuration.notificationConnection ?? configuration.connection, logger: logger)
        metrics = PoolMetrics(configuration)
    }

    public var statistics: PoolStatistics {
        held.withLock { held in
            PoolStatistics(
                open: held.state.open, idle: held.state.idleCount, waiting: held.state.waiting.count,
                maximumConnections: configuration.maximumConnections)
        }
    }

    public func pipeline(_ statements: [Statement]) async throws -> [QueryResult] {
        try await withConnection { try await $0.pipeline(statements) }
    }

    public func independently(_ statements: [Statement]) async throws -> [Result<QueryResult, PostgresError>] {
        try await withConnection { try await $0.independently(statements) }
    }

    /// Lends a connection for as long as `body` runs. One that comes back inside a transaction is closed, never lent on;
    /// one whose rows were not read to the end is lent on once they are off the wire.
    ///
    /// - Throws: `poolWaitDeadlineExceeded`, `connectionFailed`, `poolClosed`, and what `body` throws.
    public func withConnection<Value>(_ body: (PostgresConnection) async throws -> Value) async throws -> Value {
        let lent = try await lease()
        let start = metrics.map { _ in ContinuousClock.now }
        do {
            let value = try await body(lent.connection)
            await giveBack(lent, usedSince: start)
            return value
        } catch {
            await giveBack(lent, usedSince: start)
            throw error
        }
    }

    /// Statements of many callers over a few connections, without borrowing one: see ``PostgresSharedPipeline``.
    public var shared: PostgresSharedPipeline {
        held.withLock { held in
            if let pipeline = held.pipeline { return pipeline }
            let pipeline = PostgresSharedPipeline(configuration: configuration, logger: logger)
            if held.state.isClosed { pipeline.close() }
            held.pipeline = pipeline
            return pipeline
        }
    }

    /// What NOTIFY says on these channels, over one connection for all who listen, beside those that are lent.
    public func notifications(on channels: String...) -> NotificationEvents { listener.events(on: Set(channels)) }
    public func notifications(on channels: Set<String>) -> NotificationEvents { listener.events(on: channels) }

    /// Opens the minimum of connections, so that the first callers need not wait for them.
    ///
    /// - Throws: where not one could be opened.
    public func warmUp() async throws {
        carryOut(update { $0.tick(at: .now) })
        guard configuration.minimumConnections > 0 else { return }
        try await withConnection { _ in }
    }

    // MARK: Lending

    private func lease() async throws -> State.Lent {
        while true {
            let lent = try await leaseUnchecked()
            guard lent.needsCheck else { return lent }
            // A round trip of nothing but a Sync.
            do {
                try await withPostgresDeadline(.seconds(2)) { _ = try await lent.connection.pipeline([]) }
                return lent
            } catch {
                logger.debug("an idle connection was dead", metadata: ["pool": "\(configuration.name)"])
                await lent.connection.close()
                await giveBack(lent, usedSince: nil)
                try Task.checkCancellation()
                try PostgresDeadline.check()
            }
        }
    }

    private func leaseUnchecked() async throws -> State.Lent {
        try Task.checkCancellation()
        let start = metrics.map { _ in ContinuousClock.now }
        let (number, lease, actions) = held.withLock { held in
            let number = held.line.nextNumber()
            let (lease, actions) = held.state.lease(to: number, at: .now) { !$0.isBroken }
            if case .wait = lease { held.line.announce(number) }
            return (number, lease, actions)
        }
        if !actions.isEmpty { carryOut(actions) }
        switch lease {
        case .connection(let lent):
            metrics?.lent(waitedSince: start, statistics)
            return lent
        case .closed: throw PostgresClientError.poolClosed
        case .wait:
            planTick()
            let lent = try await stand(inLineAs: number)
            metrics?.lent(waitedSince: start, statistics)
            return lent
        }
    }

    private func stand(inLineAs number: UInt64) async throws -> State.Lent {
        let limit = ContinuousClock.now + configuration.waitDeadline
        let deadline = PostgresDeadline.current
        let timer = Reactor.shared.schedule(at: deadline.map { min($0, limit) } ?? limit) { [self] in
            if let deadline, deadline < limit { return leave(number, PostgresClientError.deadlineExceeded) }
            metrics?.timedOut()
            leave(
                number,
                PostgresClientError.poolWaitDeadlineExceeded(
                    waited: configuration.waitDeadline, maximumConnections: configuration.maximumConnections))
        }
        defer { Reactor.shared.cancelTimer(timer) }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let early = held.withLock { $0.line.sit(number, continuation) }
                if let early { continuation.resume(with: early) }
            }
        } onCancel: {
            leave(number, CancellationError())
        }
    }

    private func leave(_ number: UInt64, _ error: any Error) {
        let continuation = held.withLock { held in
            held.state.leave(number) ? held.line.serve(number, .failure(error)) : nil
        }
        continuation?.resume(throwing: error)
    }

    private func giveBack(_ lent: State.Lent, usedSince start: ContinuousClock.Instant?) async {
        var standing = lent.connection.wire.standing
        if standing == .busy {
            await lent.connection.settle()
            standing = lent.connection.wire.standing
        }
        if standing == .inTransaction {
            logger.warning("a connection came back inside a transaction", metadata: ["pool": "\(configuration.name)"])
        }
        carryOut(update { $0.giveBack(lent.identifier, isUsable: standing == .free, at: .now) })
        metrics?.cameBack(usedSince: start, statistics)
    }

    // MARK: Carrying out

    private func update(_ body: (inout State) -> [State.Action]) -> [State.Action] {
        held.withLock { held in body(&held.state) }
    }

    private func carryOut(_ actions: [State.Action]) {
        for action in actions {
            switch action {
            case .hand(let lent, let number): wake(number, .success(lent))
            case .discard(let connection): connection.wire.close()
            // Detached: it connects for all, without the deadline of whoever asked.
            case .connect: Task.detached { [self] in await connect() }
            case .refuse: break  // by whoever knows why
            }
        }
        planTick()
        wakeDrained()
    }

    private func connect() async {
        let start = ContinuousClock.now
        do {
            let connection = try await configuration.connect()
            metrics?.created(since: start)
            carryOut(update { $0.opened(connection, at: .now, chance: .random(in: 0...1)) })
        } catch {
            let actions = update { $0.connectFailed(at: .now, chance: .random(in: 0...1)) }
            logger.warning(
                "could not connect", metadata: ["pool": "\(configuration.name)", "reason": "\(error)"])
            for case .refuse(let numbers) in actions { for number in numbers { wake(number, .failure(error)) } }
            carryOut(actions)
        }
    }

    private func wake(_ number: UInt64, _ result: Result<State.Lent, any Error>) {
        held.withLock { $0.line.serve(number, result) }?.resume(with: result)
    }

    /// Has the state look at its clock when it wants to. What is planned already comes early enough, except for the
    /// circuit's next attempt.
    private func planTick() {
        let due = held.withLock { held -> ContinuousClock.Instant? in
            guard held.ticksAt == nil || held.state.circuit.opensAgain != nil else { return nil }
            guard let next = held.state.nextTick, held.ticksAt.map({ next < $0 }) ?? true else { return nil }
            held.ticksAt = next
            return next
        }
        guard let due else { return }
        Reactor.shared.schedule(at: due) { [weak self] in
            guard let self else { return }
            let actions = held.withLock { held in
                if held.ticksAt == due { held.ticksAt = nil }
                return held.state.tick(at: .now)
            }
            carryOut(actions)
        }
    }

    // MARK: Ending

    /// Refuses new callers, lets those at work finish, and closes every connection.
    ///
    /// - Parameter limit: after so long those still at work lose their connections.
    public func close(within limit: Duration = .seconds(30)) async {
        await listener.close()
        let (idle, waiting, pipeline) = held.withLock { held in
            let (idle, numbers) = held.state.close()
            let waiting = numbers.compactMap { held.line.serve($0, .failure(PostgresClientError.poolClosed)) }
            return (idle, waiting, held.pipeline)
        }
        for continuation in waiting { continuation.resume(throwing: PostgresClientError.poolClosed) }
        for connection in idle { connection.wire.close() }
        pipeline?.close()
        let timer = Reactor.shared.schedule(after: limit) { [self] in
            for connection in held.withLock({ $0.state.connections }) { connection.wire.close() }
            wakeDrained(evenIfNot: true)
        }
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            held.withLock { $0.drained.append(continuation) }
            wakeDrained()
        }
        Reactor.shared.cancelTimer(timer)
    }

    private func wakeDrained(evenIfNot isOverdue: Bool = false) {
        let drained = held.withLock { held in
            guard held.state.isClosed, held.state.isEmpty || isOverdue else {
                return [CheckedContinuation<Void, Never>]()
            }
            defer { held.drained = [] }
            return held.drained
        }
        for continuation in drained { continuation.resume() }
    }
}
