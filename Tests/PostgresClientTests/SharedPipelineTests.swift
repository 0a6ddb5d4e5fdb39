import Logging
import Testing

@testable import PostgresClient

@Suite("Statements of many callers over one connection, each with its own fate")
struct SharedPipelineTests {
    @Test func everyCallerGetsItsOwnAnswer() async throws {
        try await TestServer.withPool(1) { pool in
            let pipeline = pool.shared
            try await withThrowingTaskGroup(of: (Int, Int).self) { group in
                for number in 0..<500 {
                    group.addTask {
                        (number, try await pipeline.execute("SELECT \(number) AS n")[0].decode("n", as: Int.self))
                    }
                }
                for try await (asked, answered) in group { #expect(asked == answered) }
            }
            #expect(pool.statistics.open == 0)
        }
    }

    @Test func oneCallersErrorIsNobodyElses() async throws {
        try await TestServer.withPool(1) { pool in
            let pipeline = pool.shared
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        do {
                            let row = try await pipeline.execute("SELECT 10 / \(Int32(number % 5)) AS n")[0]
                            return try row.decode("n", as: Int.self) == 10 / (number % 5)
                        } catch let error as PostgresError {
                            return number % 5 == 0 && error.sqlState.rawValue == "22012"
                        }
                    }
                }
                for try await isRight in group { #expect(isRight) }
            }
        }
    }

    @Test func aSettingHoldsForItsOwnCallAlone() async throws {
        try await TestServer.withPool(1) { pool in
            let pipeline = pool.shared
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        let results = try await pipeline.pipeline([
                            "SELECT set_config('ceregistry.user_id', \("\(number)"), true)",
                            "SELECT current_setting('ceregistry.user_id') AS id",
                        ])
                        #expect(try results[1][0].decode("id", as: String.self) == "\(number)")
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test func whatWouldLeaveSomethingBehindIsRefused() async throws {
        try await TestServer.withPool(1) { pool in
            for sql in ["BEGIN", " /* a /* b */ */ -- c\n set x.y = 1", "listen a", "COPY t FROM STDIN"] {
                await #expect(throws: PostgresClientError.self) { try await pool.shared.execute(Statement(sql)) }
            }
            try await TestServer.expectAnswer(from: pool.shared)
        }
    }

    @Test func aCancelledCallerLeavesTheOthersTheirAnswers() async throws {
        try await TestServer.withPool(1) { pool in
            let pipeline = pool.shared
            _ = try await pipeline.execute("SELECT 1")
            let slow = Task { try await pipeline.execute("SELECT pg_sleep(20)") }
            try await Task.sleep(for: .milliseconds(100))
            let others = (0..<20).map { number in
                Task { try await pipeline.execute("SELECT \(number) AS n")[0].decode("n", as: Int.self) }
            }
            try await Task.sleep(for: .milliseconds(50))
            slow.cancel()
            await #expect(throws: CancellationError.self) { try await slow.value }
            for (number, task) in others.enumerated() { #expect(try await task.value == number) }
        }
    }

    @Test func aServerThatEndsTheConnectionCostsWhatWasOnTheWayAndNoMore() async throws {
        try await TestServer.withPool(1) { pool in
            let pipeline = pool.shared
            await #expect(throws: PostgresClientError.self) {
                try await pipeline.execute("SELECT pg_terminate_backend(pg_backend_pid())")
            }
            try await TestServer.expectAnswer(from: pipeline)
        }
    }
}

@Suite("Statements of one round trip with fates of their own")
struct IndependentTests {
    @Test func oneFailsInItsPlaceAndTheOthersTakeEffect() async throws {
        try await TestServer.withConnection { connection in
            try await connection.execute("CREATE TEMPORARY TABLE things (id int PRIMARY KEY)")
            let outcomes = try await connection.independently([
                "INSERT INTO things VALUES (1)", "INSERT INTO things VALUES (1)", "SELEC",
                "INSERT INTO things VALUES (2)",
            ])
            #expect(outcomes.map { (try? $0.get()) != nil } == [true, false, false, true])
            guard case .failure(let error) = outcomes[1] else { return }
            #expect(error.sqlState == .uniqueViolation)
            #expect(try await connection.execute("SELECT FROM things").count == 2)
        }
    }

    @Test func insideATransactionTheyShareItsFate() async throws {
        try await TestServer.withPool(1) { pool in
            await #expect(throws: PostgresClientError.self) {
                try await pool.withTransaction { transaction in
                    let outcomes = try await transaction.independently(["SELECT 1", "SELEC", "SELECT 1"])
                    #expect(outcomes.map { (try? $0.get()) != nil } == [true, false, false])
                }
            }
        }
    }

    @Test func manyLargeOnesNeitherBlockNorPileUp() async throws {
        try await TestServer.withConnection { connection in
            let text = String(repeating: "x", count: 100_000)
            let outcomes = try await connection.independently((0..<300).map { _ in "SELECT \(text) AS text" })
            for outcome in outcomes {
                #expect(try outcome.get()[0].decode("text", as: String.self).utf8.count == 100_000)
            }
        }
    }
}
