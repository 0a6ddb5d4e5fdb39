import Foundation
import Logging
import RegistryDomain
import RegistryStore

/// The imports of a daemon: each is a job that is answered for at once and runs in the background, few at a time, the
/// first to come first.
public actor ImportService {
    private struct Waiting {
        var job: ImportJobRecord
        var kind: ImportKind
        var file: URL
        var caller: Caller
        var keepsFile: Bool
    }

    private let store: RegistryStore
    private let importer: Importer
    private let logger: Logger
    private let atOnce: Int
    private let longestQueue: Int
    private var waiting: [Waiting] = []
    private var running: [UUID: Task<Void, Never>] = [:]
    private var isStopped = false

    public init(store: RegistryStore, logger: Logger, atOnce: Int = 2, longestQueue: Int = 100) {
        self.store = store
        self.logger = logger
        self.atOnce = atOnce
        self.longestQueue = longestQueue
        importer = Importer(store: store)
    }

    /// How often `attend` is to be called while the daemon runs.
    public static let attendance: Duration = .seconds(15)

    /// Says that the jobs which wait here are looked after, and tells those that a daemon left behind when it ended. Other
    /// daemons have theirs.
    public func attend() async {
        do {
            try await store.attendImports(waiting.map(\.job.id))
            let count = try await store.failInterruptedImports(unattendedFor: Self.attendance * 4)
            if count > 0 { logger.notice("imports were interrupted", metadata: ["count": "\(count)"]) }
        } catch {
            logger.warning("imports could not be attended to", metadata: ["error": "\(error)"])
        }
    }

    /// Records the job and returns; the file is read later and removed after that.
    ///
    /// - Throws: `StoreError.forbidden` where the caller may not import this kind, `.unavailable` where too many wait or the
    ///   daemon is on its way out.
    public func start(
        _ kind: ImportKind, file: URL, fileName: String?, options: ImportOptions, as caller: Caller
    ) async throws -> ImportJobRecord {
        guard !isStopped, waiting.count < longestQueue else {
            throw StoreError.unavailable("no room for another import")
        }
        let job = try await store.createImportJob(
            kind, fileName: fileName, dryRun: options.dryRun, allOrNothing: options.allOrNothing, as: caller)
        waiting.append(
            Waiting(job: job, kind: kind, file: file, caller: caller, keepsFile: options.keepsFile))
        startNext()
        return job
    }

    /// Ends what is under way and waits for its end; nothing of it is stored. For the daemon's shutdown.
    public func stop() async {
        isStopped = true
        let left = waiting
        waiting = []
        for task in running.values { task.cancel() }
        for task in running.values { await task.value }
        for entry in left {
            try? await store.failImport(job: entry.job.id, .importInterrupted)
            try? FileManager.default.removeItem(at: entry.file)
        }
    }

    private func startNext() {
        while running.count < atOnce, !isStopped, !waiting.isEmpty {
            let next = waiting.removeFirst()
            running[next.job.id] = Task { [self] in await run(next) }
        }
    }

    private func run(_ entry: Waiting) async {
        let started = ContinuousClock.now
        var metadata: Logger.Metadata = [
            "job": "\(entry.job.id.uuidString.lowercased())", "kind": "\(entry.kind.rawValue)",
        ]
        do {
            if entry.keepsFile {
                do { try await keep(entry.file, of: entry.job.id) } catch {
                    logger.warning("the file of an import was not kept", metadata: ["error": "\(error)"])
                }
            }
            try await importer.execute(entry.job, entry.kind, file: entry.file, as: entry.caller)
            metadata["duration"] = "\(ContinuousClock.now - started)"
            logger.info("import ended", metadata: metadata)
        } catch {
            metadata["error"] = "\(error)"
            logger.warning("import failed", metadata: metadata)
        }
        try? FileManager.default.removeItem(at: entry.file)
        running[entry.job.id] = nil
        startNext()
    }

    /// A copy in the register, since the file itself goes when the job ends. One that cannot be kept stops nothing.
    private func keep(_ file: URL, of job: UUID) async throws {
        let size = 1 << 20
        var part = 0
        while true {
            let offset = UInt64(part * size)
            let bytes = try await Blocking.run {
                let handle = try FileHandle(forReadingFrom: file)
                defer { try? handle.close() }
                try handle.seek(toOffset: offset)
                return [UInt8](try handle.read(upToCount: size) ?? Data())
            }
            guard !bytes.isEmpty else { return }
            try await store.keepImportFile(job: job, part: part, bytes)
            part += 1
        }
    }
}
