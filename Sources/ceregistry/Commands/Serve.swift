import ArgumentParser
import Foundation
import Hummingbird
import Logging
import NIOCore
import RegistryAPI
import RegistryConsole
import RegistryDomain
import RegistryJobs
import RegistryStore
import ServiceLifecycle
import Synchronization

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "启动服务 / run the daemon.",
        discussion: """
            CEREGISTRY_HOST (127.0.0.1), CEREGISTRY_PORT (8087; 0 takes a free one, told in the file CEREGISTRY_PORT_FILE),
            DATABASE_URL, CEREGISTRY_POOL_SIZE, CEREGISTRY_LOG_LEVEL. SIGTERM finishes requests under way.
            """)
    @OptionGroup var common: Common

    func run() async throws {
        let settings = try common.settings()
        LoggingSystem.bootstrap { JSONLogHandler(level: settings.logLevel, label: $0) }
        let logger = Logger(label: "ceregistry")
        try StartupChecks.run()
        let store = try settings.store(logger: logger)
        // Counts and bulletins are made beside an audit; a bulletin that finds one connection free is counted over one.
        let reader = try settings.store(
            logger: logger, role: .auditor,
            connections: settings.auditConnections + max(2, settings.maximumConnections / 2))
        // Templates are read while the database answers.
        async let sheets = DocumentSheets()
        async let readerSession: Void = StartupChecks.session(reader, logger)
        try await StartupChecks.session(store, logger)
        try await StartupChecks.schema(store, settings, logger)
        try await readerSession
        try await Daemon(settings: settings, store: store, reader: reader, sheets: sheets, logger: logger).run()
    }
}

/// What a broken installation would otherwise show only in the middle of the night.
enum StartupChecks {
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    /// A statically linked standard library lacks both, silently.
    static func run() throws {
        guard TimeZone(identifier: "Asia/Shanghai")?.secondsFromGMT() == 8 * 3600 else {
            throw Failure(
                description: "the time zone Asia/Shanghai is not known here; install tzdata and link dynamically")
        }
        guard FileEncodings.knowsGB18030 else {
            throw Failure(description: "GB18030 cannot be read here; install the C library's gconv modules")
        }
    }

    /// A daemon serves with the rights that it must have and no others, whatever stands between it and its database. A
    /// database that is away for the moment is waited for: `/readyz` asks the same again and again.
    static func session(_ store: RegistryStore, _ logger: Logger) async throws {
        do {
            guard let mistake = try await store.sessionMistake() else { return }
            throw Failure(
                description: """
                    \(mistake): what stands between here and the database drops what a session is told. Behind PgBouncer \
                    in transaction mode set CEREGISTRY_POOLER=transaction; see deploy/pgbouncer.ini
                    """)
        } catch StoreError.unavailable(let why) where why.contains("unsupported startup parameter") {
            throw Failure(description: "\(why): behind PgBouncer in transaction mode set CEREGISTRY_POOLER=transaction")
        } catch StoreError.unavailable(let why) {
            logger.warning("the database is away", metadata: ["why": "\(why)"])
        } catch StoreError.forbidden {
            throw Failure(
                description:
                    "the database's login may not take the role: GRANT ceregistry_daemon, ceregistry_auditor TO it")
        }
    }

    /// A daemon does not serve a schema that it does not know. A database that is away for the moment is waited for.
    static func schema(_ store: RegistryStore, _ settings: Settings, _ logger: Logger) async throws {
        guard let migrator = try? Migrator(directory: settings.sqlDirectory) else {
            logger.warning(
                "no migrations found; the schema is not checked", metadata: ["directory": "\(settings.sqlDirectory)"])
            return
        }
        do {
            let pending = try await store.pendingMigrations(migrator)
            guard pending.isEmpty else {
                throw Failure(
                    description:
                        "the database lacks \(pending.map(\.name).joined(separator: ", ")): run ceregistry migrate")
            }
        } catch StoreError.unavailable(let why) {
            logger.warning("the database is away", metadata: ["why": "\(why)"])
        }
    }
}

/// How the daemon is put together; everything else receives what it needs.
struct Daemon {
    let settings: Settings
    let store: RegistryStore
    /// With the auditor's role.
    let reader: RegistryStore
    let sheets: DocumentSheets
    let logger: Logger

