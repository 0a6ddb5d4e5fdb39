import Foundation
import TransparencyLog

/// Somebody else who watches a log: signs a checkpoint when it continues all that it saw before, and never one that does not
/// (C2SP tlog-cosignature). Needs the log's address and key, a key of its own, and one file to remember by.
public struct LogWitness: Sendable {
    public enum Mistake: Error, CustomStringConvertible, Equatable {
        case older(seen: UInt64, shown: UInt64)
        case forked(seen: UInt64, shown: UInt64)
        case anotherLog(seen: String, shown: String)

        public var description: String {
            switch self {
            case .older(let seen, let shown):
                "NOT SIGNED: the log shows \(shown) leaves, and \(seen) had been seen: leaves were removed"
            case .forked(let seen, let shown):
                """
                NOT SIGNED: the log of \(shown) leaves does not continue the one of \(seen) leaves that was seen: leaves were changed, \
                or different people are shown different logs
                """
            case .anotherLog(let seen, let shown): "NOT SIGNED: this is \(shown), and \(seen) is watched here"
            }
        }
    }

    let key: SigningKey
    let log: KeyHistory
    /// The last checkpoint that it signed.
    let memory: URL

    public init(key: SigningKey, log: KeyHistory, memory: URL) {
        self.key = key
        self.log = log
        self.memory = memory
    }

    /// The log's newest checkpoint with this witness's signature, once it is remembered.
    ///
    /// - Throws: `Mistake` where the log contradicts what was seen, `SignedNote.Mistake` for a checkpoint that it did not sign.
    public func cosign(_ source: LogSource, at time: UInt64) async throws -> SignedCheckpoint {
        var shown = try await source.checkpoint()
        try shown.verify(log: log)
        let memory = memory
        let seen = try await Blocking.run {
            FileManager.default.fileExists(atPath: memory.path) ? try LogFolder.checkpoint(at: memory).checkpoint : nil
        }
        if let seen { try await require(shown.checkpoint, continues: seen, source) }
        try shown.sign(by: key, at: time)
        let bytes = shown.bytes
        try await Blocking.run {
            try DurableFile.makeFolder(memory.deletingLastPathComponent())
            try DurableFile.replace(memory, bytes, mode: 0o644)
        }
        return shown
    }

    private func require(_ shown: Checkpoint, continues seen: Checkpoint, _ source: LogSource) async throws {
        guard shown.origin == seen.origin else { throw Mistake.anotherLog(seen: seen.origin, shown: shown.origin) }
        guard shown.size >= seen.size else { throw Mistake.older(seen: seen.size, shown: shown.size) }
        let proof: [TreeHash]
        do {
            proof = try await source.tree(size: shown.size).consistency(from: seen.size)
        } catch is TileTree.Mistake {
            throw Mistake.forked(seen: seen.size, shown: shown.size)
        }
        guard
            ProofCheck.isConsistent(
                seen.size, root: seen.root, with: shown.size, root: shown.root, proof: proof)
        else { throw Mistake.forked(seen: seen.size, shown: shown.size) }
    }
}
