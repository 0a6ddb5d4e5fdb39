import ArgumentParser
import Foundation
import RegistryDomain
import RegistryJobs
import RegistryStore

extension ImportKind: ExpressibleByArgument {}
extension ExportKind: ExpressibleByArgument {}

struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "导入 / take in a CSV or XLSX file.",
        discussion: """
            Kinds: employers, learners, completions, openings. Good rows go in, bad rows are listed with row, field and rule.
              ceregistry import learners learners.xlsx --as officer-511823 --dry-run
              ceregistry import completions platform.csv --as officer-city --all-or-nothing --json
            Exit code 1 where rows were rejected, 2 where the file as a whole was.
            """)
    @Argument var kind: ImportKind
    @Argument(help: "CSV (UTF-8 or GB18030) or XLSX") var file: String
    @Flag(help: "check everything, store nothing") var dryRun = false
    @Flag(help: "one bad row, and nothing is stored") var allOrNothing = false
    @Flag(help: "JSON on standard output") var json = false
    @OptionGroup var common: Common
    @OptionGroup var acting: ActingUser

    func run() async throws {
        let job = try await common.withStore { store, _ in
            let caller = try await acting.caller(store)
            return try await Importer(store: store).run(
                kind, file: URL(fileURLWithPath: file),
                options: ImportOptions(dryRun: dryRun, allOrNothing: allOrNothing),
                as: caller, progress: { rows in if rows >= 10_000, rows % 10_000 < 500 { Say.note("\(rows) …") } })
        }
        if json { try Say.json(job) } else { report(job) }
        if job.state == "failed" { throw ExitCode(2) }
        if job.rowsRejected > 0 { throw ExitCode(1) }
    }

    private func report(_ job: ImportJobRecord) {
        if let problem = job.problem { Say.note(Say.reason(problem)) }
        for finding in job.findings {
            let rule = finding.rule.map { "[\($0.rawValue)] " } ?? ""
            let field = finding.field.map { " \($0)" } ?? ""
            Say.note("\(finding.row.map { "\($0)" } ?? "-")\(field): \(rule)\(finding.message(Say.language))")
        }
        print(
            Say.language == .zh
                ? "读入\(job.rowsRead)行：新增\(job.rowsNew)，变更\(job.rowsChanged)，无变化\(job.rowsUnchanged)，拒绝\(job.rowsRejected)；形成申请\(job.claimsOpened)份。\(job.dryRun ? "（试运行，未保存）" : "")"
                : "\(job.rowsRead) rows: \(job.rowsNew) new, \(job.rowsChanged) changed, \(job.rowsUnchanged) unchanged, \(job.rowsRejected) rejected; \(job.claimsOpened) claims.\(job.dryRun ? " (dry run: nothing stored)" : "")"
        )
    }
}

struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "导出 / what the user may see, as CSV on standard output; ID numbers as text.",
        discussion: "  ceregistry export learners --as officer-511823 > learners.csv")
    @Argument(help: "learners or entries") var kind: ExportKind
    @OptionGroup var common: Common
    @OptionGroup var acting: ActingUser

    func run() async throws {
        try await common.withStore { store, _ in
            try await store.export(kind, as: try await acting.caller(store)) { chunk in
                try FileHandle.standardOutput.write(contentsOf: Data(chunk))
            }
        }
    }
}
