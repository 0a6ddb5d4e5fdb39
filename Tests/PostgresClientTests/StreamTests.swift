import Foundation
import Testing

@testable import PostgresClient

@Suite("Rows as they come, at the reader's pace", .timeLimit(.minutes(2)))
struct StreamTests {
    static let million: Statement =
        "SELECT g AS number, 'zeile 行 ' || g AS text FROM generate_series(1, 1000000) g"

    /// In a process of its own: what other tests hold meanwhile is not this one's.
    @Test func aMillionRowsPassInConstantMemory() async {
        await #expect(processExitsWith: .success) {
            try await TestServer.withConnection { connection in
                let memory = try ResidentMemory()
                var sum = 0
                for try await rows in connection.rows(StreamTests.million).chunks() {
                    for row in rows { sum += try row.decode(at: 0, as: Int.self) }
                }
                #expect(sum == 500_000_500_000)
                try memory.expectGrowth(below: 100)
            }
        }
    }

    @Test func parametersAndNamesAreThere() async throws {
        try await TestServer.withConnection { connection in
            var found: [String] = []
            for try await row in connection.rows("SELECT n || \("号") AS label FROM generate_series(1, \(Int32(3))) n") {
                found.append(try row.decode("label"))
            }
            #expect(found == ["1号", "2号", "3号"])
        }
    }

    @Test func leftEarlyTheConnectionIsCleanForTheNextStatement() async throws {
        try await TestServer.withPool(1) { pool in
            let before = try await pool.execute("SELECT pg_backend_pid() AS pid")[0].decode("pid", as: Int32.self)
            for _ in 0..<3 {
                try await pool.withConnection { connection in
                    var count = 0
                    for try await _ in connection.rows(Self.million) {
                        count += 1
                        if count == 1000 { break }
                    }
                    #expect(try await connection.execute("SELECT 7 AS n")[0].decode("n", as: Int.self) == 7)
                    for try await _ in connection.rows(Self.million) { break }
                }
            }
            let after = try await pool.execute("SELECT pg_backend_pid() AS pid")[0].decode("pid", as: Int32.self)
            #expect(before == after)
        }
    }

    @Test func aReaderThatWaitsMakesTheServerWait() async throws {
        try await TestServer.withPool(2) { pool in
            try await pool.withConnection { connection in
                let pid = try await connection.execute("SELECT pg_backend_pid() AS pid")[0].decode(
                    "pid", as: Int32.self)
                var rows = connection.rows(Self.million).makeAsyncIterator()
                _ = try await rows.next()
                var waiting = false
                while !waiting {
                    let state = try await pool.execute("SELECT wait_event FROM pg_stat_activity WHERE pid = \(pid)")[0]
                    waiting = try state.decodeIfPresent("wait_event", as: String.self) == "ClientWrite"
                }
                var count = 1
                while try await rows.next() != nil { count += 1 }
                #expect(count == 1_000_000)
            }
        }
    }

    @Test func anErrorInTheMiddleComesAfterTheRowsBeforeIt() async throws {
        try await TestServer.withConnection { connection in
            var count = 0
            await #expect(throws: PostgresError.self) {
                for try await _ in connection.rows("SELECT 1 / (5000 - g) FROM generate_series(1, 10000) g") {
                    count += 1
                }
            }
            #expect(count == 4999)
            try await TestServer.expectAnswer(from: connection)
        }
    }

    @Test func aStatementGivenToAConnectionWhoseRowsAreBeingReadIsRefusedRatherThanWaitingForEver() async throws {
        try await TestServer.withConnection { connection in
            var refused = false
            for try await _ in connection.rows(Self.million) {
                do {
                    try await connection.execute("SELECT 1")
                } catch PostgresClientError.streamUnderWay {
                    refused = true
                }
                break
            }
            #expect(refused)
            try await TestServer.expectAnswer(from: connection)
        }
    }

    @Test func aCancelledReaderIsToldSoAndTheConnectionLivesOn() async throws {
        try await TestServer.withPool(1) { pool in
            let reading = Task {
                try await pool.withConnection { connection in
                    for try await _ in connection.rows("SELECT g, pg_sleep(0.01) FROM generate_series(1, 100000) g") {}
                }
            }
            try await Task.sleep(for: .milliseconds(200))
            reading.cancel()
            await #expect(throws: CancellationError.self) { try await reading.value }
            try await TestServer.expectAnswer(from: pool)
            #expect(pool.statistics.open == 1)
        }
    }

    @Test func afterAStreamTheNextResultIsWhole() async throws {
        try await TestServer.withConnection { connection in
            for _ in 0..<3 {
                var count = 0
                for try await _ in connection.rows("SELECT FROM generate_series(1, 10)") { count += 1 }
                #expect(count == 10)
                #expect(try await connection.execute("SELECT FROM generate_series(1, 5)").count == 5)
                try await connection.simpleScript("SELECT 1; SELECT 2")
            }
        }
    }

    @Test func aTaskMayRunWhereItsAnswersAreRead() async throws {
        try await TestServer.withConnection { connection in
            try await withTaskExecutorPreference(connection.taskExecutor) {
                for _ in 0..<100 { try await TestServer.expectAnswer(from: connection) }
            }
        }
    }
}
