import ArgumentParser
import Foundation
import RegistryStore

struct PersonCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "person", abstract: "人员 / a person's data.", subcommands: [Erase.self])

    struct Erase: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "erase", abstract: "依法删除个人信息 / erases a person's data by law, for ever.",
            discussion: """
                个人信息保护法第四十七条。Name, numbers and words about the person go; entries stay under a pseudonym, so that counts,
                bulletins and proofs are what they were. It cannot be taken back, and old backups still hold what they held.
                  echo 511802199001011234 | ceregistry person erase --id-number - --reason 本人申请 --document 受理〔2026〕3号 --as officer-city
                """)
        @Option(help: "the ID number, or - to read it from standard input, which keeps it out of the shell's history")
        var idNumber: String
        @Option(help: "why; it may not say the name or a number") var reason: String
        @Option(help: "on what paper") var document: String
        @OptionGroup var common: Common
        @OptionGroup var acting: ActingUser

        func run() async throws {
            let number = idNumber == "-" ? readLine() ?? "" : idNumber
            let record = try await common.withStore { store, _ in
                let caller = try await acting.caller(store)
                let learner = try await store.learnerId(forIdNumber: number, as: caller)
                return try await store.erasePerson(
                    id: learner, NewErasure(reason: reason, document: document), as: caller)
            }
            let count = record.records.count
            Say.note("已删除：\(count)条学员记录的个人信息。", "erased: the personal data of \(count) records")
        }
    }
}
