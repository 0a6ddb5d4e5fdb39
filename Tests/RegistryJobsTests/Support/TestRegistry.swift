import Foundation
import Logging
import PostgresClient
import RegistryDomain
import RegistryJobs
import RegistryStore
import Testing

/// A register of its own in a real server: a database that is made for one test and dropped after it.
///
/// The server is named by `CEREGISTRY_TEST_DATABASE_URL`, as a role that may create databases and roles.
final class TestRegistry: Sendable {
    static var serverURL: String? { ProcessInfo.processInfo.environment["CEREGISTRY_TEST_DATABASE_URL"] }
    static var isAvailable: Bool { serverURL != nil }

    let store: RegistryStore
    let admin: PostgresConnection
    /// Where the database is, for a store of another role.
    let url: String
    private let name: String

    /// - Parameter today: where the business clock stands still, at nine in the morning.
    static func with(today: String = "2018-03-01", _ body: (TestRegistry) async throws -> Void) async throws {
        let registry = try await TestRegistry(today: today)
        do {
            try await body(registry)
        } catch {
            await registry.drop()
            throw error
        }
        await registry.drop()
    }

    private init(today: String) async throws {
        let server = try #require(Self.serverURL)
        name = "test_" + UUID().uuidString.prefix(8).lowercased()
        let maintenance = try await PostgresConnection.connect(ConnectionConfiguration(conninfo: server))
        _ = try await maintenance.execute("CREATE DATABASE \(unescaped: name)")
        await maintenance.close()
        url = Self.naming(name, in: server)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        try await Self.migrate(url, logger)
        admin = try await PostgresConnection.connect(ConnectionConfiguration(conninfo: url))
        let clock = FixedClock(try #require(RegistryJSON.instant("\(today)T09:00:00+08:00")))
        store = RegistryStore(
            configuration: StoreConfiguration(databaseURL: url, maximumConnections: 8, waitDeadline: .seconds(60)),
            clock: clock, logger: logger)
        let policy = try PolicyFile.read(Self.root.appendingPathComponent("sql/policies/2017-87.yaml").path)
        _ = try await store.loadPolicy(policy.policy, document: policy.document, source: policy.source, by: "test")
        for (username, role, authority) in Self.users {
            _ = try await admin.execute(
                """
                INSERT INTO users (username, person_name, password_hash, role, authority)
                VALUES (\(username), \("测试" + username), '-', \(role), \(authority))
                """)
        }
    }

    private static let users: [(String, String, String?)] = [
        ("city", "cityOfficer", "city"), ("hanyuan", "countyOfficer", "county:511823"),
        ("yucheng", "countyOfficer", "county:511802"), ("admin", "admin", nil), ("clerk", "clerk", "city"),
        ("auditor", "auditor", nil),
    ]

    private func drop() async {
        await store.close()
        await admin.close()
        guard let server = Self.serverURL,
            let maintenance = try? await PostgresConnection.connect(ConnectionConfiguration(conninfo: server))
        else { return }
        _ = try? await maintenance.execute("DROP DATABASE \(unescaped: name) WITH (FORCE)")
        await maintenance.close()
    }

    /// Roles belong to the whole server: two suites that make them at once disturb each other for a moment.
    private static func migrate(_ url: String, _ logger: Logger) async throws {
        let migrator = try Migrator(directory: root.appendingPathComponent("sql").path)
        for attempt in 1... {
            do {
                try await migrator.migrate(databaseURL: url, logger: logger)
                return
            } catch  where attempt < 10 {
                try await Task.sleep(for: .milliseconds(50 * attempt))
            }
        }
    }

    private static func naming(_ database: String, in url: String) -> String {
        guard var components = URLComponents(string: url), components.scheme?.hasPrefix("postgres") == true else {
            return url + " dbname=\(database)"
        }
        components.path = "/" + database
        return components.string ?? url
    }

    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    func caller(_ username: String) async throws -> Caller { try await store.callerForCommandLine(username: username) }

    func count(_ query: Statement) async throws -> Int {
        try #require(try await admin.execute(query).first).decode("n")
    }

    /// The column `t` of every row, NULL as a dash.
    func texts(_ query: Statement) async throws -> [String] {
        try await admin.execute(query).map { try $0.decodeIfPresent("t") ?? "-" }
    }

    func count(of table: String) async throws -> Int {
        try await count("SELECT count(*) AS n FROM \(unescaped: table)")
    }

    /// Takes a file in that is written for this import alone.
    @discardableResult
    func take(
        _ kind: ImportKind, _ text: String, as username: String = "city", options: ImportOptions = ImportOptions()
    ) async throws -> ImportJobRecord {
        try await take(kind, Data(text.utf8), as: username, options: options)
    }

    /// The learner of that ID number, whoever asks.
    func learner(_ number: String) async throws -> UUID {
        try #require(
            try await admin.execute("SELECT learner_id FROM learner_id_numbers WHERE id_number = \(number)").first
        )
        .decode("learner_id")
    }

    @discardableResult
    func take(
        _ kind: ImportKind, _ data: Data, as username: String = "city", options: ImportOptions = ImportOptions()
    ) async throws -> ImportJobRecord {
        let file = try TestFile(data)
        return try await Importer(store: store).run(
            kind, file: file.url, options: options, as: try await caller(username))
    }
}

/// A file that is gone when it is no longer held.
final class TestFile: Sendable {
    let url: URL
    var path: String { url.path }

    init(_ data: Data = Data()) throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("ceregistry-test-\(UUID().uuidString)")
        try data.write(to: url)
    }

    convenience init(_ text: String) throws { try self.init(Data(text.utf8)) }

    deinit { try? FileManager.default.removeItem(at: url) }

    /// Every row, as a reader gives it.
    func rows() async throws -> [TableRow] {
        var rows: [TableRow] = []
        for try await batch in TableReader(path: path) { rows += batch }
        return rows
    }
}

/// Numbers with a check digit that is right.
enum TestNumber {
    static func person(_ serial: Int, division: String = "511823") -> String {
        let number = division + "1985" + "0101" + String(String(serial + 1000).suffix(3))
        let whole =
            serial < 1000
            ? number : division + "19\(60 + serial / 1000 % 40)" + "0202" + String(String(serial + 1000).suffix(3))
        return whole + String(IdentityNumber.checkDigit(of: Array(whole)))
    }

    static func employer(_ serial: Int) -> String {
        let code = "12511823" + String(String(100_000_000 + serial).suffix(9))
        return code + String(CreditCode.checkCharacter(of: Array(code)))
    }
}

extension ImportJobRecord {
    /// New, changed, unchanged, rejected.
    var counts: [Int] { [rowsNew, rowsChanged, rowsUnchanged, rowsRejected] }
    var codes: [String] { findings.map(\.code) }
}
