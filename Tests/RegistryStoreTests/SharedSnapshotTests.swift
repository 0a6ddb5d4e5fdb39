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
                    waitDeadline: .milliseconds(200)), logger: StoreTestDatabase.logger)
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

    @Test("What is committed after the first connection's snapshot is seen by none of them")
    func oneMoment() async throws {
        try await with(connections: 4) { pool, sql in
            _ = try await sql.execute("SELECT count(*) FROM seen")
            _ = try await pool.execute("INSERT INTO seen VALUES (1)")
            let seen = try await SharedSnapshot(sql, pool: pool, width: 3).map(Array(0..<30)) { place, sql in
                let row = try await sql.execute(
                    "SELECT (SELECT count(*) FROM seen) AS rows, pg_backend_pid() AS process, pg_sleep(0.01)::text AS slept"
                )[0]
                return (
                    place: place, rows: try row.decode("rows", as: Int.self),
                    process: try row.decode("process", as: Int32.self)
                )
            }
            #expect(seen.map(\.place) == Array(0..<30))
            #expect(seen.allSatisfy { $0.rows == 0 })
            #expect(Set(seen.map(\.process)).count == 3)
        }
    }

    @Test("A connection that cannot be had leaves its share to the first")
    func alone() async throws {
        try await with(connections: 1) { pool, sql in
            let processes = try await SharedSnapshot(sql, pool: pool, width: 3).map(Array(0..<5)) { _, sql in
                try await sql.execute("SELECT pg_backend_pid() AS process")[0].decode("process", as: Int32.self)
            }
            #expect(processes.count == 5)
            #expect(Set(processes).count == 1)
        }
    }

    @Test("What fails on one connection fails the whole, and what nobody has begun is not begun")
    func failure() async throws {
        try await with(connections: 4) { pool, sql in
            let begun = Mutex(0)
            await #expect(throws: Stop.self) {
                _ = try await SharedSnapshot(sql, pool: pool, width: 2).map(Array(0..<1000)) { place, sql in
                    begun.withLock { $0 += 1 }
                    if place == 5 { throw Stop() }
                    _ = try await sql.execute("SELECT pg_sleep(0.005)::text AS slept")
                }
            }
            #expect(begun.withLock(\.self) < 10)
        }
    }
}
