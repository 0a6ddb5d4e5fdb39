import Foundation
import Testing

@testable import PostgresClient

@Suite("Connecting, to one of several hosts")
struct ConnectingTests {
    private func information() async throws -> ConnectionInformation {
        try await TestServer.withConnection { try #require($0.information) }
    }

    @Test func theFirstHostThatAnswersIsTaken() async throws {
        let known = try await information()
        let configuration = ConnectionConfiguration(
            conninfo: "host=127.0.0.1,\(known.host) port=1,\(known.port) user=\(known.user) dbname=\(known.database)")
        let connection = try await PostgresConnection.connect(configuration)
        #expect(connection.information?.port == known.port)
        await connection.close()
        #expect(connection.information == nil)
    }

    @Test func onlyASessionOfTheKindThatIsAskedForWillDo() async throws {
        let writing = try TestServer.configuration(options: ["target_session_attrs": "read-write"])
        let connection = try await PostgresConnection.connect(writing)
        #expect(connection.reported("in_hot_standby") == "off")
        await connection.close()
        let standby = try TestServer.configuration(options: ["target_session_attrs": "standby"])
        await #expect(throws: PostgresClientError.self) { _ = try await PostgresConnection.connect(standby) }
        let reading = try TestServer.configuration(
            options: ["target_session_attrs": "read-only", "options": "-c default_transaction_read_only=on"])
        let readOnly = try await PostgresConnection.connect(reading)
        await #expect(throws: PostgresError.self) { try await readOnly.execute("CREATE TABLE never (a int)") }
        await readOnly.close()
    }

    @Test func whatLibpqKnowsCanBeAsked() async throws {
        try await TestServer.withConnection { connection in
            let information = try #require(connection.information)
            let row = try await connection.execute(
                """
                SELECT current_database()::text AS database, current_user::text AS user, pg_backend_pid() AS pid,
                       current_setting('server_version_num')::int AS version
                """)[0]
            #expect(try row.decode("database", as: String.self) == information.database)
            #expect(try row.decode("user", as: String.self) == information.user)
            #expect(try row.decode("pid", as: Int32.self) == information.serverProcess)
            #expect(try row.decode("version", as: Int.self) == information.serverVersion)
            #expect(connection.reported("server_encoding") == "UTF8" && connection.reported("work_mem") == nil)
        }
    }

    @Test func aCancelledTaskStopsConnecting() async throws {
        let silent = try SilentServer()
        let configuration = ConnectionConfiguration(
            conninfo: "host=127.0.0.1 port=\(silent.port) user=nobody", connectTimeout: .seconds(60))
        let connecting = Task { _ = try await PostgresConnection.connect(configuration) }
        try await Task.sleep(for: .milliseconds(50))
        connecting.cancel()
        await #expect(throws: CancellationError.self) { try await connecting.value }
    }

    @Test func aConnectionThatNobodyHoldsIsClosed() async throws {
        var pid: Int32 = 0
        do {
            let connection = try await PostgresConnection.connect(try TestServer.configuration())
            pid = try #require(connection.information).serverProcess
        }
        try await TestServer.withConnection { watcher in
            var open = 1
            while open > 0 {
                open = try await watcher.execute("SELECT FROM pg_stat_activity WHERE pid = \(pid)").count
            }
        }
    }
}
