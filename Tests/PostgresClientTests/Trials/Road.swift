import Foundation
import Logging
import Testing

@testable import PostgresClient

/// A way to the server. deploy/test starts what each needs and names it in `CEREGISTRY_TEST_ROADS`; without that file only
/// the server of `CEREGISTRY_TEST_DATABASE_URL` is there, reached by TCP.
enum Road: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case unixSocket
    case tcp
    /// `sslmode=verify-full`, SCRAM with channel binding.
    case tls
    /// PgBouncer 1.18 in transaction mode: each transaction may run on another server connection.
    case pgBouncer

    /// What a road may be unable to carry.
    enum Need {
        /// Anything that outlives a transaction: temporary tables, SET, advisory locks, named prepared statements.
        case sessionState
        /// LISTEN: PgBouncer hands the server connection on, and its notifications with it.
        case notifications
    }

    func carries(_ need: Need) -> Bool { self != .pgBouncer }

    /// Every road there is; with the file of roads a missing one is an error of each test.
    static var all: [Road] { hasFile ? allCases : [.tcp] }
    static func carrying(_ need: Need) -> [Road] { all.filter { $0.carries(need) } }

    var testDescription: String { rawValue }

    // MARK: Where it leads

    struct Missing: Error {
        var name: String
    }

    private static var file: String? { ProcessInfo.processInfo.environment["CEREGISTRY_TEST_ROADS"] }
    static var hasFile: Bool { file != nil }

    /// An entry of the file of roads.
    static func entry(_ name: String) throws -> String {
        guard let file else { throw Missing(name: name) }
        let roads = try JSONDecoder().decode([String: String].self, from: Data(contentsOf: URL(fileURLWithPath: file)))
        guard let value = roads[name] else { throw Missing(name: name) }
        return value
    }

    func configuration() throws -> ConnectionConfiguration {
        guard Self.hasFile else { return try TestServer.configuration() }
        return ConnectionConfiguration(conninfo: try Self.entry(rawValue))
    }

    // MARK: Using it

    func withConnection<Value>(_ body: (PostgresConnection) async throws -> Value) async throws -> Value {
        let connection = try await PostgresConnection.connect(try configuration())
        return try await connection.whileOpen(body)
    }

    func withPool<Value>(_ maximum: Int = 4, _ body: (PostgresPool) async throws -> Value) async throws -> Value {
        let pool = try pool(maximum)
        return try await pool.whileOpen(body)
    }

    func pool(_ maximum: Int) throws -> PostgresPool {
        PostgresPool(
            configuration: PoolConfiguration(
                connection: try configuration(), maximumConnections: maximum, waitDeadline: .seconds(30)),
            logger: .silent)
    }

    /// A table of its own for a test, seen by every connection.
    func withTable<Value>(
        _ columns: String, _ body: (PostgresPool, _ table: String) async throws -> Value
    ) async throws -> Value {
        try await withPool { pool in
            let table = "trial_\(UUID().uuidString.replacing("-", with: "").lowercased())"
            try await pool.execute("CREATE TABLE \(unescaped: table) (\(unescaped: columns))")
            do {
                let value = try await body(pool, table)
                try await pool.execute("DROP TABLE \(unescaped: table)")
                return value
            } catch {
                _ = try? await pool.execute("DROP TABLE \(unescaped: table)")
                throw error
            }
        }
    }
}

extension Logger {
    static var silent: Logger {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return logger
    }
}
