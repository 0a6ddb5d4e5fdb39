import Logging
import PostgresClient
import Synchronization

/// One moment of the database, read over several connections at once: the first transaction exports its snapshot, the others take
/// it (PostgreSQL chapter 9.27.5, Snapshot Synchronization Functions).
struct SharedSnapshot: Sendable {
    /// Where further connections come from.
    struct Others: Sendable {
        var pool: PostgresPool
        var count: Int
        var logger: Logger
    }

    /// In a transaction of isolation REPEATABLE READ, where there are others.
    let sql: any PostgresExecutor
    private let others: Others?

    /// - Parameter others: nil leaves everything to the one connection.
    init(_ sql: any PostgresExecutor, others: Others? = nil) {
        self.sql = sql
        self.others = others
    }

    /// How many connections read.
    var width: Int { 1 + max(0, others?.count ?? 0) }

    /// What `body` makes of each item, in the items' order. Whichever connection is free takes the next; what one that cannot be had
    /// would have done falls to the others.
    func map<Item: Sendable, Value: Sendable>(
        _ items: [Item], _ body: @escaping @Sendable (Item, any PostgresExecutor) async throws -> Value
    ) async throws -> [Value] {
        let queue = WorkQueue(items)
        let work: @Sendable (any PostgresExecutor) async throws -> [(Int, Value)] = { sql in
            var made: [(Int, Value)] = []
            while let (place, item) = queue.next() {
                try Task.checkCancellation()
                made.append((place, try await body(item, sql)))
            }
            return made
        }
        let helpers = min(others?.count ?? 0, items.count - 1)
        guard let others, helpers > 0, let name = try await exported() else { return try await work(sql).map(\.1) }
        let made = try await withThrowingTaskGroup(of: [(Int, Value)].self) { group in
            group.addTask { try await work(sql) }
            for _ in 0..<helpers { group.addTask { try await Self.beside(others, snapshot: name, work) } }
            var made: [(Int, Value)] = []
            // Whoever still waits for a connection by then waits for nothing.
            while made.count < items.count, let part = try await group.next() { made += part }
            group.cancelAll()
            return made
        }
        return made.sorted { $0.0 < $1.0 }.map(\.1)
    }

    /// Nil where somebody took the right to: that must not keep anybody from reading.
    private func exported() async throws -> String? {
        let right = try await sql.execute("SELECT has_function_privilege('pg_export_snapshot()', 'EXECUTE') AS may")[0]
        guard try right.decode("may", as: Bool.self) else { return nil }
        // It may have to wait for the others, which is no idleness.
        _ = try await sql.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        return try await sql.execute("SELECT pg_export_snapshot() AS name")[0].decode("name")
    }

    private static func beside<Made: Sendable>(
        _ others: Others, snapshot: String, _ work: (any PostgresExecutor) async throws -> [Made]
    ) async throws -> [Made] {
        var hasBegun = false
        do {
            return try await others.pool.withTransaction(isolation: .repeatableRead, readOnly: true) { sql in
                // A statement that takes no parameters; the server's own word for it.
                _ = try await sql.execute("SET TRANSACTION SNAPSHOT '\(unescaped: snapshot)'")
                hasBegun = true
                return try await work(sql)
            }
        } catch  where !hasBegun {
            try Task.checkCancellation()
            others.logger.warning("a connection fewer reads the snapshot", metadata: ["why": "\(error)"])
            return []
        }
    }
}

extension RegistryStore {
    /// What the transaction sees, for as many connections as the store may read it with.
    func snapshot(_ sql: PostgresTransaction) -> SharedSnapshot {
        SharedSnapshot(sql, others: .init(pool: pool, count: snapshotConnections - 1, logger: logger))
    }
}

/// What nobody has taken yet.
private final class WorkQueue<Item: Sendable>: Sendable {
    private let items: [Item]
    private let taken = Mutex(0)

    init(_ items: [Item]) { self.items = items }

    func next() -> (place: Int, item: Item)? {
        taken.withLock { taken in
            guard taken < items.count else { return nil }
            defer { taken += 1 }
            return (taken, items[taken])
        }
    }
}
