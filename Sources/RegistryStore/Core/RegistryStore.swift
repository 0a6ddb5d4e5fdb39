import Foundation
import Logging
import PostgresClient
import RegistryDomain

/// The register in PostgreSQL: the one road from the API, the console, the jobs and the command line to the tables.
public final class RegistryStore: Sendable {
    public let clock: any BusinessClock
    let pool: PostgresPool
    let session: SessionSettings
    let replica: ReplicaRoad?
    let snapshotConnections: Int
    let logger: Logger
    let policyCache: PolicyCache

    public init(configuration: StoreConfiguration, clock: any BusinessClock, logger: Logger) {
        self.clock = clock
        self.logger = logger
        let session = SessionSettings(role: configuration.databaseRole)
        let pool = PostgresPool(
            configuration: PoolConfiguration(
                connection: session.connection(to: configuration.databaseURL, configuration),
                maximumConnections: configuration.maximumConnections, waitDeadline: configuration.waitDeadline,
                notificationConnection: session.listening(configuration),
                // Each question at a counter leaves a line on the access log: as many as there are connections reach the
                // disk together.
                sharedConnections: max(2, configuration.maximumConnections / 2)),
            logger: logger)
        replica = configuration.replica.map { ReplicaRoad($0, configuration, session, primary: pool, logger: logger) }
        self.session = session
        // What opens a pooler's transaction has a snapshot before another's could be taken.
        snapshotConnections =
            configuration.pooler == nil ? min(configuration.snapshotConnections, configuration.maximumConnections) : 1
        self.pool = pool
        policyCache = PolicyCache(pool: pool)
    }

    public var today: Day { clock.today }

    public func close() async {
        await replica?.close()
        await pool.close()
    }

    /// The policies in force, read again when another version was loaded.
    public func policies() async throws -> PolicySet {
        try await translating { try await policyCache.current() }
    }

    /// A transaction with the caller's rights, for reading: nothing in `body` may write but the access log.
    func read<Value: Sendable>(
        as caller: Caller, _ body: @Sendable (RegistryTransaction) async throws -> Value
    ) async throws -> Value {
        let policies = try await policies()
        return try await translating {
            try await pool.withTransaction(retries: 3) { sql in
                let transaction = RegistryTransaction(sql: sql, caller: caller, policies: policies, today: clock.today)
                _ = try await transaction.execute(caller.entering)
                return try await body(transaction)
            }
        }
    }

    /// A transaction with the caller's rights that changes something. With `once`, the first answer to the key is
    /// kept in the same transaction and given to every repeat; a repeat with another request is `invalid`.
    func write<Value: Codable & Sendable>(
        as caller: Caller, once: OnceKey?, _ body: @Sendable (RegistryTransaction) async throws -> Value
    ) async throws -> Value {
        if let kept = try await kept(once, by: caller, as: Value.self) { return try kept.get() }
        do {
            return try await read(as: caller) { transaction in
                let value = try await body(transaction)
                if let once {
                    _ = try await transaction.execute(
                        try once.statement(keeping: KeptAnswer.success(value), by: caller.userId))
                }
                return value
            }
        } catch let error as StoreError {
            // A repeat that ran beside the first gets the first's answer, not the trace of having come second.
            if let kept = try await kept(once, by: caller, as: Value.self) { return try kept.get() }
            if let once, error.isDeterministic {
                let answer = KeptAnswer<Value>.failure(error)
                _ = try? await pool.execute(try once.statement(keeping: answer, by: caller.userId))
            }
            throw error
        }
    }

    func kept<Value: Codable & Sendable>(
        _ once: OnceKey?, by caller: Caller, as type: Value.Type
    ) async throws -> KeptAnswer<Value>? {
        guard let once else { return nil }
        return try await translating {
            try once.answer(from: try await pool.execute(once.lookup(by: caller.userId)), as: type)
        }
    }
}
