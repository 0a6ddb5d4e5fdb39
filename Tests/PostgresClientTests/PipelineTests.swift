import Testing

@testable import PostgresClient

@Suite("Several statements in one round trip")
struct PipelineTests {
    @Test func resultsComeInTheOrderOfTheStatements() async throws {
        try await TestServer.withConnection { connection in
            let results = try await connection.pipeline((0..<50).map { "SELECT \($0) AS number" })
            #expect(try results.map { try $0[0].decode("number", as: Int.self) } == Array(0..<50))
        }
    }

    @Test func oneFailureUndoesAllOfThem() async throws {
        try await TestServer.withConnection { connection in
            try await connection.execute("CREATE TEMPORARY TABLE things (id int PRIMARY KEY)")
            await #expect(throws: PostgresError.self) {
                try await connection.pipeline([
                    "INSERT INTO things VALUES (1)", "INSERT INTO things VALUES (2)", "INSERT INTO things VALUES (1)",
                    "INSERT INTO things VALUES (3)",
                ])
            }
            let left = try await connection.execute("SELECT count(*) AS count FROM things")[0]
            #expect(try left.decode("count", as: Int.self) == 0)
        }
    }

    @Test func aSettingForTheTransactionHoldsForTheWholePipelineAndNoLonger() async throws {
        try await TestServer.withConnection { connection in
            let results = try await connection.pipeline([
                "SELECT set_config('ceregistry.role', 'clerk', true)",
                "SELECT current_setting('ceregistry.role', true) AS role",
            ])
            #expect(try results[1][0].decode("role", as: String.self) == "clerk")
            let after = try await connection.execute("SELECT current_setting('ceregistry.role', true) AS role")[0]
            #expect(try after.decodeIfPresent("role", as: String.self) ?? "" == "")
        }
    }

    @Test func manyCallersOfOneConnectionEachGetTheirOwnAnswer() async throws {
        try await TestServer.withConnection { connection in
            try await withThrowingTaskGroup(of: (Int, Int).self) { group in
                for number in 0..<200 {
                    group.addTask {
                        (number, try await connection.execute("SELECT \(number) AS n")[0].decode("n", as: Int.self))
                    }
                }
                for try await (asked, answered) in group { #expect(asked == answered) }
            }
        }
    }

    @Test func largeParametersAndLargeAnswersDoNotBlockEachOther() async throws {
        try await TestServer.withConnection { connection in
            let text = String(repeating: "x", count: 2_000_000)
            let results = try await connection.pipeline((0..<8).map { _ in "SELECT \(text) || 'y' AS text" })
            for result in results { #expect(try result[0].decode("text", as: String.self).utf8.count == 2_000_001) }
        }
    }

    @Test func whatFailsOnlyAtTheEndFailsTheWholeAndTheNextAnswerIsTheNextQuestions() async throws {
        try await TestServer.withConnection { connection in
            try await connection.execute(
                "CREATE TEMPORARY TABLE once (id int UNIQUE DEFERRABLE INITIALLY DEFERRED)")
            for _ in 0..<3 {
                await #expect {
                    try await connection.pipeline(["INSERT INTO once VALUES (1), (1)", "SELECT 1"])
                } throws: { error in
                    (error as? PostgresError)?.sqlState == .uniqueViolation
                }
                try await TestServer.expectAnswer(from: connection)
            }
            let outcomes = try await connection.independently([
                "SELECT 1", "INSERT INTO once VALUES (2), (2)", "INSERT INTO once VALUES (3)",
            ])
            #expect(outcomes.map { (try? $0.get()) != nil } == [true, false, true])
        }
    }
}