    func run() async throws {
        let state = DaemonState()
        let metrics = MetricsRegistry()
        let imports = ImportService(store: store, logger: logger)
        await imports.attend()
        let log = settings.logKeeper(store, logger: logger)
        let documents = try Documents(settings, sheets: sheets, log: log)
        let uploads = FileManager.default.temporaryDirectory.appendingPathComponent("ceregistry-uploads")
        let auditor = Auditor(
            store: store, reader: reader, sqlDirectory: settings.sqlDirectory,
            log: settings.logFolder, logger: logger)
        let publisher = BulletinPublisher(
            store: store, reader: reader, page: try BulletinPages().page, printer: settings.printer, logger: logger)
        var pages = settings.console
        pages.trainingSheets = TrainingSheetsClient(
            list: { try await TrainingSheets.list(of: $0, $1).bytes(.xlsx) },
            fees: { try await TrainingSheets.fees(of: $0, $1).bytes(.xlsx) },
            take: { file, id, caller in
                let session = try await store.trainingSession(id: id, as: caller)
                let taken = try await TrainingListIntake(store: store).take(file, of: session, as: caller)
                return TakenList(
                    attendance: taken.attendance, marks: taken.assessments,
                    unread: taken.unread.map { ($0.row, $0.message) })
            })
        let console = Console(
            store: store, sheets: sheets,
            city: .live(store: store, reader: reader, auditor: auditor, publisher: publisher),
            configuration: pages, files: files(imports, uploads, APIServices.largestUpload),
            documents: documents.console, logger: logger)
        let services = APIServices(
            store: store, jobs: jobs(imports, auditor, publisher), log: log, metrics: metrics,
            uploadDirectory: uploads, documents: documents.api(console, publicURL: settings.console.publicURL),
            isAcceptingWork: { !state.isStopping })
        let router = try RegistryAPI(services: services, logger: logger).router(
            pages: Console.pages.map { ($0.method, $0.path) })
        console.add(to: router)
        let portFile = settings.portFile
        let logger = logger
        let templates = TemplateParser(sheets: sheets)
        let application = Application(
            router: router,
            server: .http1(configuration: .init(idleTimeout: .seconds(60))),
            configuration: .init(
                address: .hostname(settings.host, port: settings.port), serverName: "ceregistry", backlog: 1024),
            onServerRunning: { channel in
                let port = channel.localAddress?.port ?? 0
                logger.notice(
                    "listening", metadata: ["host": "\(channel.localAddress?.ipAddress ?? "")", "port": "\(port)"])
                if let portFile {
                    try? Data("\(port)\n".utf8).write(to: URL(fileURLWithPath: portFile), options: .atomic)
                }
                templates.begin()
            },
            logger: Logger(label: "ceregistry.http") { JSONLogHandler(level: .warning, label: $0) })
        let group = ServiceGroup(
            configuration: .init(
                // Named, since what is not is written out to its last part, router and templates included, to make a name of.
                services: [
                    // The last to start is the first that is told to stop.
                    .init(service: LogSequencer(store: store, logger: logger), serviceName: "log"),
                    .init(service: ImportAttendant(imports: imports), serviceName: "imports"),
                    .init(service: templates, serviceName: "templates"),
                    .init(service: application, serviceName: "http"),
                    .init(
                        service: StopWatcher(state: state, endStreams: console.endStreams), serviceName: "stop"),
                ],
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: Logger(label: "ceregistry.lifecycle") { JSONLogHandler(level: .error, label: $0) }))
        try await group.run()
        await imports.stop()
        await reader.close()
        await store.close()
        logger.notice("stopped")
    }

    private func files(_ imports: ImportService, _ uploads: URL, _ largestUpload: Int) -> ConsoleFiles {
        let store = store
        return ConsoleFiles(
            uploadDirectory: uploads, largestUpload: largestUpload,
            startImport: { kind, file, name, dryRun, allOrNothing, caller in
                let options = ImportOptions(dryRun: dryRun, allOrNothing: allOrNothing, keepsFile: true)
                return try await imports.start(kind, file: file, fileName: name, options: options, as: caller)
            },
            checkedFile: { try await CheckedFile(store: store).make(of: $0, language: $1, as: $2) },
            template: { try await ImportTemplate.bytes($0, $1) },
            table: { try await PeopleTable.bytes($0, title: $1, $2) })
    }

    private func jobs(_ imports: ImportService, _ auditor: Auditor, _ publisher: BulletinPublisher) -> JobsClient {
        let store = store
        return JobsClient(
            startImport: { try await imports.start($0, file: $1, fileName: $2, options: $3, as: $4) },
            importJob: { try await store.importJob(id: $0, as: $1) },
            importFindings: { try await store.importFindings(job: $0, cursor: $1, limit: $2, as: $3) },
            runAudit: { request, caller in
                try await store.permit(.runAudit, caller)
                return try await auditor.run(request)
            },
            latestAudit: { try await auditor.latest(as: $0) },
            auditFindings: { try await auditor.findings($0, as: $1) },
            bulletin: { try await store.bulletin($0, as: $1, countedBy: reader) },
            publishBulletin: { try await publisher.publish(number: $0, asOf: $1, as: $2) },
            bulletinForm: { try await publisher.show($0, $1, as: $2) })
    }
}

extension RegistryContext: ConsoleContext {}

/// Whether the daemon is on its way out; asked from any thread.
final class DaemonState: Sendable {
    private let stopping = Atomic<Bool>(false)
    var isStopping: Bool { stopping.load(ordering: .relaxed) }
    func stop() { stopping.store(true, ordering: .relaxed) }
}

/// Gives records their leaves in the transparency log while the daemon runs. Nothing is lost where it does not: what waits is
/// taken in before the next checkpoint.
struct LogSequencer: Service {
    let store: RegistryStore
    let logger: Logger
    private static let pause = Duration.seconds(15)

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                try await Task.sleep(for: Self.pause)
                do {
                    _ = try await store.integrateLog()
                } catch {
                    logger.warning(
                        "the transparency log could not take in what was recorded", metadata: ["why": "\(error)"])
                }
            }
        }
    }
}

/// Tells other daemons of the imports that wait here, and people of those that a daemon left behind when it was killed.
struct ImportAttendant: Service {
    let imports: ImportService

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                try await Task.sleep(for: ImportService.attendance)
                await imports.attend()
            }
        }
    }
}

/// Parses the pages' templates behind the daemon's first answers. One that cannot be parsed ends the daemon: a broken
/// installation must not serve.
struct TemplateParser: Service {
    private let sheets: DocumentSheets
    private let beginnings = AsyncStream.makeStream(of: Void.self)

    init(sheets: DocumentSheets) { self.sheets = sheets }

    func begin() { beginnings.continuation.finish() }

    func run() async throws {
        try await cancelWhenGracefulShutdown { for await _ in beginnings.stream {} }
        try sheets.parse()
        try? await gracefulShutdown()
    }
}

/// Says at once that no new work is wanted, while the server finishes what it has.
struct StopWatcher: Service {
    let state: DaemonState
    /// What would be under way forever.
    let endStreams: @Sendable () -> Void

    func run() async throws {
        try await gracefulShutdown()
        state.stop()
        endStreams()
    }
}
