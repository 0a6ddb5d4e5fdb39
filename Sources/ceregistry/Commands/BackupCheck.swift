import ArgumentParser
import Foundation
import RegistryJobs
import RegistryStore

struct BackupCheck: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup-check", abstract: "检验恢复出来的备份 / check a restored backup: its schema and a whole audit.",
        discussion:
            "Point DATABASE_URL at the restored copy, never at the register itself. Exit code 1 where the copy is not sound."
    )
    @Flag(help: "JSON on standard output") var json = false
    @OptionGroup var common: Common

    func run() async throws {
        let report = try await common.withStore(role: .auditor) { store, settings in
            let pending = try await store.pendingMigrations(Migrator(directory: settings.sqlDirectory))
            for migration in pending { Say.note("missing: \(migration.name)") }
            return try await store.audit(
                asOf: nil, guards: GuardManifest(directory: settings.sqlDirectory),
                log: try await settings.logFolder?.evidence() ?? LogEvidence())
        }
        if json {
            try Say.json(report)
        } else {
            print(
                "learners \(report.counts.learners), entries \(report.counts.entries), claims \(report.counts.claims), findings \(report.totalFindings)"
            )
        }
        if report.totalFindings > 0 || report.counts.learners == 0 { throw ExitCode(1) }
    }
}
