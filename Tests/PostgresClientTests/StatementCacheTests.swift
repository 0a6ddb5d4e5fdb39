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

    @Test func noneArePreparedWhereTheConfigurationSaysSo() async throws {
        var configuration = try TestServer.configuration()
        configuration.preparedStatements = .none
        let connection = try await PostgresConnection.connect(configuration)
        for number in 0..<3 {
            #expect(try await connection.execute("SELECT \(number) AS n")[0].decode("n", as: Int.self) == number)
        }
        let outcomes = try await connection.independently(["SELECT \("甲") AS text", "SELEC", "SELECT 2"])
        #expect(outcomes.map { (try? $0.get()) != nil } == [true, false, true])
        #expect(try await prepared(connection) == 0)
        await connection.close()
    }

    @Test func aServerThatForgetsAgainAndAgainIsTakenForAPooler() async throws {
        try await TestServer.withConnection { connection in
            for number in 0..<10 {
                #expect(try await connection.execute("SELECT \(number) AS n")[0].decode("n", as: Int.self) == number)
                try await connection.simpleScript("DEALLOCATE ALL")
            }
            #expect(try await prepared(connection) == 0)
        }
    }

    @Test func twoConnectionsNeverGiveTheSameNameToTheirStatements() {
        var (first, second) = (StatementCache(limit: 4), StatementCache(limit: 4))
        #expect(first.insert("SELECT 1").name != second.insert("SELECT 1").name)
    }

    @Test func theSameTextWithParametersOfOtherTypesIsAnotherStatement() {
        var cache = StatementCache(limit: 4)
        let number = cache.insert("SELECT \(Int32(1))")
        let text = cache.insert("SELECT \("甲")")
        #expect(cache.find("SELECT \(Int32(2))") === number && cache.find("SELECT \("乙")") === text)
        cache.forget(number)
        #expect(cache.find("SELECT \(Int32(2))") == nil && cache.find("SELECT \("乙")") === text && cache.count == 1)
    }

    @Test func theLeastRecentlyUsedLeavesFirst() {
        var cache = StatementCache(limit: 2)
        let first = cache.insert("1")
        let second = cache.insert("2")
        #expect(cache.find("1") === first)
        _ = cache.insert("3")
        #expect(cache.takeEvicted() == [second.name] && cache.takeEvicted().isEmpty && cache.count == 2)
        cache.stillEvicted(second.name)
        #expect(cache.takeEvicted() == [second.name])
    }
}
