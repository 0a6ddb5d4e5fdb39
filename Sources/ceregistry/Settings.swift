import ArgumentParser
import Foundation
import Logging
import RegistryConsole
import RegistryDomain
import RegistryJobs
import RegistryStore
import Yams

/// What the program is set up with: the environment first, then the file named by `--config`.
struct Settings: Sendable {
    var databaseURL: String
    /// Nil where only a pooler's address is known: an administrator's work needs a session of its own.
    var adminDatabaseURL: String?
    var auditDatabaseURL: String
    var host: String
    var port: Int
    var portFile: String?
    /// Nil where every read goes to the primary.
    var replica: StoreConfiguration.Replica?
    /// Nil where each connection is a session of its own.
    var pooler: StoreConfiguration.Pooler?
    var maximumConnections: Int
    /// With which an audit or a bulletin reads at once; at least one.
    var auditConnections: Int
    var waitDeadline: Duration
    var environment: String
    var clock: any BusinessClock
    var console: ConsoleConfiguration
    var sqlDirectory: String
    /// Where the bulletin becomes a PDF.
    var printer: PDFPrinter
    /// Nil where no server is set up.
    var mailServer: MailServer?
    /// Where short messages are left for a gateway; nil where there is none.
    var gatewayFolder: String?
    /// What signs credentials; nil where no folder is named.
    var issuerKeyFolder: String?
    var logLevel: Logger.Level
    /// Where the transparency log's checkpoints are kept, and its private keys; nil where no log is kept.
    var logFolder: LogFolder?
    var logKeyFolder: LogKeyFolder?

    struct Mistake: Error, CustomStringConvertible {
        var description: String
    }

    init(configurationFile: String?) throws {
        let file = try configurationFile.map(Self.read) ?? [:]
        let environment = ProcessInfo.processInfo.environment
        /// `CEREGISTRY_AUDIT_DATABASE_URL` in the environment is `auditDatabaseUrl` in the file.
        func value(_ name: String, _ key: String) -> String? { environment[name] ?? file[key] }
        func number(_ name: String, _ key: String, _ standard: Int) throws -> Int {
            guard let text = value(name, key) else { return standard }
            guard let number = Int(text), number >= 0 else {
                throw Mistake(description: "\(name): a whole number is needed, not “\(text)”")
            }
            return number
        }
        databaseURL = value("DATABASE_URL", "databaseUrl") ?? ""
        adminDatabaseURL = value("CEREGISTRY_ADMIN_DATABASE_URL", "adminDatabaseUrl") ?? databaseURL
        auditDatabaseURL = value("CEREGISTRY_AUDIT_DATABASE_URL", "auditDatabaseUrl") ?? databaseURL
        pooler = try Self.pooler(value)
        if let url = value("CEREGISTRY_REPLICA_DATABASE_URL", "replicaDatabaseUrl"), !url.isEmpty {
            let seconds = try number("CEREGISTRY_REPLICA_STALENESS_SECONDS", "replicaStalenessSeconds", 5)
            replica = StoreConfiguration.Replica(databaseURL: url, staleness: .seconds(seconds))
        }
        let admin = value("CEREGISTRY_ADMIN_DATABASE_URL", "adminDatabaseUrl") ?? ""
        if pooler != nil, admin.isEmpty { adminDatabaseURL = nil }
        host = value("CEREGISTRY_HOST", "host") ?? "127.0.0.1"
        port = try number("CEREGISTRY_PORT", "port", 8087)
        portFile = value("CEREGISTRY_PORT_FILE", "portFile")
        maximumConnections = try number("CEREGISTRY_POOL_SIZE", "poolSize", 16)
        auditConnections = max(1, try number("CEREGISTRY_AUDIT_CONNECTIONS", "auditConnections", 2))
        console = ConsoleConfiguration(
            publicURL: value("CEREGISTRY_PUBLIC_URL", "publicUrl"),
            idleLimit: .seconds(try number("CEREGISTRY_IDLE_SECONDS", "idleSeconds", 30 * 60)),
            pdfProgram: value("CEREGISTRY_WEASYPRINT", "weasyprint") ?? "weasyprint")
        waitDeadline = .milliseconds(try number("CEREGISTRY_POOL_WAIT_MILLISECONDS", "poolWaitMilliseconds", 5000))
        self.environment = value("CEREGISTRY_ENVIRONMENT", "environment") ?? "production"
        logLevel = value("CEREGISTRY_LOG_LEVEL", "logLevel").flatMap { Logger.Level(rawValue: $0) } ?? .info
        printer = PDFPrinter(program: value("CEREGISTRY_WEASYPRINT", "weasyprint") ?? "weasyprint")
        mailServer = try value("CEREGISTRY_SMTP_URL", "smtpUrl").map { url in
            let plain = value("CEREGISTRY_SMTP_TLS", "smtpTls") == "off"
            return try MailServer(url: url, from: value("CEREGISTRY_SMTP_FROM", "smtpFrom") ?? "", allowsPlain: plain)
        }
        gatewayFolder = value("CEREGISTRY_SMS_DIRECTORY", "smsDirectory")
        issuerKeyFolder = value("CEREGISTRY_ISSUER_KEY_DIRECTORY", "issuerKeyDirectory")
        sqlDirectory = value("CEREGISTRY_SQL_DIRECTORY", "sqlDirectory") ?? Self.findSQL()
        if let path = value("CEREGISTRY_LOG_DIRECTORY", "logDirectory"), !path.isEmpty {
            let keys = value("CEREGISTRY_LOG_KEY_DIRECTORY", "logKeyDirectory") ?? path + "-keys"
            logFolder = LogFolder(URL(fileURLWithPath: path, isDirectory: true))
            logKeyFolder = LogKeyFolder(URL(fileURLWithPath: keys, isDirectory: true))
            console.hasProofs = true
        }
        clock = try Self.clock(value("CEREGISTRY_CLOCK", "clock"), environment: self.environment)
    }

