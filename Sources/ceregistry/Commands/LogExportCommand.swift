import ArgumentParser
import Foundation
import RegistryDomain
import RegistryJobs
import RegistryStore

extension LogCommand {
    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "export", abstract: "导出日志与记录 / write the log and the records behind it to a folder.",
            discussion: """
                What ceregistry verify checks off line. With records and what opens their leaves it holds names and ID numbers: keep it \
                as such. --public writes the tree alone, which names nobody and can be served as it is (C2SP tlog-tiles).
                """)
        @Argument(help: "a new or empty folder") var folder: String
        @Flag(name: .customLong("public"), help: "the tree alone") var treeOnly = false
        @Flag(help: "JSON on standard output") var json = false
        @OptionGroup var common: Common
        @OptionGroup var acting: ActingUser

        func run() async throws {
            let manifest = try await common.withLog { log, store, _ in
                let caller = treeOnly ? nil : try await acting.caller(store)
                return try await LogExporter(keeper: log, folder: URL(fileURLWithPath: folder, isDirectory: true)).run(
                    as: caller)
            }
            if json { return try Say.json(manifest) }
            Say.note("已导出\(manifest.size)条。", "exported \(manifest.size) leaves")
        }
    }

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "verify",
            abstract: "核对登记库与日志 / the register against its log and its checkpoints, and nothing else.",
            discussion: """
                The part of ceregistry audit that is about the transparency log, over everything; it is not kept. Exit codes: 0 nothing \
                found, 1 findings, 2 could not.
                """)
        @Flag(help: "JSON on standard output") var json = false
        @OptionGroup var reading: ReadingLanguage
        @OptionGroup var common: Common

        func run() async throws {
            let report = try await common.withStore(role: .auditor) { store, settings in
                let evidence = try await settings.logFolder?.evidence() ?? LogEvidence()
                return try await store.auditLog(evidence)
            }
            if json {
                try Say.json(report)
            } else {
                print(AuditSummary(report, language: reading.language).text, terminator: "")
            }
            if report.totalFindings > 0 { throw ExitCode(1) }
        }
    }
}
