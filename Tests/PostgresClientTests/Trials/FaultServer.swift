import Foundation
import Logging

@testable import PostgresClient

/// The server behind the fault proxy, reached by TCP without TLS.
enum FaultServer {
    private static func conninfo() throws -> String {
        guard Road.hasFile else { return try TestServer.conninfo }
        return try Road.entry("tcp")
    }

    /// Asked of the server itself: libpq knows where a conninfo leads, and the tests need not parse one.
    static func port() async throws -> UInt16 {
        try await withControl { connection in
            let row = try await connection.execute("SELECT inet_server_port() AS port")[0]
            return UInt16(try row.decode("port", as: Int32.self))
        }
    }

    /// A connection past the proxy.
    static func withControl<Value>(_ body: (PostgresConnection) async throws -> Value) async throws -> Value {
        let connection = try await PostgresConnection.connect(ConnectionConfiguration(conninfo: conninfo()))
        return try await connection.whileOpen(body)
    }

    static func pool(
        through proxy: FaultProxy, maximum: Int, name: String, connectTimeout: Duration = .milliseconds(1500)
    ) throws -> PostgresPool {
        var configuration = ConnectionConfiguration(
            conninfo: try conninfo(),
            options: [
                "host": "127.0.0.1", "hostaddr": "127.0.0.1", "port": "\(proxy.port)", "sslmode": "disable",
                "gssencmode": "disable", "application_name": name,
                // A session whose client is gone ends soon, even in the middle of a long statement.
                "options": "-c client_connection_check_interval=100",
            ])
        configuration.connectTimeout = connectTimeout
        configuration.cancelGrace = .milliseconds(300)
        return PostgresPool(
            configuration: PoolConfiguration(
                connection: configuration, maximumConnections: maximum, waitDeadline: .seconds(10)),
            logger: .silent)
    }

    /// Past the proxy as well.
    static func controlPool() throws -> PostgresPool {
        PostgresPool(
            configuration: PoolConfiguration(
                connection: ConnectionConfiguration(conninfo: try conninfo()), maximumConnections: 2,
                waitDeadline: .seconds(60)),
            logger: .silent)
    }

    static func number(_ name: String) -> Int? { ProcessInfo.processInfo.environment[name].flatMap { Int($0) } }
}
