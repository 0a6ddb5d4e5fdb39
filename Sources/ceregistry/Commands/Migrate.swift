import ArgumentParser
import RegistryStore

struct Migrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate", abstract: "升级数据库结构 / bring the database to this program's schema.",
        discussion:
            "Connects with CEREGISTRY_ADMIN_DATABASE_URL (a superuser, or a role that may create roles), else DATABASE_URL."
    )
    @OptionGroup var common: Common
    @Flag(
        help: """
            登记按年度分区存放 / lay the register out in partitions by subject year, and add those of new notices; it waits for \
            whoever writes, and lets nobody read meanwhile.
            """)
    var partitionByYear = false
    @Option(help: "其中已截止年度所在的表空间 / with it, the tablespace that years which are over are moved to.")
    var closedYearsIn: String?

    func validate() throws {
        if closedYearsIn != nil && !partitionByYear {
            throw ValidationError("--closed-years-in goes with --partition-by-year.")
        }
    }

    func run() async throws {
        let settings = try common.settings()
        let migrator = try Migrator(directory: settings.sqlDirectory)
        let applied = try await migrator.migrate(
            databaseURL: settings.directAdminDatabaseURL, logger: common.logger,
            partitions: partitionByYear ? Migrator.Partitions(closedYearsIn: closedYearsIn) : nil)
        for migration in applied { Say.note("applied \(migration.name)") }
        if applied.isEmpty { Say.note("数据库结构已是最新。", "The schema is up to date.") }
    }
}
