import ArgumentParser
import RegistryJobs
import RegistryStore

struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo", abstract: "演示数据 / demo data.", subcommands: [Load.self])

    struct Load: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "load",
            abstract: "载入一座虚构的城市 / load an invented city into an empty register; the same for the same seed.",
            discussion: "Acts as the schema's owner: CEREGISTRY_ADMIN_DATABASE_URL, else DATABASE_URL.")
        @Option(help: "how many learners") var learners: Int = 5000
        @Option(help: "the same seed makes the same city") var seed: UInt64 = 87
        @Flag(help: "JSON on standard output") var json = false
        @OptionGroup var common: Common

        func validate() throws {
            guard (1...20_000_000).contains(learners) else { throw ValidationError("--learners takes 1 to 20000000") }
        }

        func run() async throws {
            let report = try await common.withStore(role: .owner) { store, _ in
                try await DemoLoader(store: store).load(learners: learners, seed: seed)
            }
            if json { return try Say.json(report) }
            Say.note(
                report.isNew ? "已载入 \(report.learners) 名学员。" : "演示数据已经在库中。",
                report.isNew ? "Loaded \(report.learners) learners." : "The demo is there already.")
            for user in report.users {
                print("\(user.username)\t\(user.password)\t\(user.role)\t\(user.authority?.description ?? "-")")
            }
        }
    }
}
