import Foundation
import Testing

@testable import PostgresClient

@Suite("On every road")
struct RoadBehaviourTests {
    private func count(_ pool: PostgresPool, _ table: String) async throws -> Int {
        try await pool.execute("SELECT count(*) AS count FROM \(unescaped: table)")[0].decode("count")
    }

    @Test(arguments: Road.all) func aPipelineTakesEffectWholeOrNotAtAll(_ road: Road) async throws {
        try await road.withTable("id int PRIMARY KEY") { pool, table in
            let results = try await pool.pipeline((0..<50).map { "SELECT \($0) AS number" })
            #expect(try results.map { try $0[0].decode("number", as: Int.self) } == Array(0..<50))
            await #expect(throws: PostgresError.self) {
                try await pool.pipeline([1, 2, 1, 3].map { "INSERT INTO \(unescaped: table) VALUES (\(Int32($0)))" })
            }
            #expect(try await count(pool, table) == 0)
        }
    }

    @Test(arguments: Road.all) func largeParametersAndLargeAnswersDoNotBlockEachOther(_ road: Road) async throws {
        try await road.withPool { pool in
            let text = String(repeating: "x", count: 1_000_000)
            let results = try await pool.pipeline((0..<8).map { _ in "SELECT \(text) || 'y' AS text" })
            for result in results { #expect(try result[0].decode("text", as: String.self).utf8.count == 1_000_001) }
        }
    }

    @Test(arguments: Road.all) func transactionsHoldOrLeaveNothing(_ road: Road) async throws {
        struct GaveUp: Error {}
        try await road.withTable("id int PRIMARY KEY") { pool, table in
            await #expect(throws: GaveUp.self) {
                try await pool.withTransaction { transaction in
                    try await transaction.execute("INSERT INTO \(unescaped: table) VALUES (1)")
                    throw GaveUp()
                }
            }
            #expect(try await count(pool, table) == 0)
            try await pool.withTransaction(isolation: .serializable) { transaction in
                try await transaction.execute("INSERT INTO \(unescaped: table) VALUES (1)")
                let seen = try await transaction.execute("SHOW transaction_isolation")[0]
                #expect(try seen.decode("transaction_isolation", as: String.self) == "serializable")
            }
            #expect(try await count(pool, table) == 1)
            let error = await #expect(throws: PostgresError.self) {
                try await pool.withTransaction(readOnly: true) {
                    try await $0.execute("DELETE FROM \(unescaped: table)")
                }
            }
            #expect(error?.sqlState.rawValue == "25006")
        }
    }

    @Test(arguments: Road.all) func rowsAreCopiedInAndOut(_ road: Road) async throws {
        try await road.withTable("number int, text text") { pool, table in
            let copied = try await pool.withTransaction { transaction in
                try await transaction.copyIn("COPY \(table) FROM STDIN") { writer in
                    for block in 0..<20 {
                        let lines = (0..<1000).map { "\(block * 1000 + $0)\t行 \($0)\n" }.joined()
                        try await writer.write(Array(lines.utf8))
                    }
                }
            }
            #expect(copied == 20_000)
            let lines = try await pool.withConnection { connection in
                var bytes: [UInt8] = []
                for try await chunk in connection.copyOut(
                    "COPY (SELECT number FROM \(table) ORDER BY number) TO STDOUT")
                {
                    bytes += chunk
                }
                return String(decoding: bytes, as: UTF8.self).split(separator: "\n").compactMap { Int($0) }
            }
            #expect(lines == Array(0..<20_000))
            await #expect(throws: PostgresError.self) {
                try await pool.withConnection { connection in
                    try await connection.copyIn("COPY \(table) FROM STDIN") { try await $0.write(Array("x\ty\n".utf8)) }
                }
            }
            #expect(try await count(pool, table) == 20_000)
        }
    }

    @Test(arguments: Road.all) func aCancelledTaskStopsItsStatementAndTheConnectionGoesOn(_ road: Road) async throws {
        try await road.withPool(1) { pool in
            for _ in 0..<5 {
                let task = Task { try await pool.execute("SELECT pg_sleep(60)") }
                try await Task.sleep(for: .milliseconds(30))
                task.cancel()
                await #expect(throws: CancellationError.self) { try await task.value }
                #expect(try await pool.execute("SELECT 7 AS n")[0].decode("n", as: Int.self) == 7)
            }
            #expect(pool.statistics.open == 1)
        }
    }

    /// Statements of many shapes on connections that are handed about: what one client has prepared must never answer
    /// another's question, which behind a shared server connection it could.
    @Test(arguments: Road.all) func everyCallerOfEveryPoolGetsTheAnswerToItsOwnQuestion(_ road: Road) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for client in 0..<6 {
                group.addTask {
                    try await road.withPool(3) { pool in
                        try await withThrowingTaskGroup(of: Void.self) { callers in
                            for caller in 0..<6 {
                                callers.addTask {
                                    for turn in 0..<25 {
                                        let shape = (client * 7 + caller + turn) % 11
                                        let row = try await pool.execute(
                                            "SELECT \(turn) * 100 + \(unescaped: "\(shape)") AS answer\(unescaped: "\(shape)")"
                                        )[0]
                                        let answer = try row.decode("answer\(shape)", as: Int.self)
                                        #expect(answer == turn * 100 + shape)
                                    }
                                }
                            }
                            try await callers.waitForAll()
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    @Test(arguments: Road.all) func aChangeOfSchemaIsFollowed(_ road: Road) async throws {
        try await road.withTable("a int") { pool, table in
            try await pool.execute("INSERT INTO \(unescaped: table) VALUES (1)")
            for column in ["b", "c"] {
                for _ in 0..<8 { _ = try await pool.execute("SELECT * FROM \(unescaped: table)") }
                try await pool.execute("ALTER TABLE \(unescaped: table) ADD \(unescaped: column) int")
                #expect(try await pool.execute("SELECT * FROM \(unescaped: table)").columns.last == column)
            }
        }
    }

    @Test(arguments: Road.carrying(.sessionState)) func theSessionIsTheCallersOwn(_ road: Road) async throws {
        try await road.withConnection { connection in
            try await connection.simpleScript("CREATE TEMPORARY TABLE mine (id int); SET application_name = 'mine'")
            #expect(try await connection.execute("SELECT * FROM mine").count == 0)
            let name = try await connection.execute("SHOW application_name")[0]
            #expect(try name.decode("application_name", as: String.self) == "mine")
            try await connection.simpleScript("DISCARD ALL")
            let error = await #expect(throws: PostgresError.self) { try await connection.execute("SELECT * FROM mine") }
            #expect(error?.sqlState.rawValue == "42P01")
        }
    }

    @Test(arguments: Road.all) func theServerSeesWhichRoadWasTaken(_ road: Road) async throws {
        try await road.withConnection { connection in
            let row = try await connection.execute(
                "SELECT inet_client_addr() IS NULL AS local, ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")[0]
            // PgBouncer itself comes by the Unix socket.
            #expect(try row.decode("local", as: Bool.self) == (road == .unixSocket || road == .pgBouncer))
            #expect(try row.decode("ssl", as: Bool.self) == (road == .tls))
        }
    }
}

@Suite("TLS trusts whom it was told to", .enabled(if: Road.hasFile, "needs the servers of deploy/test"))
struct RoadTrustTests {
    private func refusal(_ configuration: ConnectionConfiguration) async -> String? {
        do {
            let connection = try await PostgresConnection.connect(configuration)
            await connection.close()
            return nil
        } catch PostgresClientError.connectionFailed(let words) {
            return words
        } catch {
            return nil
        }
    }

    @Test func aServerOfAnotherAuthorityIsRefused() async throws {
        let refusal = await refusal(ConnectionConfiguration(conninfo: try Road.entry("tlsOfAStranger")))
        #expect(refusal?.contains("certificate verify failed") == true)
    }

    @Test func aServerOfAnotherNameIsRefused() async throws {
        var configuration = try Road.tls.configuration()
        configuration.options["host"] = "127.0.0.1"
        #expect(await refusal(configuration)?.contains("does not match host name") == true)
    }

    @Test func aRoleThatMustComeByTLSIsNotLetInWithoutIt() async throws {
        var configuration = try Road.tls.configuration()
        configuration.options = ["sslmode": "disable", "channel_binding": "disable"]
        #expect(await refusal(configuration)?.contains("pg_hba.conf rejects connection") == true)
    }
}
