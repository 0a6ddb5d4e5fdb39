import ArgumentParser
import Foundation
import RegistryJobs
import RegistryStore

struct PolicyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy", abstract: "通知（政策）/ notices as data.", subcommands: [Load.self, List.self, Show.self])

    struct Load: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "load", abstract: "检查并载入通知文件 / check and load a notice.")
        @Argument(help: "a YAML file such as sql/policies/2017-87.yaml") var file: String
        @OptionGroup var common: Common
        @OptionGroup var acting: ActingUser

        func run() async throws {
            let file = try PolicyFile.read(file)
            try await common.withStore { store, _ in
                var person = "command line"
                if acting.username != nil {
                    let caller = try await acting.caller(store)
                    try await store.permit(.loadPolicy, caller)
                    person = caller.personName
                }
                let loaded = try await store.loadPolicy(
                    file.policy, document: file.document, source: file.source, by: person)
                Say.note(
                    "\(loaded.number)：第\(loaded.version)版已生效。",
                    "\(loaded.number): version \(loaded.version) is in force.")
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "列出通知 / list notices and their versions.")
        @Flag(help: "JSON on standard output") var json = false
        @OptionGroup var common: Common

        func run() async throws {
            let policies = try await common.withStore { store, _ in try await store.listPolicies() }
            if json { return try Say.json(policies) }
            for policy in policies {
                print(
                    "\(policy.id)\tv\(policy.version)\t\(policy.number)\t\(policy.subjectYears.map(String.init).joined(separator: ","))"
                )
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "show", abstract: "显示一份通知 / show one notice.")
        @Argument(help: "such as 2017-87") var notice: String
        @Flag(help: "JSON on standard output instead of the file") var json = false
        @OptionGroup var common: Common

        func run() async throws {
            let policy = try await common.withStore { store, _ in try await store.policyDocument(notice: notice) }
            print(json ? policy.document : policy.source)
        }
    }
}
