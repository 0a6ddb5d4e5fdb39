import Foundation
import Logging
import RegistryDomain
import RegistryStore

/// Takes a file in: reads it in constant memory, checks each row, and hands what is left to the store's set-based
/// statements. Good rows go in, bad rows are findings.
public struct Importer: Sendable {
    private static let reported = 1000
    private let store: RegistryStore

    public init(store: RegistryStore) { self.store = store }

    /// Takes the file in and waits for its end.
    ///
    /// - Parameter progress: called with the rows read so far, some hundred at a time.
    /// - Returns: the job with its first thousand findings; state `failed` where the file as a whole was refused.
    /// - Throws: `StoreError.forbidden` without the right, `.unavailable` where the database is away: nothing is stored,
    ///   and the same file may be sent again.
    public func run(
        _ kind: ImportKind, file: URL, fileName: String? = nil, options: ImportOptions = ImportOptions(),
        as caller: Caller,
        progress: @escaping @Sendable (Int) -> Void = { _ in }
    ) async throws -> ImportJobRecord {
        let job = try await store.createImportJob(
            kind, fileName: fileName ?? file.lastPathComponent, dryRun: options.dryRun,
            allOrNothing: options.allOrNothing,
            as: caller)
        try await execute(job, kind, file: file, as: caller, progress: progress)
        return try await report(job.id, as: caller)
    }

    /// Runs a job that was recorded before.
    func execute(
        _ job: ImportJobRecord, _ kind: ImportKind, file: URL, as caller: Caller,
        progress: @escaping @Sendable (Int) -> Void = { _ in }
    ) async throws {
        do {
            switch kind {
            case .employers: try await take(job, file, caller, EmployerParser.self, progress)
            case .learners: try await take(job, file, caller, LearnerParser.self, progress)
            case .completions: try await take(job, file, caller, CompletionParser.self, progress)
            case .openings: try await take(job, file, caller, OpeningParser.self, progress)
            }
        } catch let problem as FileProblem {
            try await store.failImport(job: job.id, problem.reason, rowsRead: problem.row ?? 0)
        } catch {
            let store = store
            // Also for a cancelled task: whoever watches the job is to see its end.
            await Task.detached { try? await store.failImport(job: job.id, .importFailed(error)) }.value
            throw error
        }
    }

    /// A role that imports and may not read imports does not exist; the report is the caller's own job.
    private func report(_ job: UUID, as caller: Caller) async throws -> ImportJobRecord {
        try await store.importJob(id: job, findings: Self.reported, as: caller)
    }

    private func take<Parser: RowParser>(
        _ job: ImportJobRecord, _ file: URL, _ caller: Caller, _ parser: Parser.Type,
        _ progress: @escaping @Sendable (Int) -> Void
    ) async throws {
        let policies = try await store.policies()
        let today = store.today
        try await store.runImport(job, as: caller) { [store] writer in
            var feed = RowFeed(parser: Parser(policies: policies, today: today))
            var lastNoted: ContinuousClock.Instant?
            for try await batch in TableReader(path: file.path) {
                let rows = try feed.rows(of: batch)
                if !rows.isEmpty { try await writer.write(rows) }
                progress(feed.count)
                if lastNoted.map({ .now - $0 > .seconds(1) }) ?? true {
                    try await store.noteImportProgress(
                        job: job.id, rowsRead: feed.count, rejected: feed.rejected, findings: feed.first)
                    lastNoted = .now
                }
            }
            try feed.finish()
        }
    }
}

/// The rows of a file from its header on.
private struct RowFeed<Parser: RowParser> {
    var parser: Parser
    private var header: ImportHeader?
    private(set) var count = 0
    private(set) var rejected = 0
    /// The first refusals, for whoever watches.
    private(set) var first: [ImportFinding] = []
    private static var mostFirst: Int { 20 }

    init(parser: Parser) { self.parser = parser }

    mutating func rows(of batch: [TableRow]) throws -> [Parser.Row] {
        var batch = batch[...]
        if header == nil, let first = batch.popFirst() {
            if let problem = first.problem { throw FileProblem(problem, row: first.number) }
            header = try ImportHeader(first.fields, for: Parser.Row.kind)
        }
        guard let header else { return [] }
        count += batch.count
        return batch.map { row in
            var fields = RowFields(row, header)
            let read = parser.read(&fields)
            if read.values == nil { note(read.findings) }
            return read
        }
    }

    private mutating func note(_ findings: [ImportFinding]) {
        rejected += 1
        first += findings.filter { $0.severity == .rejected }.prefix(max(0, Self.mostFirst - first.count))
    }

    func finish() throws {
        if header == nil { throw FileProblem.empty }
        if count == 0 { throw FileProblem.noRows }
    }
}

extension Reason {
    /// The end of a job that the register, not the file, is to blame for.
    static func importFailed(_ error: any Error) -> Reason {
        if let reason = (error as? StoreError)?.reasons.first { return reason }
        if error is CancellationError { return .importInterrupted }
        return Reason(
            rule: nil, code: "importFailed",
            message: Text(
                zh: "登记库暂时不可用，导入未完成，没有写入任何数据；请稍后重新提交同一文件。",
                en: "The register is not available; nothing was stored. Send the same file again later."))
    }
}
