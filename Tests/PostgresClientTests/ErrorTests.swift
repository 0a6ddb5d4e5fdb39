import Testing

@testable import PostgresClient

@Suite("Errors say what broke")
struct ErrorTests {
    @Test func aBrokenConstraintIsNamedWithItsTableAndColumn() async throws {
        try await TestServer.withConnection { connection in
            try await connection.simpleScript(
                "CREATE TEMPORARY TABLE entries (id int CONSTRAINT one_of_each PRIMARY KEY, hours int NOT NULL CONSTRAINT above_zero CHECK (hours > 0))"
            )
            func failure(_ statement: Statement) async -> PostgresError? {
                do {
                    try await connection.execute(statement)
                    return nil
                } catch { return error as? PostgresError }
            }
            try await connection.execute("INSERT INTO entries VALUES (1, 30)")
            let unique = await failure("INSERT INTO entries VALUES (1, 30)")
            #expect(
                unique?.sqlState == .uniqueViolation && unique?.constraint == "one_of_each"
                    && unique?.table == "entries")
            let check = await failure("INSERT INTO entries VALUES (2, 0)")
            #expect(check?.sqlState == .checkViolation && check?.constraint == "above_zero")
            let null = await failure("INSERT INTO entries VALUES (3, NULL)")
            #expect(null?.sqlState == .notNullViolation && null?.column == "hours")
            let syntax = await failure("SELEC 1")
            #expect(syntax?.sqlState.rawValue == "42601" && syntax?.position == 1)
            #expect(try await connection.execute("SELECT 1").count == 1)
        }
    }

    @Test func aServerThatIsNotThereIsAFailedConnection() async throws {
        let configuration = ConnectionConfiguration(
            conninfo: "host=127.0.0.1 port=1 user=nobody", connectTimeout: .seconds(5))
        await #expect(throws: PostgresClientError.self) { _ = try await PostgresConnection.connect(configuration) }
    }

    @Test func aServerThatDoesNotAnswerIsGivenUpAfterTheDeadline() async throws {
        // A listening socket that nobody accepts from.
        let silent = try SilentServer()
        let configuration = ConnectionConfiguration(
            conninfo: "host=127.0.0.1 port=\(silent.port) user=nobody", connectTimeout: .milliseconds(300))
        _ = try await within(.seconds(120), "connecting to a silent server") {
            await #expect(throws: PostgresClientError.self) { _ = try await PostgresConnection.connect(configuration) }
        }
    }

    @Test func wrongCredentialsAreSaidInTheServersWords() async throws {
        let configuration = try TestServer.configuration(options: ["user": "nobody_of_this_name"])
        await #expect(throws: PostgresClientError.self) { _ = try await PostgresConnection.connect(configuration) }
    }
}
