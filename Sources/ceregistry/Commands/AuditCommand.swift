import ArgumentParser
import Foundation
import RegistryDomain
import RegistryJobs
import RegistryStore

struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "核查 / re-check the register.",
        discussion: """
            Looks at what changed since the last run; at everything with --full, the first time, and where a guard of the
            database was touched. Exit codes for monitoring: 0 nothing found, 1 findings that nobody has acknowledged, 2 could not.
            Reads with the role ceregistry_auditor (CEREGISTRY_AUDIT_DATABASE_URL, else DATABASE_URL), over
            CEREGISTRY_AUDIT_CONNECTIONS connections at once (2), all of one moment.
            """,
        subcommands: [Run.self, Findings.self, Acknowledge.self, Guards.self], defaultSubcommand: Run.self)

    struct Run: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "run", abstract: "核查一次 / one run, kept as a record (the default).")
        @Option(help: "the business day of the run; today when left out") var asOf: Day?
        @Flag(help: "look at everything, whatever changed") var full = false
        @Flag(help: "JSON on standard output") var json = false
        @OptionGroup var reading: ReadingLanguage
        @OptionGroup var common: Common

        func run() async throws {
            let report = try await common.withReader { store, reader, settings in
                let auditor = Auditor(
                    store: store, reader: reader, sqlDirectory: settings.sqlDirectory, log: settings.logFolder,
                    logger: common.logger)
                return try await auditor.run(AuditRequest(asOf: asOf, full: full))
            }
            if json {
                try Say.json(report)
            } else {
                print(AuditSummary(report, language: reading.language).text, terminator: "")
            }
            if report.totalFindings > 0 { throw ExitCode(1) }
        }
    }

    struct Findings: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "findings", abstract: "列出待处理的问题 / every open finding, with its number.")
        @Option(help: "of this check alone") var check: String?
        @Flag(help: "also those that were acknowledged") var acknowledged = false
        @Flag(help: "JSON on standard output") var json = false
        @OptionGroup var reading: ReadingLanguage
        @OptionGroup var common: Common
        @OptionGroup var acting: ActingUser

        func run() async throws {
            let guards = try GuardManifest(directory: common.settings().sqlDirectory)
            try await common.withStore { store, _ in
                let caller = try await acting.caller(store)
                var filter = AuditFindingFilter(
                    check: check, acknowledged: acknowledged ? nil : false, limit: 200)
                var items: [AuditFinding] = []
                repeat {
                    let page = try await store.auditFindings(filter, guards: guards, as: caller)
                    if json { items += page.items } else { page.items.forEach(tell) }
                    filter.cursor = page.nextCursor
                } while filter.cursor != nil
                if json { try Say.json(items) }
            }
        }

        private func tell(_ finding: AuditFinding) {
            let id = finding.id?.uuidString.lowercased() ?? "—"
            let known = finding.acknowledged.map { " (\($0.on) \($0.by): \($0.reason))" } ?? ""
            print(
                "\(id)\t[\(finding.rule.rawValue)] \(finding.severity.rawValue) \(finding.check) \(finding.recordKind) \(finding.recordId): \(finding.message(reading.language))\(known)"
            )
        }
    }

    struct Acknowledge: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "acknowledge", abstract: "说明一处问题为何保留 / say why a finding stays.",
            discussion: "It counts apart from then on, and comes back when its content changes.")
        @Argument(help: "the finding's number, as `audit findings` lists it") var finding: String
        @Option(help: "why it stays") var reason: String
        @OptionGroup var common: Common
        @OptionGroup var acting: ActingUser

        func run() async throws {
            guard let id = UUID(uuidString: finding) else { throw ValidationError("FINDING is a UUID") }
            let record = try await common.withStore { store, _ in
                try await store.acknowledgeFinding(id, reason: reason, as: try await acting.caller(store))
            }
            Say.note("已说明：\(record.check) \(record.recordId)", "acknowledged: \(record.check) \(record.recordId)")
        }
    }

    struct Guards: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "guards", abstract: "写出数据库的保护措施 / the guards of this database as sql/guards.json holds them.",
            discussion: """
                After a new migration, from a fresh database: ceregistry audit guards > sql/guards.json; then, after
                ceregistry migrate --partition-by-year: ceregistry audit guards > sql/options/partition_by_subject_year.json,
                which holds what is otherwise there.
                """)
        @OptionGroup var common: Common

        func run() async throws {
            let manifest = try await common.withStore(role: .auditor) { store, _ in try await store.guardManifest() }
            let written =
                manifest.isByYear
                ? manifest.difference(from: try GuardManifest(directory: common.settings().sqlDirectory)) : manifest
            print(try written.text(), terminator: "")
        }
    }
}
