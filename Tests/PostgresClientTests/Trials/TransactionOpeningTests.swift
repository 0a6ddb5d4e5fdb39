import Foundation
import Logging
import Testing

@testable import PostgresClient

/// What each transaction opens with holds for every statement, whichever session a pooler gives.
@Suite("What each transaction opens with")
struct TransactionOpeningTests {
    private static let seen: Statement =
        "SELECT current_user::text AS name, current_setting('opening.word', true) AS word"

    private func withOpening<Value>(
        _ road: Road, word: String = "open", prepared: ConnectionConfiguration.PreparedStatements = .none,
        _ body: (PostgresPool) async throws -> Value
    ) async throws -> Value {
        var configuration = try road.configuration()
        configuration.preparedStatements = prepared
        configuration.transactionOpening =
            "SELECT set_config('role', 'pg_monitor', true), set_config('opening.word', \(word), true)"
        let pool = PostgresPool(
            configuration: PoolConfiguration(connection: configuration, waitDeadline: .seconds(60)),
            logger: Logger(label: "test"))
        return try await pool.whileOpen(body)
    }

    private func check(_ rows: QueryResult, _ word: String = "open") throws {
        #expect(try rows[0].decode("name", as: String.self) == "pg_monitor")
        #expect(try rows[0].decode("word", as: String.self) == word)
    }

    @Test(arguments: Road.all) func everyWayOfAskingHasIt(_ road: Road) async throws {
        try await withOpening(road) { pool in
            for _ in 0..<3 {
                try check(try await pool.execute(Self.seen))
                for result in try await pool.pipeline([Self.seen, "SELECT 1", Self.seen]) where result.count == 1 {
                    if result.columns.count == 2 { try check(result) }
                }
                for result in try await pool.independently([Self.seen, "SELECT 1 / 0", Self.seen]) {
                    if case .success(let rows) = result { try check(rows) }
                }
                try check(try await pool.shared.execute(Self.seen))
                try await pool.withTransaction(isolation: .repeatableRead, readOnly: true) { transaction in
                    try check(try await transaction.execute(Self.seen))
                    try check(try await transaction.execute(Self.seen))
                    for try await row in try await transaction.rows(Self.seen) {
                        #expect(try row.decode("name", as: String.self) == "pg_monitor")
                    }
                    let text = try await transaction.copyOut("COPY (SELECT current_user) TO STDOUT")
                        .reduce(into: [UInt8]()) { $0 += $1 }
                    #expect(String(decoding: text, as: UTF8.self) == "pg_monitor\n")
                }
            }
        }
    }

    @Test(arguments: Road.all) func callersOfOneServerDoNotMeetEachOthers(_ road: Road) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<6 {
                group.addTask {
                    try await withOpening(road, word: "word \(number)") { pool in
                        for _ in 0..<40 {
                            try check(try await pool.execute(Self.seen), "word \(number)")
                            try check(try await pool.shared.execute(Self.seen), "word \(number)")
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    @Test(arguments: Road.all) func whereItFailsNothingRuns(_ road: Road) async throws {
        var configuration = try road.configuration()
        configuration.preparedStatements = .none
        configuration.transactionOpening = "SELECT set_config('role', 'nobody_of_that_name', true)"
        let connection = try await PostgresConnection.connect(configuration)
        let refused = await #expect(throws: PostgresError.self) { try await connection.execute("SELECT 1 AS one") }
        #expect(refused?.message.contains("nobody_of_that_name") == true)
        for outcome in try await connection.independently(["SELECT 1", "SELECT 2"]) {
            #expect(throws: PostgresError.self) { try outcome.get() }
        }
        await connection.close()
    }

    @Test(arguments: Road.all) func copyAndStreamsNeedATransaction(_ road: Road) async throws {
        try await withOpening(road) { pool in
            await #expect(throws: PostgresClientError.self) {
                try await pool.withConnection { connection in
                    for try await _ in connection.copyOut("COPY (SELECT 1) TO STDOUT") {}
                }
            }
            await #expect(throws: PostgresClientError.self) {
                try await pool.withConnection { connection in for try await _ in connection.rows("SELECT 1") {} }
            }
        }
    }
}
