import Logging
import PostgresClient

/// What went to the replica and what did not, for metrics.
public struct ReplicaStatistics: Sendable, Equatable {
    /// Reads that the replica answered.
    public var answered = 0
    /// Reads that went to the primary after all: the replica was too far behind, away, or failed.
    public var fellBack = 0
    /// How old the last answer was at most, in seconds.
    public var age = 0.0
}

/// The way to the replica, for as long as it is fresh enough. What it cannot answer the primary does: nobody's request fails
/// for its sake.
actor ReplicaRoad {
    /// After a failure the replica is left alone for so long: a host that is gone would hold up every read.
    private static let rest = Duration.seconds(2)

    private let pool: PostgresPool
    private let primary: PostgresPool
    private let logger: Logger
    private var lag: ReplicaLag
    private var noting: Task<Void, any Error>?
    private var watch: Task<Void, Never>?
    private var restsUntil: ContinuousClock.Instant?
    private(set) var statistics = ReplicaStatistics()

    init(
        _ replica: StoreConfiguration.Replica, _ configuration: StoreConfiguration, _ session: SessionSettings,
        primary: PostgresPool, logger: Logger
    ) {
        self.primary = primary
        self.logger = logger
        lag = ReplicaLag(bound: replica.staleness)
        var connection = session.connection(to: replica.databaseURL, configuration)
        connection.connectTimeout = min(configuration.connectTimeout, .seconds(1))
        pool = PostgresPool(
            configuration: PoolConfiguration(
                connection: connection, name: "replica", maximumConnections: min(configuration.maximumConnections, 4),
                waitDeadline: .seconds(1)),
            logger: logger)
    }

    func close() async {
        watch?.cancel()
        await pool.close()
    }

    /// Runs `body` on the replica, in one snapshot whose age was measured on the connection that answers.
    ///
    /// - Returns: nil where the primary has to answer.
    /// - Throws: `AnswerUnderWay` where `body` had given part of an answer away by then.
    func read<Value: Sendable>(_ body: @Sendable (PostgresTransaction) async throws -> Value) async throws -> Value? {
        if watch == nil { watch = Task { [weak self] in await self?.keepNoting() } }
        if let restsUntil, restsUntil > .now { return fellBack() }
        do {
            try await noteIfNeeded()
            let answer = try await pool.withTransaction(isolation: .repeatableRead, readOnly: true) { @Sendable sql in
                let place = try await sql.execute(WrittenPlace.ofReplica)[0].decodeIfPresent("place", as: Int64.self)
                guard let place, let age = try await self.age(ofReplayed: place) else { return (Value, Duration)?.none }
                return (try await body(sql), age)
            }
            guard let answer else { return fellBack() }
            statistics.answered += 1
            statistics.age = answer.1.seconds
            return answer.0
        } catch let error as AnswerUnderWay {
            throw error.reason
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            logger.warning("a replica did not answer", metadata: ["reason": "\(error)"])
            restsUntil = .now + Self.rest
            return fellBack()
        }
    }

    private func fellBack<Value>() -> Value? {
        statistics.fellBack += 1
        return nil
    }

    /// A replica that is ahead of the last note may well have replayed what was written since.
    private func age(ofReplayed place: Int64) async throws -> Duration? {
        if lag.isBehind(place) { try await note() }
        return lag.age(ofReplayed: place, at: .now)
    }

    /// One question at a time, whoever asks.
    private func noteIfNeeded() async throws {
        guard lag.needsNote(at: .now) else { return }
        let task = noting ?? Task { try await note() }
        noting = task
        defer { noting = nil }
        try await task.value
    }

    private func note() async throws {
        let moment = ContinuousClock.now
        let place = try await primary.shared.execute(WrittenPlace.ofPrimary)[0].decode("place", as: Int64.self)
        lag.note(place, at: moment)
    }

    /// So that a replica a little behind finds an older place that it has reached.
    private func keepNoting() async {
        while !Task.isCancelled {
            try? await noteIfNeeded()
            try? await Task.sleep(for: ReplicaLag.pause)
        }
    }
}

/// Part of the answer has been given away: nobody else can begin it anew.
struct AnswerUnderWay: Error {
    var reason: any Error
}

extension RegistryStore {
    /// A read that need not be of this instant: on the replica while it is fresh enough, else on the primary; read only, in
    /// one snapshot. What goes on the access log is written beforehand, on the primary.
    func readAside<Value: Sendable>(_ body: @Sendable (PostgresTransaction) async throws -> Value) async throws -> Value
    {
        try await translating {
            if let replica, let answer = try await replica.read(body) { return answer }
            do {
                return try await pool.withTransaction(isolation: .repeatableRead, readOnly: true, retries: 3, body)
            } catch let error as AnswerUnderWay {
                throw error.reason
            }
        }
    }

    /// Nil where there is no replica.
    public var replicaStatistics: ReplicaStatistics? {
        get async { await replica?.statistics }
    }
}
