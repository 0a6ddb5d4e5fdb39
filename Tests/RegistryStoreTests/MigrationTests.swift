import Foundation
import PostgresClient
import Testing

@testable import RegistryStore

@Suite("Migrations go forward, once")
struct MigrationTests {
    @Test("Two that start at once do no harm, and the second has nothing to do")
    func twoAtOnce() async throws {
        try await StoreTestDatabase.with { database in
            let migrator = try StoreTestDatabase.migrator
            async let first = migrator.migrate(databaseURL: database.url, logger: StoreTestDatabase.logger)
            async let second = migrator.migrate(databaseURL: database.url, logger: StoreTestDatabase.logger)
            let applied = try await [first.count, second.count].sorted()
            #expect(applied == [0, migrator.migrations.count])
        }
    }

    @Test("A migration that was changed after it had been applied is refused")
    func changed() async throws {
        try await StoreTestDatabase.with { database in
            let folder = FileManager.default.temporaryDirectory.appendingPathComponent("sql-\(UUID().uuidString)")
            try FileManager.default.copyItem(at: StoreTestDatabase.root.appendingPathComponent("sql"), to: folder)
            defer { try? FileManager.default.removeItem(at: folder) }
            try await Migrator(directory: folder.path).migrate(
                databaseURL: database.url, logger: StoreTestDatabase.logger)
            let file = folder.appendingPathComponent("0002_policies.sql")
            try (String(contentsOf: file, encoding: .utf8) + "\n-- a word more\n").write(
                to: file, atomically: true, encoding: .utf8)
            let error = await #expect(throws: Migrator.Mistake.self) {
                try await Migrator(directory: folder.path).migrate(
                    databaseURL: database.url, logger: StoreTestDatabase.logger)
            }
            #expect(error?.description.contains("0002_policies.sql") == true)
        }
    }

    @Test("A migration that fails leaves nothing of itself, and a later try goes on")
    func failing() async throws {
        try await StoreTestDatabase.with { database in
            let folder = FileManager.default.temporaryDirectory.appendingPathComponent("sql-\(UUID().uuidString)")
            try FileManager.default.copyItem(at: StoreTestDatabase.root.appendingPathComponent("sql"), to: folder)
            defer { try? FileManager.default.removeItem(at: folder) }
            let file = folder.appendingPathComponent("9999_broken.sql")
            try "CREATE TABLE half_done (a int); SELECT no_such_column;".write(
                to: file, atomically: true, encoding: .utf8)
            await #expect(throws: Migrator.Mistake.self) {
                try await Migrator(directory: folder.path).migrate(
                    databaseURL: database.url, logger: StoreTestDatabase.logger)
            }
            try FileManager.default.removeItem(at: file)
            let applied = try await Migrator(directory: folder.path).migrate(
                databaseURL: database.url, logger: StoreTestDatabase.logger)
            #expect(applied.isEmpty)
        }
    }

    @Test("A database that knows more than the program is refused")
    func newer() async throws {
        try await StoreTestDatabase.with { database in
            try await StoreTestDatabase.migrator.migrate(databaseURL: database.url, logger: StoreTestDatabase.logger)
            let connection = try await PostgresConnection.connect(ConnectionConfiguration(conninfo: database.url))
            try await connection.execute("INSERT INTO schema_migrations VALUES (999, '0999_future.sql', 'x')")
            await connection.close()
            await #expect(throws: Migrator.Mistake.self) {
                try await StoreTestDatabase.migrator.migrate(
                    databaseURL: database.url, logger: StoreTestDatabase.logger)
            }
        }
    }
}
