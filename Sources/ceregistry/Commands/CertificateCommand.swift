import ArgumentParser
import Foundation
import RegistryDomain
import RegistryStore

struct CertificateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "certificate", abstract: "登记证书 / registration certificates.",
        subcommands: [Print.self, Verify.self])

    struct Print: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "print", abstract: "打印（新的一份）/ a new dated printing of what stands.")
        @Option(help: "the ID number, or - for standard input") var idNumber: String
        @Flag(help: "JSON on standard output") var json = false
        @OptionGroup var common: Common
        @OptionGroup var acting: ActingUser

        func run() async throws {
            let number = idNumber == "-" ? readLine() ?? "" : idNumber
            let certificate = try await common.withStore { store, _ in
                let caller = try await acting.caller(store)
                let learner = try await store.learnerId(forIdNumber: number, as: caller)
                return try await store.printCertificate(learner: learner, as: caller)
            }
            if json { return try Say.json(certificate) }
            print("《四川省专业技术人员继续教育登记证书》\t\(certificate.name)\t\(certificate.printedOn)\t\(certificate.code)")
            for entry in certificate.entries {
                print(
                    "  \(entry.subjectYear)\t\(entry.mode.rawValue)\t\(entry.hours)\t\(entry.recognizedOn)\t\(entry.recognizedBy)"
                )
            }
        }
    }

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "verify", abstract: "查验 / whether a printed certificate stands.")
        @Argument var code: String
        @Flag(help: "JSON on standard output") var json = false
        @OptionGroup var common: Common

        func run() async throws {
            let verification = try await common.withStore { store, _ in try await store.verify(code: code) }
            if json {
                try Say.json(verification)
            } else {
                print(
                    "\(verification.code)\t\(verification.status.rawValue)\t\(verification.nameMasked)\t\(verification.printedOn)"
                )
            }
            if verification.status != .stands { throw ExitCode(1) }
        }
    }
}
