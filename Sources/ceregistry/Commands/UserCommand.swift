import ArgumentParser
import Foundation
import RegistryDomain
import RegistryStore

extension Role: ExpressibleByArgument {}
extension Authority: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}

struct UserCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user", abstract: "用户 / users.",
        subcommands: [Add.self, List.self, Disable.self, SetPassword.self])

    /// Nobody's rights are asked where nobody is named: whoever has the database's password is at the machine itself.
    static func caller(_ acting: ActingUser, _ store: RegistryStore) async throws -> Caller? {
        acting.username == nil ? nil : try await acting.caller(store)
    }

    /// Never an argument: arguments are seen by everybody on the machine.
    static func readPassword() throws -> String {
        if isatty(0) == 1 {
            guard let typed = getpass("password: ") else { throw ValidationError("no password") }
            return String(cString: typed)
        }
        guard let line = readLine(strippingNewline: true), !line.isEmpty else {
            throw ValidationError("a password on standard input is needed")
        }
        return line
    }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "add", abstract: "添加用户 / add a user.",
            discussion:
                "The password is read from standard input:\n  echo 'a long pass phrase' | ceregistry user add --username wang --role clerk --authority city --name 王芳"
        )
        @Option var username: String
        @Option(help: "learner, unitAdmin, countyOfficer, cityOfficer, baseOfficer, clerk, auditor, admin") var role:
            Role
        @Option(help: "the person's name") var name: String
        @Option(help: "city, base, or county:511802 …") var authority: Authority?
        @Option(help: "credit code of a unit administrator's unit") var employer: String?
        @Option(help: "ID number of the user's own learner record") var idNumber: String?
        @Flag(help: "read the password from standard input (it always is)") var passwordStdin = false
        @OptionGroup var common: Common
        @OptionGroup var acting: ActingUser

        func run() async throws {
            let password = try UserCommand.readPassword()
            let record = try await common.withStore { store, _ in
                try await store.addUser(
                    NewUser(
                        username: username, personName: name, password: password, role: role, authority: authority,
                        employerCreditCode: employer, idNumber: idNumber),
                    as: try await UserCommand.caller(acting, store))
            }
            Say.note("已添加 \(record.username)（\(record.role)）。", "Added \(record.username) (\(record.role)).")
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "列出用户 / list users.")
        @Flag(help: "JSON on standard output") var json = false
        @OptionGroup var common: Common
        @OptionGroup var acting: ActingUser

        func run() async throws {
            let users = try await common.withStore { store, _ in
                try await store.listUsers(as: try await UserCommand.caller(acting, store))
            }
            if json { return try Say.json(users) }
            for user in users {
                print(
                    "\(user.username)\t\(user.role)\t\(user.authority?.description ?? "-")\t\(user.personName)\(user.disabled ? "\tdisabled" : "")"
                )
            }
        }
    }

    struct Disable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "disable", abstract: "停用用户 / disable a user and end their sessions.")
        @Argument var username: String
        @OptionGroup var common: Common
        @OptionGroup var acting: ActingUser

        func run() async throws {
            try await common.withStore { store, _ in
                try await store.disableUser(username, as: try await UserCommand.caller(acting, store))
            }
        }
    }

    struct SetPassword: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "set-password", abstract: "设置密码 / set a password; ends the user's sessions.")
        @Argument var username: String
        @OptionGroup var common: Common
        @OptionGroup var acting: ActingUser

        func run() async throws {
            let password = try UserCommand.readPassword()
            try await common.withStore { store, _ in
                try await store.setPassword(username, password, as: try await UserCommand.caller(acting, store))
            }
        }
    }
}
