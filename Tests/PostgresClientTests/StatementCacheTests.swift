import Testing

@testable import PostgresClient

@Suite("Prepared statements are kept, and let go in time")
struct StatementCacheTests {
    private func prepared(_ connection: PostgresConnection) async throws -> Int {
        try await connection.execute("SELECT count(*) AS count FROM pg_prepared_statements")[0].decode("count")
    }

    @Test func aStatementIsPreparedOnce() async throws {
        try await TestServer.withConnection { connection in
            for number in 0..<20 { try await connection.execute("SELECT \(number) + 1") }
            #expect(try await prepared(connection) == 2)
        }
    }

    @Test func noMoreAreKeptThanTheLimit() async throws {
        try await TestServer.withConnection(cache: 8) { connection in
            for number in 0..<100 { try await connection.execute(Statement("SELECT 1 AS n\(number)", [])) }
            #expect(try await prepared(connection) <= 9)
        }
    }

    @Test func afterDiscardAllStatementsArePreparedAnew() async throws {
        try await TestServer.withConnection { connection in
            for _ in 0..<2 {
                #expect(try await connection.execute("SELECT \(41) + 1 AS n")[0].decode("n", as: Int.self) == 42)
                try await connection.simpleScript("DISCARD ALL")
            }
        }
    }

    @Test func afterAChangeOfSchemaStatementsArePreparedAnew() async throws {
        try await TestServer.withConnection { connection in
            try await connection.simpleScript(
                "CREATE TEMPORARY TABLE changing (a int); INSERT INTO changing VALUES (1)")
            #expect(try await connection.execute("SELECT * FROM changing").columns == ["a"])
            try await connection.simpleScript("ALTER TABLE changing ADD b int")
            #expect(try await connection.execute("SELECT * FROM changing").columns == ["a", "b"])
        }
    }

    @Test func aStatementThatCouldNotBePreparedIsNotRemembered() async throws {
        try await TestServer.withConnection { connection in
            await #expect(throws: PostgresError.self) { try await connection.execute("SELECT * FROM later") }
            try await connection.simpleScript("CREATE TEMPORARY TABLE later (a int)")
            #expect(try await connection.execute("SELECT * FROM later").count == 0)
        }
    }
}
