import PostgresClient
import Synchronization

/// One moment of the database, read over several connections at once: the first transaction exports its snapshot, the others take
/// it (PostgreSQL chapter 9.27.5, Snapshot Synchronization Functions).
struct SharedSnapshot: Sendable {
    /// In a transaction of isolation REPEATABLE READ, where there is a pool.
    let sql: any PostgresExecutor
    private let pool: PostgresPool?
    private let width: Int

    /// - Parameters:
    ///   - pool: where further connections come from; nil leaves everything to the one.
    ///   - width: connections at once, the first included.
    init(_ sql: any PostgresExecutor, pool: PostgresPool? = nil, width: Int = 1) {
        self.sql = sql
        self.pool = pool
        self.width = width
    }

    /// What `body` makes of each item, in the items' order. Whichever connection is free takes the next; one that cannot be had,
    /// or that a pooler has already given a snapshot of its own, leaves its share to the others.
    func map<Item: Sendable, Value: Sendable>(
        _ items: [Item], _ body: @escaping @Sendable (Item, any PostgresExecutor) async throws -> Value
    ) async throws -> [Value] {
        let queue = WorkQueue(items)
        let work: @Sendable (any PostgresExecutor) async throws -> [(Int, Value)] = { sql in
            var made: [(Int, Value)] = []
            do {
                while let (place, item) = queue.next() {
                    try Task.checkCancellation()
                    made.append((place, try await body(item, sql)))
                }
            } catch {
                queue.close()
                throw error
            }
            return made
        }
        let others = min(width, items.count) - 1
        guard let pool, others > 0 else { return try await work(sql).map(\.1) }
        let name = try await sql.execute("SELECT pg_export_snapshot() AS name")[0].decode("name", as: String.self)
        let made = try await withThrowingTaskGroup(of: [(Int, Value)].self) { group in
            for _ in 0..<others {
                group.addTask { try await Self.beside(pool, snapshot: name, work) }
            }
            return try await group.reduce(into: try await work(sql)) { $0 += $1 }
        }
        return made.sorted { $0.0 < $1.0 }.map(\.1)
    }

    private static func beside<Made: Sendable>(
        _ pool: PostgresPool, snapshot: String, _ work: (any PostgresExecutor) async throws -> [Made]
    ) async throws -> [Made] {
        var hasBegun = false
        do {
            return try await pool.withTransaction(isolation: .repeatableRead, readOnly: true) { sql in
                // A statement that takes no parameters; the server's own word for it.
                _ = try await sql.execute("SET TRANSACTION SNAPSHOT '\(unescaped: snapshot)'")
                hasBegun = true
                return try await work(sql)
            }
        } catch  where !hasBegun {
            try Task.checkCancellation()
            return []
        }
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

    func close() { taken.withLock { $0 = items.count } }
}
