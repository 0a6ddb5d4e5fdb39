import ArgumentParser
import Foundation
import RegistryConsole
import RegistryDomain
import RegistryJobs
import RegistryStore

struct BulletinCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bulletin", abstract: "通报 / completion by county, level, kind and employer (V1).",
        subcommands: [Look.self, Publish.self, Show.self, List.self, Verify.self], defaultSubcommand: Look.self)

    struct Look: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "look", abstract: "查看任一日的完成情况 / as of any day, unpublished (the default).")
        @Option(help: "the business day; today when left out") var asOf: Day?
        @Option(help: "what was recorded before this instant alone, such as 2019-01-15T09:00:00+08:00") var knownAt:
            String?
        @Flag(help: "JSON on standard output") var json = false
        @OptionGroup var reading: ReadingLanguage
        @OptionGroup var common: Common
        @OptionGroup var acting: ActingUser

        func run() async throws {
            let instant = try knownAt.map { text in
                guard let instant = RegistryJSON.instant(text) else {
                    throw ValidationError("--known-at is an instant such as 2019-01-15T09:00:00+08:00")
                }
                return instant
            }
            let bulletin = try await common.withReader { store, reader, _ in
                try await store.bulletin(
                    BulletinQuestion(asOf: asOf, knownAt: instant), as: try await acting.caller(store),
                    countedBy: reader)
            }
            if json { return try Say.json(bulletin) }
            for year in bulletin.years { tell(year) }
        }

        private func tell(_ year: BulletinRecord.Year) {
            let counts = year.total
            print("\(year.year)\t\(counts.complete)/\(counts.owed)\t\(BulletinWords.rate(counts))")
            for row in year.rows {
                let name = row.name?(reading.language) ?? row.area.description
                let level = BulletinWords.level(row.level)(reading.language)
                let kind = BulletinWords.kind(row.kind)(reading.language)
                print(
                    "  \(name)\t\(level)\t\(kind)\t\(row.counts.complete)/\(row.counts.owed)\t\(BulletinWords.rate(row.counts))"
                )
            }
            let behind = year.employers.filter(\.behind)
            if !behind.isEmpty { print("  \(BulletinWords.behind(reading.language)): \(behind.count)") }
            for unit in behind { print("    \(unit.name)\t\(unit.counts.incomplete)/\(unit.counts.owed)") }
        }
    }

    struct Publish: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "publish", abstract: "以编号发布通报 / publish under a number, once.")
        @Argument(help: "the bulletin's number, such as 2019-1") var number: String
        @Option(help: "the business day; today when left out") var asOf: Day?
        @OptionGroup var common: Common
        @OptionGroup var acting: ActingUser

        func run() async throws {
            let publication = try await common.withPublisher { publisher, store in
                try await publisher.publish(number: number, asOf: asOf, as: try await acting.caller(store))
            }
            try Say.json(publication)
            if publication.sha256["pdf"] == nil {
                Say.note("未安装 WeasyPrint，没有生成 PDF。", "WeasyPrint is not installed: no PDF was made.")
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "取出已发布的通报 / a published bulletin, as it was published.")
        @Argument(help: "the bulletin's number") var number: String
        @Option(help: "json, html, xlsx or pdf") var form: BulletinForm = .json
        @Option(help: "a file; standard output when left out") var output: String?
        @OptionGroup var common: Common
        @OptionGroup var acting: ActingUser

        func run() async throws {
            let bytes = try await common.withPublisher { publisher, store in
                try await publisher.show(number, form, as: try await acting.caller(store))
            }
            if let output {
                try Data(bytes).write(to: URL(fileURLWithPath: output))
            } else {
                FileHandle.standardOutput.write(Data(bytes))
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "列出已发布的通报 / what was published.")
        @OptionGroup var common: Common
        @OptionGroup var acting: ActingUser

        func run() async throws {
            try Say.json(
                try await common.withStore { store, _ in
                    try await store.bulletinPublications(as: try await acting.caller(store))
                })
        }
    }

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "verify", abstract: "由登记库重新生成并逐字节比对 / make it again from the register and compare every byte.",
            discussion: "Exit code 1 where a form comes out otherwise than it was published.")
        @Argument(help: "the bulletin's number") var number: String
        @OptionGroup var common: Common
        @OptionGroup var acting: ActingUser

        func run() async throws {
            let different = try await common.withPublisher { publisher, store in
                try await publisher.differences(number, as: try await acting.caller(store))
            }
            if different.isEmpty {
                Say.note("与发布时逐字节相同。", "the same to the byte.")
            } else {
                let names = different.map(\.rawValue).joined(separator: ", ")
                Say.note("与发布时不同：\(names)", "not what was published: \(names)")
                throw ExitCode(1)
            }
        }
    }
}

extension BulletinForm: ExpressibleByArgument {}

extension Common {
    func withPublisher<Value>(_ body: (BulletinPublisher, RegistryStore) async throws -> Value) async throws -> Value {
        let page = try BulletinPages().page
        return try await withReader { store, reader, settings in
            try await body(
                BulletinPublisher(store: store, reader: reader, page: page, printer: settings.printer, logger: logger),
                store)
        }
    }
}
