import ArgumentParser
import Foundation
import RegistryDomain
import RegistryJobs
import RegistryStore
import TransparencyLog

struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "离线核验 / check an export, or a log that is served, against public keys alone.",
        discussion: """
            Needs no register and no database. Every leaf is hashed and the tree compared with each signed checkpoint: those of the \
            export, and those that you kept yourself (--checkpoint), which are worth more. Then each record is compared with its leaf.
              ceregistry verify EXPORT --public-key KEY --checkpoint kept-last-year
              ceregistry verify --url https://jxjy.example/log --public-key KEY --checkpoint kept-last-year
            A certificate's proof (tlogProof of /verify/CODE/proof, one file each) says what the log holds of an entry:
              ceregistry verify --proof entry.tlog-proof --public-key KEY
            Exit codes: 0 nothing was changed, 1 findings, 2 could not.
            """)
    @Argument(help: "the folder of an export") var folder: String?
    @Option(help: "a log that is served, in the place of an export") var url: String?
    @Option(help: "a proof of inclusion (C2SP tlog-proof) with its leaf in the extra line") var proof: [String] = []
    @Option(help: "the log's verifier key, or a file with one in each line") var publicKey: [String] = []
    @Option(help: "a checkpoint that you kept") var checkpoint: [String] = []
    @Option(help: "a witness's verifier key; it must have signed a checkpoint") var witness: [String] = []
    @Flag(help: "JSON on standard output") var json = false
    @OptionGroup var reading: ReadingLanguage

    func run() async throws {
        let keys = try PublicKeys.read(publicKey)
        let witnesses = try witness.map { text in
            guard let key = VerifierKey(text) else { throw ValidationError("--witness \(text): no verifier key") }
            return key
        }
        if !proof.isEmpty { return try check(proof, keys, witnesses) }
        let kept = try checkpoint.map {
            LogVerifier.Kept(file: $0, bytes: [UInt8](try Data(contentsOf: URL(fileURLWithPath: $0))))
        }
        let report: VerificationReport
        if let folder {
            report = try await ExportVerifier(
                folder: URL(fileURLWithPath: folder, isDirectory: true), keys: keys, witnesses: witnesses
            ).run(kept)
        } else if let prefix = url.flatMap(URL.init(string:)) {
            let source = LogSource.server(prefix)
            guard let shown = try await source.read("checkpoint") else { throw LogSource.Mistake.missing("checkpoint") }
            report = try await LogVerifier(source: source, keys: keys, witnesses: witnesses)
                .run(kept + [.init(file: "checkpoint", bytes: shown)])
        } else {
            throw ValidationError("an export's folder or --url is needed")
        }
        if json {
            try Say.json(report)
        } else {
            print(report.text(reading.language), terminator: "")
        }
        if !report.isSound { throw ExitCode(1) }
    }

    /// Prints each leaf that is proven.
    private func check(_ files: [String], _ keys: KeyHistory, _ witnesses: [VerifierKey]) throws {
        var isSound = true
        for file in files {
            do {
                let proof = try InclusionProof(text: try String(contentsOfFile: file, encoding: .utf8))
                guard let leaf = proof.extra else { throw InclusionProof.Mistake.malformed }
                try proof.verify(leaf: leaf, log: keys, witnesses: witnesses)
                print(String(decoding: leaf, as: UTF8.self))
            } catch let error
                where error is InclusionProof.Mistake || error is SignedNote.Mistake
                || error is SignedCheckpoint.Mistake
            {
                isSound = false
                let zh = "\(file)：证明不成立（\(error)）"
                let en = "\(file): not proven (\(error))"
                Say.note(reading.language == .zh ? zh : en)
            }
        }
        if !isSound { throw ExitCode(1) }
    }
}
