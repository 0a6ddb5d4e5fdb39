import Testing

@testable import PostgresClient

@Suite("Deadlines reach the server", .timeLimit(.minutes(1)))
struct DeadlineTests {
    private func isDeadline(_ error: any Error) -> Bool {
        if case PostgresClientError.deadlineExceeded = error { return true }
        return false
    }

    @Test func aStatementPastItsDeadlineIsStoppedOnTheServerAndTheConnectionLivesOn() async throws {
        try await TestServer.withPool(1) { pool in
            let before = try await pool.execute("SELECT pg_backend_pid() AS pid")[0].decode("pid", as: Int32.self)
            await #expect {
                try await pool.execute("SELECT pg_sleep(50)", within: .milliseconds(100))
            } throws: {
                isDeadline($0)
            }
            let row = try await pool.execute("SELECT pg_backend_pid() AS pid")[0]
            #expect(try row.decode("pid", as: Int32.self) == before)
        }
    }

    @Test func waitingForAConnectionCountsToo() async throws {
        try await TestServer.withPool(1) { pool in
            try await pool.withConnection { _ in
                await #expect {
                    try await pool.execute("SELECT 1", within: .milliseconds(50))
                } throws: {
                    isDeadline($0)
                }
            }
        }
    }

    @Test func theEarlierOfTwoDeadlinesHolds() async throws {
        try await TestServer.withConnection { connection in
            await #expect {
                try await withPostgresDeadline(.milliseconds(100)) {
                    try await connection.execute("SELECT pg_sleep(50)", within: .seconds(40))
                }
            } throws: {
                isDeadline($0)
            }
        }
    }

    @Test func aStreamAndACopyHaveOneToo() async throws {
        try await TestServer.withPool(1) { pool in
            await #expect {
                try await withPostgresDeadline(.milliseconds(200)) {
                    try await pool.withConnection { connection in
                        for try await _ in connection.rows("SELECT pg_sleep(0.05) FROM generate_series(1, 1000)") {}
                    }
                }
            } throws: {
                isDeadline($0)
            }
            await #expect {
                try await withPostgresDeadline(.milliseconds(200)) {
                    try await pool.withConnection { connection in
                        let copied = connection.copyOut(
                            "COPY (SELECT pg_sleep(0.05) FROM generate_series(1, 1000)) TO STDOUT")
                        for try await _ in copied {}
                    }
                }
            } throws: {
                isDeadline($0)
            }
            try await TestServer.expectAnswer(from: pool)
            #expect(pool.statistics.open == 1)
        }
    }

    @Test func aTransactionPastItsDeadlineIsRolledBack() async throws {
        try await TestServer.withPool(1) { pool in
            await #expect {
                try await withPostgresDeadline(.milliseconds(100)) {
                    try await pool.withTransaction { try await $0.execute("SELECT pg_sleep(50)") }
                }
            } throws: {
                isDeadline($0)
            }
            try await TestServer.expectAnswer(from: pool)
        }
    }

    @Test func connectingHasOneForAllHostsTogether() async throws {
        let (first, second) = (try SilentServer(), try SilentServer())
        let configuration = ConnectionConfiguration(
            conninfo: "host=127.0.0.1,127.0.0.1 port=\(first.port),\(second.port) user=nobody",
            connectTimeout: .milliseconds(300))
        await #expect {
            _ = try await PostgresConnection.connect(configuration)
        } throws: {
            "\($0)".contains("all hosts together")
        }
        await #expect {
            try await withPostgresDeadline(.milliseconds(50)) {
                _ = try await PostgresConnection.connect(configuration)
            }
        } throws: {
            isDeadline($0)
        }
    }
}
