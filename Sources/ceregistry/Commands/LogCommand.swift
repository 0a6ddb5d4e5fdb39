import ArgumentParser
import Foundation
import RegistryDomain
import RegistryJobs
import RegistryStore
import TransparencyLog

struct LogCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log", abstract: "透明日志 / the transparency log: signed tree heads, keys, proofs.",
        discussion: """
            Checkpoints are kept in CEREGISTRY_LOG_DIRECTORY, private keys in CEREGISTRY_LOG_KEY_DIRECTORY (the same with -keys behind it).
            """,
        subcommands: [Checkpoint.self, Key.self, Export.self, Verify.self, Witness.self])

    struct Checkpoint: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "checkpoint", abstract: "签发树头 / take in what was recorded, and sign the tree.",
            discussion: """
                The checkpoint goes to standard output and to the folder, where nothing is ever overwritten. Exit code 2, and nothing \
                signed, where the register contradicts a checkpoint that is there.
                """)
        @OptionGroup var common: Common

        func run() async throws {
            let outcome = try await common.withLog { log, _, _ in try await log.checkpoint() }
            Say.note(
                outcome.isNew ? "已签发，共\(outcome.checkpoint.checkpoint.size)条。" : "没有新记录，最新树头不变。",
                outcome.isNew
                    ? "signed: \(outcome.checkpoint.checkpoint.size) leaves" : "nothing new: the last checkpoint stands"
            )
            print(outcome.checkpoint.text, terminator: "")
        }
    }

    struct Key: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "key", abstract: "签名密钥 / the log's keys.",
            subcommands: [Generate.self, Rotate.self, Show.self],
            defaultSubcommand: Show.self)

        struct Generate: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                commandName: "generate", abstract: "生成密钥 / the first key, at set-up.",
                discussion: "Prints the verifier key: hand it to whoever is to check, by another way than this server.")
            @Option(help: "the log's name for ever, a URL without its scheme such as jxjy.yaan.gov.cn/log") var origin:
                String
            @Flag(help: "do nothing where there is a key") var ifMissing = false
            @OptionGroup var common: Common

            func run() async throws {
                try await common.withLog { log, _, _ in
                    if ifMissing, let key = try await log.keys().lines.last { return print(key.key) }
                    print(try await log.generateKey(origin: origin))
                }
            }
        }

        struct Rotate: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                commandName: "rotate", abstract: "更换密钥 / another key from here on.",
                discussion: """
                    The checkpoint of this moment is signed by both; the old private key is removed, its verifier key stays on the list \
                    for what it signed.
                    """)
            @OptionGroup var common: Common

            func run() async throws {
                try await common.withLog { log, _, _ in print(try await log.rotateKey()) }
            }
        }

        struct Show: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                commandName: "show", abstract: "列出公钥 / verifier keys and from which tree size each signs.")
            @OptionGroup var common: Common

            func run() async throws {
                try await common.withLog { log, _, _ in print(try await log.keys().text, terminator: "") }
            }
        }
    }
}

extension Common {
    func withLog<Value>(_ body: (LogKeeper, RegistryStore, Settings) async throws -> Value) async throws -> Value {
        try await withStore { store, settings in
            guard let log = settings.logKeeper(store, logger: logger) else {
                throw ValidationError("CEREGISTRY_LOG_DIRECTORY is needed: the folder that checkpoints are kept in")
            }
            return try await body(log, store, settings)
        }
    }
}
