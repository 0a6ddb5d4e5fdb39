import ArgumentParser
import Foundation

@main
struct Entry {
    /// Exit codes: 0 done, 1 done with findings or rejected rows, 2 could not (DESIGN).
    static func main() async {
        do {
            var command = try Root.parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let code as ExitCode {
            exit(code.rawValue)
        } catch {
            let code = Root.exitCode(for: error)
            if code == .success { Root.exit(withError: error) }
            Say.error(error)
            exit(2)
        }
    }
}

/// Every command says its name: for one that does not, each start would ask reflection for the name of every command.
struct Root: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ceregistry",
        abstract: "雅安市专业技术人员继续教育登记库 / the continuing-education register of Ya'an",
        discussion: """
            Examples:
              ceregistry migrate
              ceregistry policy load sql/policies/2017-87.yaml
              ceregistry user add --username wang --role clerk --authority city --name 王芳
              ceregistry import learners learners.csv --as officer-511823 --dry-run
              ceregistry eligibility --id-number 511802199001011234 --purpose titlePromotion --as clerk-city
              ceregistry serve

            Exit codes: 0 done, 1 done with findings or rejected rows, 2 could not.
            Environment: DATABASE_URL or libpq's own PG*, CEREGISTRY_*; see README.md.
            """,
        subcommands: [
            Serve.self, Migrate.self, PolicyCommand.self, ImportCommand.self, ExportCommand.self,
            EligibilityCommand.self,
            ClaimsCommand.self, AuditCommand.self, BulletinCommand.self, CertificateCommand.self, PersonCommand.self,
            UserCommand.self,
            DemoCommand.self,
            BackupCheck.self, LogCommand.self, VerifyCommand.self, RemindersCommand.self,
        ])
}