    private static func read(_ path: String) throws -> [String: String] {
        guard let data = FileManager.default.contents(atPath: path), let text = String(data: data, encoding: .utf8),
            let mapping = try Yams.compose(yaml: text)?.mapping
        else { throw Mistake(description: "\(path): cannot be read as YAML") }
        var values: [String: String] = [:]
        for (key, value) in mapping {
            guard let key = key.string, let value = value.string else {
                throw Mistake(description: "\(path): line \(value.mark?.line ?? 0): a simple value is needed")
            }
            values[key] = value
        }
        return values
    }

    private static func clock(_ text: String?, environment: String) throws -> any BusinessClock {
        guard let text else { return SystemClock() }
        guard environment == "test" else {
            throw Mistake(description: "CEREGISTRY_CLOCK is for CEREGISTRY_ENVIRONMENT=test only")
        }
        guard let start = RegistryJSON.instant(text) else {
            throw Mistake(description: "CEREGISTRY_CLOCK: an instant such as 2018-01-10T09:00:00+08:00 is needed")
        }
        return OffsetClock(start: start)
    }

    /// `sql/` beside the program or above it, as in a checkout.
    private static func findSQL() -> String {
        var folder = URL(fileURLWithPath: CommandLine.arguments.first ?? ".").resolvingSymlinksInPath()
            .deletingLastPathComponent()
        for _ in 0..<6 {
            let candidate = folder.appendingPathComponent("sql")
            if FileManager.default.fileExists(atPath: candidate.appendingPathComponent("roles.sql").path) {
                return candidate.path
            }
            folder.deleteLastPathComponent()
        }
        return "sql"
    }

    /// Nil where no transparency log is kept.
    func logKeeper(_ store: RegistryStore, logger: Logger) -> LogKeeper? {
        guard let logFolder, let logKeyFolder else { return nil }
        return LogKeeper(store: store, folder: logFolder, keyFolder: logKeyFolder, logger: logger)
    }
}

/// Options that every command has.
struct Common: ParsableArguments {
    @Option(name: .long, help: "A YAML file with settings; the environment wins.")
    var config: String?

    func settings() throws -> Settings { try Settings(configurationFile: config) }

    /// Commands log warnings only, on standard error.
    var logger: Logger {
        var logger = Logger(label: "ceregistry") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .warning
        return logger
    }

    /// Runs `body` with a store of a few connections and closes it afterwards.
    func withStore<Value>(
        role: StoreConfiguration.DatabaseRole = .daemon, _ body: (RegistryStore, Settings) async throws -> Value
    ) async throws -> Value {
        let settings = try settings()
        let store = try settings.store(logger: logger, role: role, connections: max(4, settings.auditConnections))
        return try await store.whileOpen { try await body(store, settings) }
    }

    /// As `withStore`, with a second store whose database role is the auditor's.
    func withReader<Value>(
        _ body: (_ store: RegistryStore, _ reader: RegistryStore, Settings) async throws -> Value
    ) async throws -> Value {
        try await withStore { store, settings in
            let reader = try settings.store(logger: logger, role: .auditor, connections: settings.auditConnections)
            return try await reader.whileOpen { try await body(store, reader, settings) }
        }
    }
}

extension RegistryStore {
    /// Closed afterwards, whatever `body` came to.
    fileprivate func whileOpen<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            let value = try await body()
            await close()
            return value
        } catch {
            await close()
            throw error
        }
    }
}

/// `--as USER`: the rights that a command acts with.
struct ActingUser: ParsableArguments {
    @Option(name: .customLong("as"), help: "用户名：以该用户的权限执行。/ The user whose rights the command has.")
    var username: String?

    func caller(_ store: RegistryStore) async throws -> Caller {
        guard let username = username ?? ProcessInfo.processInfo.environment["CEREGISTRY_USER"] else {
            throw ValidationError(
                "--as USER (or CEREGISTRY_USER) is needed: every action on the register is a person's")
        }
        return try await store.callerForCommandLine(username: username)
    }
}

/// `--language en`: what a person reads; Chinese unless the locale is English.
struct ReadingLanguage: ParsableArguments {
    @Option(name: .customLong("language"), help: "zh 或 en / zh or en") var asked: Language?
    var language: Language { asked ?? Say.language }
}

extension Language: ExpressibleByArgument {}

extension Day: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}
