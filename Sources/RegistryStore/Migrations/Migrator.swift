import Crypto
import Foundation
import Logging
import PostgresClient

/// Brings a database to this program's schema: `roles.sql`, then each `NNNN_*.sql` once and forward only, then the files
/// without a number, such as views, as they are now, and at last `grants.sql`. Safe when two start at once: an advisory lock lets one work while the other waits.
public struct Migrator: Sendable {
    public struct Migration: Sendable, Equatable {
        public let version: Int
        public let name: String
        let script: String
        let checksum: String
    }

    /// How a register lies in partitions by subject year.
    public struct Partitions: Sendable {
        /// The tablespace for years that are over; nil leaves them where they are.
        public var closedYearsIn: String?

        public init(closedYearsIn: String? = nil) { self.closedYearsIn = closedYearsIn }
    }

    public enum Mistake: Error, CustomStringConvertible {
        case folderUnreadable(String)
        /// A migration that was applied reads differently now; forward only means a new file instead.
        case changed(name: String)
        /// The database knows a migration that this program does not: the program is the older one.
        case unknown(version: Int)
        case failed(name: String, String)

        public var description: String {
            switch self {
            case .folderUnreadable(let path): "No migrations found in \(path); set CEREGISTRY_SQL_DIRECTORY."
            case .changed(let name): "Migration \(name) was changed after it had been applied; add a new one instead."
            case .unknown(let version): "The database is at migration \(version), which this program does not know."
            case .failed(let name, let message): "\(name): \(message)"
            }
        }
    }

    /// What lays the register out by subject year, where an administrator wants it so.
    private static let partitions = "options/partition_by_subject_year.sql"
    private static let lock: Int64 = 0x6365_7265_6769
    public let migrations: [Migration]
    private let roles: String
    private let grants: String
    private let partitions: String
    /// What follows the tables as they are: name and script.
    private let definitions: [(name: String, script: String)]

    /// - Parameter directory: the folder with `roles.sql`, `grants.sql` and the numbered files.
    public init(directory: String) throws {
        let folder = URL(fileURLWithPath: directory, isDirectory: true)
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path), names.contains("roles.sql")
        else { throw Mistake.folderUnreadable(directory) }
        func read(_ name: String) throws -> String {
            try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
        }
        roles = try read("roles.sql")
        grants = try read("grants.sql")
        partitions = try read(Self.partitions)
        definitions = try names.sorted().filter { name in
            name.hasSuffix(".sql") && Int(name.prefix(4)) == nil && !["roles.sql", "grants.sql"].contains(name)
        }.map { ($0, try read($0)) }
        migrations = try names.sorted().compactMap { name in
            guard name.hasSuffix(".sql"), let version = Int(name.prefix(4)) else { return nil }
            let script = try read(name)
            let checksum = SHA256.hash(data: Data(script.utf8)).map { String(format: "%02x", $0) }.joined()
            return Migration(version: version, name: name, script: script, checksum: checksum)
        }
    }

    /// Applies what is missing over an administrator's connection and returns what it applied.
    ///
    /// - Parameters:
    ///   - databaseURL: conninfo of a superuser, or of a role that may create roles and the extensions.
    ///   - partitions: where the register is to lie in partitions by subject year from now on.
    @discardableResult
    public func migrate(databaseURL: String, logger: Logger, partitions: Partitions? = nil) async throws -> [Migration]
    {
        let configuration = ConnectionConfiguration(
            conninfo: databaseURL, options: ["application_name": "ceregistry migrate"], connectTimeout: .seconds(15))
        let connection = try await PostgresConnection.connect(configuration)
        do {
            let applied = try await migrate(over: connection, logger: logger, partitions: partitions)
            await connection.close()
            return applied
        } catch {
            await connection.close()
            throw error
        }
    }

    private func migrate(
        over connection: PostgresConnection, logger: Logger, partitions asked: Partitions?
    ) async throws -> [Migration] {
        _ = try await connection.execute("SELECT pg_advisory_lock(\(Self.lock))")
        try await makeRoles(over: connection)
        try await connection.simpleScript(
            """
            SET ROLE ceregistry_owner;
            CREATE TABLE IF NOT EXISTS schema_migrations (
                version integer PRIMARY KEY, name text NOT NULL, checksum text NOT NULL,
                recorded_at timestamptz NOT NULL DEFAULT now());
            """)
        let recorded = try await connection.execute(
            "SELECT version, name, checksum FROM schema_migrations ORDER BY version")
        let pending = try Self.pending(of: migrations, recorded: recorded)
        for migration in pending {
            logger.info("applying migration", metadata: ["migration": "\(migration.name)"])
            let record =
                "INSERT INTO schema_migrations VALUES (\(migration.version), '\(migration.name)', '\(migration.checksum)');"
            try await run("BEGIN;\n\(migration.script)\n;\(record)\nCOMMIT;", named: migration.name, over: connection)
        }
        if let asked {
            _ = try await connection.execute(
                "SELECT set_config('ceregistry.closed_years_in', \(asked.closedYearsIn ?? ""), false)")
            try await run("BEGIN;\n\(partitions)\n;COMMIT;", named: Self.partitions, over: connection)
        }
        for definition in definitions {
            try await run("BEGIN;\n\(definition.script)\n;COMMIT;", named: definition.name, over: connection)
        }
        try await run("BEGIN;\n\(grants)\n;COMMIT;", named: "grants.sql", over: connection)
        return pending
    }

    /// Roles belong to the whole cluster, the lock to one database: where another database is migrated beside this one,
    /// PostgreSQL refuses one of two changes of the same role, and the second look finds it made.
    private func makeRoles(over connection: PostgresConnection) async throws {
        for attempt in 1...10 {
            do {
                return try await connection.simpleScript(roles)
            } catch let error as PostgresError {
                let isPassing = error.sqlState == .uniqueViolation || error.message.contains("concurrently")
                guard isPassing, attempt < 10 else { throw Mistake.failed(name: "roles.sql", error.message) }
                try await Task.sleep(for: .milliseconds(Int.random(in: 10...50 * attempt)))
            }
        }
    }

    private func run(_ script: String, named name: String, over connection: PostgresConnection) async throws {
        do {
            try await connection.simpleScript(script)
        } catch let error as PostgresError {
            throw Mistake.failed(name: name, error.message)
        }
    }

    /// What is still to be applied; throws where the database and this program do not agree on the past.
    static func pending(of migrations: [Migration], recorded: QueryResult) throws -> [Migration] {
        var known = Dictionary(uniqueKeysWithValues: migrations.map { ($0.version, $0) })
        for row in recorded {
            let version = try row.decode("version", as: Int32.self)
            guard let migration = known.removeValue(forKey: Int(version)) else {
                throw Mistake.unknown(version: Int(version))
            }
            guard try row.decode("checksum", as: String.self) == migration.checksum else {
                throw Mistake.changed(name: migration.name)
            }
        }
        return known.values.sorted { $0.version < $1.version }
    }
}

extension RegistryStore {
    /// The migrations that this program needs and the database has not; empty when they agree.
    public func pendingMigrations(_ migrator: Migrator) async throws -> [Migrator.Migration] {
        try await translating {
            let recorded = try await pool.execute(
                "SELECT version, name, checksum FROM schema_migrations ORDER BY version")
            return try Migrator.pending(of: migrator.migrations, recorded: recorded)
        }
    }
}
