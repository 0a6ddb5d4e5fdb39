import Foundation
import Synchronization
import Testing

@testable import PostgresClient

@Suite("A bounded pool, first come first served")
struct PoolTests {
    @Test func noMoreConnectionsAreOpenThanTheLimit() async throws {
        try await TestServer.withPool(3) { pool in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<60 { group.addTask { try await pool.execute("SELECT pg_sleep(0.005)") } }
                try await group.waitForAll()
            }
            #expect(pool.statistics.open <= 3 && pool.statistics.idle == pool.statistics.open)
        }
    }

    @Test func whoWaitsTooLongIsToldSo() async throws {
        try await TestServer.withPool(1, waitDeadline: .milliseconds(100)) { pool in
            try await pool.withConnection { _ in
                await #expect {
                    try await pool.execute("SELECT 1")
                } throws: { error in
                    guard case PostgresClientError.poolWaitDeadlineExceeded = error else { return false }
                    return true
                }
            }
            #expect(try await pool.execute("SELECT 1").count == 1)
        }
    }

    @Test func theFirstInLineIsServedFirst() async throws {
        try await TestServer.withPool(1) { pool in
            let order = Recorder()
            let holding = Task { try await pool.execute("SELECT pg_sleep(1)") }
            while pool.statistics.open == 0 { try await Task.sleep(for: .milliseconds(1)) }
            var waiting: [Task<Void, any Error>] = []
            for number in 0..<10 {
                waiting.append(Task { try await pool.withConnection { _ in order.add(number) } })
                while pool.statistics.waiting <= number { try await Task.sleep(for: .milliseconds(1)) }
            }
            for task in waiting { try await task.value }
            _ = try await holding.value
            #expect(order.numbers == Array(0..<10))
        }
    }

    @Test func aConnectionThatTheServerEndedIsReplaced() async throws {
        try await TestServer.withPool(2) { pool in
            let backend = try await pool.execute("SELECT pg_backend_pid() AS pid")[0].decode("pid", as: Int32.self)
            try await TestServer.withConnection { _ = try await $0.execute("SELECT pg_terminate_backend(\(backend))") }
            try await Task.sleep(for: .milliseconds(300))
            let other = try await pool.execute("SELECT pg_backend_pid() AS pid")[0].decode("pid", as: Int32.self)
            #expect(other != backend)
        }
    }

    @Test func anEndInTheMiddleOfAStatementIsALostConnection() async throws {
        try await TestServer.withPool(2) { pool in
            await #expect(throws: (any Error).self) {
                try await pool.withConnection { connection in
                    let backend = try await connection.execute("SELECT pg_backend_pid() AS pid")[0].decode(
                        "pid", as: Int32.self)
                    async let killed = TestServer.withConnection {
                        try await $0.execute("SELECT pg_sleep(0.2), pg_terminate_backend(\(backend))").count
                    }
                    _ = try await connection.execute("SELECT pg_sleep(10)")
                    _ = try await killed
                }
            }
            let rows = try await pool.execute("SELECT 1")
            #expect(rows.count == 1)
        }
    }

    @Test func aClosedPoolRefusesAndLetsThoseAtWorkFinish() async throws {
        try await TestServer.withPool(1) { pool in
            async let work = pool.execute("SELECT pg_sleep(0.2), 7 AS n")
            try await Task.sleep(for: .milliseconds(50))
            await pool.close()
            #expect(try await work.count == 1)
            await #expect(throws: PostgresClientError.self) { try await pool.execute("SELECT 1") }
        }
    }
}

private final class Recorder: Sendable {
    private let list = Mutex<[Int]>([])
    var numbers: [Int] { list.withLock { $0 } }
    func add(_ number: Int) { list.withLock { $0.append(number) } }
}
