import ArgumentParser
import Foundation
import RegistryDomain
import RegistryJobs
import RegistryStore

struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "核查 / re-check the whole register; exit code 1 where there are findings.",
        discussion: "Reads with the role ceregistry_auditor (CEREGISTRY_AUDIT_DATABASE_URL, else DATABASE_URL).")
    @Option(help: "the business day of the run; today when left out") var asOf: Day?
    @Flag(help: "JSON on standard output") var json = false
    @OptionGroup var common: Common

    func run() async throws {
        let report = try await common.withStore { store, settings in
            let reader = settings.store(logger: common.logger, role: .auditor, connections: 1)
            do {
                let report = try await Auditor(store: store, reader: reader, logger: common.logger).run(asOf: asOf)
                await reader.close()
                return report
            } catch {
                await reader.close()
                throw error
            }
        }
        if json { try Say.json(report) } else { print(report) }
        if report.totalFindings > 0 { throw ExitCode(1) }
    }

    private func print(_ report: AuditReport) {
        let counts = report.counts
        Swift.print(
            Say.language == .zh
                ? "核查 \(report.asOf)：学员\(counts.learners)，登记\(counts.entries)，申请\(counts.claims)；\(report.checks.count)项检查，发现\(report.totalFindings)处问题。"
                : "Audit of \(report.asOf): \(counts.learners) learners, \(counts.entries) entries, \(counts.claims) claims; \(report.checks.count) checks, \(report.totalFindings) findings."
        )
        for finding in report.findings {
            Swift.print(
                "[\(finding.rule.rawValue)] \(finding.severity.rawValue) \(finding.check) \(finding.recordKind) \(finding.recordId): \(finding.message(Say.language))"
            )
        }
    }
}

struct BulletinCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bulletin", abstract: "通报 / completion by county, level and kind.")
    @Option(help: "the business day; today when left out") var asOf: Day?
    @Flag(help: "JSON on standard output") var json = false
    @OptionGroup var common: Common
    @OptionGroup var acting: ActingUser

    func run() async throws {
        let bulletin = try await common.withStore { store, _ in
            try await store.bulletin(BulletinQuestion(asOf: asOf), as: try await acting.caller(store))
        }
        if json { return try Say.json(bulletin) }
        for year in bulletin.years {
            print("\(year.year)\t\(year.total.complete)/\(year.total.owed)")
            for row in year.rows {
                let name = row.name?(Say.language) ?? row.area.description
                print(
                    "  \(name)\t\(row.level.rawValue)\t\(row.kind.rawValue)\t\(row.counts.complete)/\(row.counts.owed)")
            }
        }
    }
}
