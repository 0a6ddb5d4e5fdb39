import ArgumentParser
import RegistryStore

struct Migrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "升级数据库结构 / bring the database to this program's schema.",
        discussion:
            "Connects with CEREGISTRY_ADMIN_DATABASE_URL (a superuser, or a role that may create roles), else DATABASE_URL."
    )
    @OptionGroup var common: Common

    func run() async throws {
        let settings = try common.settings()
        let migrator = try Migrator(directory: settings.sqlDirectory)
        let applied = try await migrator.migrate(databaseURL: settings.directAdminDatabaseURL, logger: common.logger)
        for migration in applied { Say.note("applied \(migration.name)") }
        if applied.isEmpty { Say.note("数据库结构已是最新。", "The schema is up to date.") }
    }
}
