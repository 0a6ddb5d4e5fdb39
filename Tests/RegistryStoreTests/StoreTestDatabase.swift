import Foundation
import Logging
import PostgresClient
import RegistryDomain
import RegistryJobs
import Testing

@testable import RegistryStore

/// A database of its own for a test, dropped afterwards.
struct StoreTestDatabase {
    let url: String

    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    static var logger: Logger {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return logger
    }

    static func with(_ body: (StoreTestDatabase) async throws -> Void) async throws {
        let server = try #require(
            ProcessInfo.processInfo.environment["CEREGISTRY_TEST_DATABASE_URL"], "run deploy/test: it starts a server")
        let name = "store_" + UUID().uuidString.prefix(8).lowercased()
        let connection = try await PostgresConnection.connect(ConnectionConfiguration(conninfo: server))
        _ = try await connection.execute("CREATE DATABASE \(unescaped: name)")
        var components = try #require(URLComponents(string: server))
        components.path = "/" + name
        do {
            try await body(StoreTestDatabase(url: try #require(components.string)))
        } catch {
            _ = try? await connection.execute("DROP DATABASE \(unescaped: name) WITH (FORCE)")
            await connection.close()
            throw error
        }
        _ = try await connection.execute("DROP DATABASE \(unescaped: name) WITH (FORCE)")
        await connection.close()
    }

    static var migrator: Migrator {
        get throws { try Migrator(directory: root.appendingPathComponent("sql").path) }
    }

    /// A store with the schema and the notice of 2017.
    func store(_ role: StoreConfiguration.DatabaseRole) async throws -> RegistryStore {
        try await Self.migrator.migrate(databaseURL: url, logger: Self.logger)
        let store = RegistryStore(
            configuration: StoreConfiguration(
                databaseURL: url, maximumConnections: 4, waitDeadline: .seconds(60), databaseRole: role),
            clock: FixedClock(Date(timeIntervalSince1970: 1_546_300_800)), logger: Self.logger)
        let file = try PolicyFile.read(Self.root.appendingPathComponent("sql/policies/2017-87.yaml").path)
        _ = try await store.loadPolicy(file.policy, document: file.document, source: file.source, by: "test")
        return store
    }
}
