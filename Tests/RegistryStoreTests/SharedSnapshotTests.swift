import Foundation
import PostgresClient
import Synchronization
import Testing

@testable import RegistryStore

@Suite("Several connections read one moment")
struct SharedSnapshotTests {
    private struct Stop: Error {}

    private func with(
        connections: Int, _ body: @Sendable (PostgresPool, PostgresTransaction) async throws -> Void
    ) async throws {
        try await StoreTestDatabase.with { database in
            let pool = PostgresPool(
                configuration: PoolConfiguration(
                    connection: ConnectionConfiguration(conninfo: database.url), maximumConnections: connections,
                    waitDeadline: .seconds(60)), logger: StoreTestDatabase.logger)
            do {
                _ = try await pool.execute("CREATE TABLE seen (n integer)")
                try await pool.withTransaction(isolation: .repeatableRead, readOnly: true) { sql in
                    try await body(pool, sql)
                }
            } catch {
                await pool.close()
                throw error
            }
            await pool.close()
        }
    }

    private func shared(_ sql: PostgresTransaction, _ pool: PostgresPool, others: Int) -> SharedSnapshot {
        SharedSnapshot(sql, others: .init(pool: pool, count: others, logger: StoreTestDatabase.logger))
    }

    private static func process(_ sql: any PostgresExecutor) async throws -> Int32 {
        try await sql.execute("SELECT pg_backend_pid() AS process")[0].decode("process")
    }

    @Test("What is committed after the first connection's snapshot is seen by none of them")
    func oneMoment() async throws {
        try await with(connections: 4) { pool, sql in
            _ = try await sql.execute("SELECT count(*) FROM seen")
            _ = try await pool.execute("INSERT INTO seen VALUES (1)")
            let arrived = Mutex<Set<Int32>>([])
            let seen = try await shared(sql, pool, others: 2).map(Array(0..<30)) { place, sql in
                let process = try await Self.process(sql)
                // Nobody goes on before all have come.
                arrived.withLock { _ = $0.insert(process) }
                while arrived.withLock(\.count) < 3 { try await Task.sleep(for: .milliseconds(5)) }
                return (
                    place, try await sql.execute("SELECT count(*) AS rows FROM seen")[0].decode("rows", as: Int.self)
                )
            }
            #expect(seen.map(\.0) == Array(0..<30))
            #expect(seen.allSatisfy { $0.1 == 0 })
            #expect(try await pool.execute("SELECT n FROM seen").count == 1)
        }
    }

    @Test("A connection that cannot be had leaves its share to the first")
    func alone() async throws {
        try await with(connections: 2) { pool, sql in
            let closed = PostgresPool(
                configuration: PoolConfiguration(connection: ConnectionConfiguration(conninfo: "host=/nowhere")),
                logger: StoreTestDatabase.logger)
            await closed.close()
            let processes = try await shared(sql, closed, others: 2).map(Array(0..<5)) { _, sql in
                try await Self.process(sql)
            }
            #expect(processes.count == 5)
            #expect(Set(processes).count == 1)
        }
    }

    @Test("Nobody waits for a connection that has nothing left to do")
    func noneToBeHad() async throws {
        try await with(connections: 1) { pool, sql in
            let begun = ContinuousClock.now
            let processes = try await shared(sql, pool, others: 2).map(Array(0..<5)) { _, sql in
                try await Self.process(sql)
            }
            #expect(processes.count == 5)
            // The pool lets whoever asks wait for a minute.
            #expect(ContinuousClock.now - begun < .seconds(30))
        }
    }

    @Test("Where the right to export a snapshot was taken, the first reads alone")
    func withoutRight() async throws {
        try await with(connections: 4) { pool, sql in
            // In this database alone, which is dropped.
            _ = try await pool.execute("REVOKE EXECUTE ON FUNCTION pg_export_snapshot() FROM public")
            _ = try await sql.execute("SET LOCAL ROLE pg_read_all_data")
            let processes = try await shared(sql, pool, others: 2).map(Array(0..<5)) { _, sql in
                try await Self.process(sql)
            }
            #expect(Set(processes).count == 1)
        }
    }

    @Test("What fails on another connection fails the whole, and what nobody has begun is not begun")
    func failure() async throws {
        try await with(connections: 4) { pool, _ in
            let begun = Mutex(0)
            await #expect(throws: Stop.self) {
                try await pool.withTransaction(isolation: .repeatableRead, readOnly: true) { sql in
                    let first = try await Self.process(sql)
                    _ = try await shared(sql, pool, others: 1).map(Array(0..<10_000)) { _, sql in
                        begun.withLock { $0 += 1 }
                        if try await Self.process(sql) != first { throw Stop() }
                        try await Task.sleep(for: .milliseconds(5))
                    }
                }
            }
            #expect(begun.withLock(\.self) < 10_000)
        }
    }

    @Test("A caller who gives up ends them all")
    func cancelled() async throws {
        try await with(connections: 5) { pool, _ in
            let arrived = Mutex(0)
            let reading = Task {
                try await pool.withTransaction(isolation: .repeatableRead, readOnly: true) { sql in
                    _ = try await shared(sql, pool, others: 2).map(Array(0..<3)) { _, sql in
                        arrived.withLock { $0 += 1 }
                        _ = try await sql.execute("SELECT pg_sleep(600)::text AS slept")
                    }
                }
            }
            while arrived.withLock(\.self) < 3 { try await Task.sleep(for: .milliseconds(5)) }
            reading.cancel()
            await #expect(throws: (any Error).self) { try await reading.value }
            let asleep = try await pool.execute(
                """
                SELECT count(*) AS n FROM pg_stat_activity
                WHERE datname = current_database() AND state = 'active' AND query LIKE '%pg_sleep(600)%' AND pid <> pg_backend_pid()
                """)[0]
            #expect(try asleep.decode("n", as: Int.self) == 0)
        }
    }
}
