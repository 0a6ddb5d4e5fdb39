import Foundation
import Logging
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

    @Test func theDeadlineOfWhoeverCameFirstIsNotTheConnections() async throws {
        try await TestServer.withPool(1) { pool in
            await #expect(throws: PostgresClientError.self) {
                try await pool.execute("SELECT 1", within: .microseconds(1))
            }
            let answer = try await pool.execute("SELECT 2 AS n")[0].decode("n", as: Int.self)
            #expect(answer == 2)
        }
    }

    @Test func whoWaitsTooLongIsToldSo() async throws {
        try await TestServer.withPool(1, waitDeadline: .milliseconds(100)) { pool in
            while pool.statistics.idle == 0 { _ = try? await pool.execute("SELECT 1") }
            _ = try await pool.withConnection { _ in
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
            let release = Mutex(false)
            async let holding: Void = pool.withConnection { _ in
                while !release.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(1)) }
            }
            while pool.statistics.open == 0 || pool.statistics.waiting > 0 {
                try await Task.sleep(for: .milliseconds(1))
            }
            var waiting: [Task<Void, any Error>] = []
            for number in 0..<10 {
                waiting.append(Task { try await pool.withConnection { _ in order.add(number) } })
                while pool.statistics.waiting <= number { try await Task.sleep(for: .milliseconds(1)) }
            }
            release.withLock { $0 = true }
            for task in waiting { try await task.value }
            try await holding
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

    @Test func theMinimumIsOpenBeforeAnybodyAsks() async throws {
        let pool = PostgresPool(
            configuration: PoolConfiguration(
                connection: try TestServer.configuration(), minimumConnections: 3, maximumConnections: 5,
                waitDeadline: .seconds(60)),
            logger: Logger(label: "test"))
        try await pool.warmUp()
        while pool.statistics.idle < 3 { try await Task.sleep(for: .milliseconds(1)) }
        #expect(pool.statistics.open == 3)
        await pool.close()
    }

    @Test func idleConnectionsGoAndExpiredOnesAreReplaced() async throws {
        let pool = PostgresPool(
            configuration: PoolConfiguration(
                connection: try TestServer.configuration(), maximumConnections: 4, waitDeadline: .seconds(60),
                idleTime: .milliseconds(50), lifetime: .seconds(60)),
            logger: Logger(label: "test"))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 { group.addTask { try await pool.execute("SELECT pg_sleep(0.05)") } }
            try await group.waitForAll()
        }
        while pool.statistics.open > 0 { try await Task.sleep(for: .milliseconds(5)) }
        try await TestServer.expectAnswer(from: pool)
        await pool.close()
    }

    @Test func aServerThatIsGoneIsOneFailureForAllWhoWaitAndThePoolLivesOn() async throws {
        let pool = PostgresPool(
            configuration: PoolConfiguration(
                connection: ConnectionConfiguration(conninfo: "host=127.0.0.1 port=1 user=nobody"),
                waitDeadline: .seconds(60)),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        for _ in 0..<3 {
            await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<50 {
                    group.addTask {
                        do {
                            try await pool.execute("SELECT 1")
                            return false
                        } catch PostgresClientError.connectionFailed { return true } catch { return false }
                    }
                }
                for await failed in group { #expect(failed) }
            }
        }
        #expect(pool.statistics.waiting == 0)
        await pool.close()
    }

    @Test func whoDoesNotComeBackInTimeLosesTheConnectionAtTheEnd() async throws {
        try await TestServer.withPool(1) { pool in
            let work = Task { try await pool.execute("SELECT pg_sleep(60)") }
            while pool.statistics.open == 0 || pool.statistics.waiting > 0 {
                try await Task.sleep(for: .milliseconds(1))
            }
            await pool.close(within: .milliseconds(50))
            await #expect(throws: PostgresClientError.self) { try await work.value }
        }
    }

    @Test func aConnectionThatComesBackInsideATransactionIsNotLentOn() async throws {
        try await TestServer.withPool(1) { pool in
            let before = try await pool.withConnection { connection in
                try await connection.execute("BEGIN")
                return connection.information?.serverProcess
            }
            #expect(try await pool.withConnection { $0.information?.serverProcess } != before)
        }
    }

    @Test func aClosedPoolRefusesAndLetsThoseAtWorkFinish() async throws {
        try await TestServer.withPool(1) { pool in
            async let work = pool.execute("SELECT pg_sleep(0.5), 7 AS n")
            while pool.statistics.open == 0 || pool.statistics.waiting > 0 {
                try await Task.sleep(for: .milliseconds(1))
            }
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
