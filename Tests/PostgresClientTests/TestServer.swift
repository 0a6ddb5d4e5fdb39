import Foundation
import Logging
import Testing

@testable import PostgresClient

/// The server that deploy/test starts; without it these tests fail rather than pass unseen.
enum TestServer {
    struct Missing: Error, CustomStringConvertible {
        var description: String { "CEREGISTRY_TEST_DATABASE_URL is not set: run deploy/test" }
    }

    static var conninfo: String {
        get throws {
            guard let url = ProcessInfo.processInfo.environment["CEREGISTRY_TEST_DATABASE_URL"] else { throw Missing() }
            return url
        }
    }

    static func configuration(cache: Int = 256, options: [String: String] = [:]) throws -> ConnectionConfiguration {
        var configuration = ConnectionConfiguration(
            conninfo: try conninfo, options: options, connectTimeout: .seconds(30), statementCacheLimit: cache)
        // What a cancelled statement does to a connection must not depend on how busy the machine is.
        configuration.cancelGrace = .seconds(60)
        return configuration
    }

    @discardableResult
    static func withConnection<Value>(
        cache: Int = 256, _ body: (PostgresConnection) async throws -> Value
    ) async throws -> Value {
        let connection = try await PostgresConnection.connect(try configuration(cache: cache))
        return try await connection.whileOpen(body)
    }

    @discardableResult
    static func withPool<Value>(
        _ maximum: Int = 4, waitDeadline: Duration = .seconds(60), _ body: (PostgresPool) async throws -> Value
    ) async throws -> Value {
        var logger = Logger(label: "test")
        logger.logLevel = .error
        let pool = PostgresPool(
            configuration: PoolConfiguration(
                connection: try configuration(), maximumConnections: maximum, waitDeadline: waitDeadline),
            logger: logger)
        return try await pool.whileOpen(body)
    }

    /// It still answers, and answers this question.
    static func expectAnswer(from executor: some PostgresExecutor) async throws {
        let number = Int.random(in: 0..<1_000_000)
        #expect(try await executor.execute("SELECT \(number) AS number")[0].decode("number", as: Int.self) == number)
    }
}
