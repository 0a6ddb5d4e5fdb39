import ArgumentParser
import Foundation
import RegistryDomain
import RegistryJobs
import TransparencyLog

extension LogCommand {
    struct Witness: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "witness", abstract: "见证 / a second signature by somebody who watches the log.",
            discussion: """
                On another machine, by another person: `witness key` once, then `witness sign` as often as the log is to be watched. What \
                it prints goes back to the register: `witness add`.
                """,
            subcommands: [Key.self, Sign.self, Add.self])

        struct Key: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                commandName: "key", abstract: "生成见证密钥 / a key for a witness; prints its verifier key.")
            @Option(help: "the witness's name, a URL without its scheme") var name: String
            @Option(help: "where the private key is kept") var key: String

            func run() async throws {
                guard let made = SigningKey(newWithName: name, kind: .cosignature) else {
                    throw LogKeeper.Mistake.badOrigin(name)
                }
                guard try LogKeyFolder.create(URL(fileURLWithPath: key), made) else {
                    throw ValidationError("\(key) is there already")
                }
                print(made.verifier)
            }
        }

        struct Sign: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                commandName: "sign",
                abstract: "核对后签名 / sign the log's checkpoint where it continues all that was seen before.",
                discussion:
                    "Exit code 1, and nothing signed, where it does not: keep what was seen, and tell everybody.")
            @OptionGroup var place: LogPlace
            @Option(help: "the log's verifier key, or a file with one in each line") var publicKey: [String]
            @Option(help: "the witness's private key") var key: String
            @Option(help: "the file that remembers what was signed last") var memory: String

            func run() async throws {
                guard let key = try LogKeyFolder.read(URL(fileURLWithPath: key)) else { throw LogKeeper.Mistake.noKey }
                let witness = LogWitness(
                    key: key, log: try PublicKeys.read(publicKey), memory: URL(fileURLWithPath: memory))
                do {
                    let signed = try await witness.cosign(try place.source(), at: UInt64(Date().timeIntervalSince1970))
                    print(signed.text, terminator: "")
                } catch let mistake as LogWitness.Mistake {
                    Say.note(mistake.description)
                    throw ExitCode(1)
                }
            }
        }

        struct Add: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                commandName: "add", abstract: "收入见证签名 / keep a witness's signature with the checkpoint that it is for.")
            @Argument(help: "what `witness sign` printed; - for standard input") var file: String
            @Option(help: "the witness's verifier key") var witness: String
            @OptionGroup var common: Common

            func run() async throws {
                guard let verifier = VerifierKey(witness) else { throw ValidationError("--witness is no verifier key") }
                let data =
                    file == "-"
                    ? FileHandle.standardInput.readDataToEndOfFile() : try Data(contentsOf: URL(fileURLWithPath: file))
                let cosigned = try SignedCheckpoint(bytes: [UInt8](data))
                try await common.withLog { log, _, _ in try await log.add(cosigned: cosigned, by: verifier) }
                Say.note("已收入。", "kept.")
            }
        }
    }
}

/// Where a log is read from.
struct LogPlace: ParsableArguments {
    @Option(help: "the log's address, such as https://jxjy.example/log") var url: String?
    @Option(help: "a folder in its place, such as an export") var folder: String?

    func validate() throws {
        if (url == nil) == (folder == nil) { throw ValidationError("--url or --folder is needed") }
    }

    func source() throws -> LogSource {
        if let folder { return .folder(URL(fileURLWithPath: folder, isDirectory: true)) }
        guard let prefix = url.flatMap(URL.init(string:)), prefix.scheme?.hasPrefix("http") == true else {
            throw ValidationError("--url is an http(s) address")
        }
        return .server(prefix)
    }
}

/// `--public-key`: a verifier key, or a file with a key history.
enum PublicKeys {
    static func read(_ words: [String]) throws -> KeyHistory {
        var keys: [KeyHistory.Line] = []
        for word in words {
            if let key = VerifierKey(word) {
                keys.append(.init(from: 0, key: key))
            } else if let text = try? String(contentsOfFile: word, encoding: .utf8) {
                do {
                    keys += try KeyHistory(text: text).lines
                } catch {
                    throw ValidationError("\(word): line \(error.line) is no verifier key")
                }
            } else {
                throw ValidationError("--public-key \(word): neither a verifier key nor a file with some")
            }
        }
        guard !keys.isEmpty else {
            throw ValidationError("--public-key is needed, learnt from elsewhere than from the log")
        }
        return KeyHistory(keys)
    }
}
