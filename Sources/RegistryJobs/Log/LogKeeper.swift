import Foundation
import Logging
import RegistryDomain
import RegistryStore
import TransparencyLog

/// Keeps the register's transparency log: gives records their leaves, signs checkpoints, hands out proofs.
public struct LogKeeper: Sendable {
    public enum Mistake: Error, CustomStringConvertible, Equatable {
        /// No key was generated here.
        case noKey
        case keyThere(String)
        /// The register has fewer leaves than a checkpoint that was handed out: somebody restored an old copy or removed
        /// leaves.
        case truncated(size: UInt64, checkpoint: UInt64)
        /// The register's leaves are not those of a checkpoint that was handed out.
        case forked(checkpoint: UInt64)
        case badOrigin(String)
        case strange(String)

        public var description: String {
            switch self {
            case .noKey: "the log has no key; run ceregistry log key generate"
            case .keyThere(let origin): "the log \(origin) has a key already; ceregistry log key rotate replaces it"
            case .truncated(let size, let checkpoint):
                """
                NOT SIGNED: the register's log has \(size) leaves, and a checkpoint of \(checkpoint) was handed out. The register \
                is an older copy, or leaves were removed. Keep everything as it is and run ceregistry log verify.
                """
            case .forked(let checkpoint):
                """
                NOT SIGNED: the first \(checkpoint) leaves of the register's log are not those of the checkpoint that was handed \
                out. Leaves were changed. Keep everything as it is and run ceregistry log verify.
                """
            case .badOrigin(let origin): "“\(origin)” cannot name a log: no spaces, no plus signs, not empty"
            case .strange(let why): why
            }
        }
    }

    /// What making a checkpoint came to.
    public struct Outcome: Sendable {
        public var checkpoint: SignedCheckpoint
        /// False where the tree had not grown since.
        public var isNew: Bool
    }

    public let folder: LogFolder
    public let keyFolder: LogKeyFolder
    let store: RegistryStore
    private let logger: Logger

    public init(store: RegistryStore, folder: LogFolder, keyFolder: LogKeyFolder, logger: Logger) {
        self.store = store
        self.folder = folder
        self.keyFolder = keyFolder
        self.logger = logger
    }

    private static func now() -> UInt64 { UInt64(Date().timeIntervalSince1970) }

    // MARK: Keys

    /// The first key of a log, and its first checkpoint.
    ///
    /// - Parameter origin: names the log for ever; a URL without its scheme (C2SP tlog-checkpoint).
    public func generateKey(origin: String) async throws -> VerifierKey {
        guard let key = SigningKey(newWithName: origin, kind: .note) else { throw Mistake.badOrigin(origin) }
        let (folder, keyFolder) = (folder, keyFolder)
        try await Blocking.run {
            if let first = try folder.keys().lines.first { throw Mistake.keyThere(first.key.name) }
            guard try keyFolder.create(key) else { throw Mistake.keyThere(origin) }
            try folder.write(KeyHistory([.init(from: 0, key: key.verifier)]))
        }
        return key.verifier
    }

    /// Another key signs from here on; the checkpoint at this size is signed by both, and the old private key is removed.
    /// A rotation that was interrupted is taken up where it was.
    public func rotateKey() async throws -> VerifierKey { try await folder.locked(rotate) }

    private func rotate() async throws -> VerifierKey {
        let size = try await store.integrateLog()
        let (folder, keyFolder) = (folder, keyFolder)
        let (old, next) = try await Blocking.run { () -> (SigningKey, SigningKey) in
            guard let old = try keyFolder.signingKey() else { throw Mistake.noKey }
            if try keyFolder.nextKey() == nil {
                guard let key = SigningKey(newWithName: old.verifier.name, kind: .note) else {
                    throw Mistake.badOrigin(old.verifier.name)
                }
                _ = try keyFolder.prepare(key)
            }
            guard let next = try keyFolder.nextKey() else { throw Mistake.noKey }
            return (old, next)
        }
        let isBegun = try await Blocking.run { try folder.keys().lines.contains { $0.key == next.verifier } }
        if !isBegun {
            let checkpoint = try await signed(size, by: [old, next])
            try await Blocking.run {
                var keys = try folder.keys()
                keys.add(next.verifier, from: size)
                try folder.add(checkpoint)
                try folder.write(keys)
            }
        }
        try await Blocking.run { try keyFolder.promote() }
        logger.notice("log key rotated", metadata: ["key": "\(next.verifier)", "from": "\(size)"])
        return next.verifier
    }

    // MARK: Checkpoints

    /// Takes in what has been recorded and signs the tree, unless the newest checkpoint is of that tree already.
    ///
    /// - Throws: `Mistake.truncated`, `.forked`: nothing is signed that contradicts what was handed out.
    public func checkpoint() async throws -> Outcome {
        let folder = folder
        return try await folder.locked {
            let key = try await signingKey()
            let size = try await store.integrateLog()
            if let latest = try await Blocking.run({ try folder.latest() }), latest.checkpoint.checkpoint.size == size {
                try await requireConsistent(latest.checkpoint.checkpoint, with: size)
                return Outcome(checkpoint: latest.checkpoint, isNew: false)
            }
            let checkpoint = try await signed(size, by: [key])
            try await Blocking.run { _ = try folder.add(checkpoint) }
            logger.notice(
                "log checkpoint", metadata: ["size": "\(size)", "root": "\(checkpoint.checkpoint.root.base64)"])
            return Outcome(checkpoint: checkpoint, isNew: true)
        }
    }

    /// The key whose turn it is. A rotation that was interrupted after its key had come on the list is ended first.
    private func signingKey() async throws -> SigningKey {
        let (folder, keyFolder) = (folder, keyFolder)
        return try await Blocking.run {
            if let next = try keyFolder.nextKey(), try folder.keys().lines.contains(where: { $0.key == next.verifier })
            {
                try keyFolder.promote()
            }
            guard let key = try keyFolder.signingKey() else { throw Mistake.noKey }
            return key
        }
    }

    private func signed(_ size: UInt64, by keys: [SigningKey]) async throws -> SignedCheckpoint {
        let folder = folder
        if let latest = try await Blocking.run({ try folder.latest() }) {
            try await requireConsistent(latest.checkpoint.checkpoint, with: size)
        }
        guard let name = keys.first?.verifier.name else { throw Mistake.noKey }
        let root = try await store.logTree(size: size).root()
        let signed = try SignedCheckpoint(
            Checkpoint(origin: name, size: size, root: root), signedBy: keys, at: Self.now())
        // What nobody could verify is not kept: the key is another's, or its time is over.
        do {
            try await signed.verify(log: self.keys())
        } catch {
            throw Mistake.strange("the signing key is not one that signs for \(name) at \(size) leaves (\(error))")
        }
        return signed
    }

    /// That the tree handed out is the beginning of the one that is to be signed, by the proof that anybody would ask for.
    private func requireConsistent(_ last: Checkpoint, with size: UInt64) async throws {
        do {
            guard size >= last.size else { throw Mistake.truncated(size: size, checkpoint: last.size) }
            let tree = store.logTree(size: size)
            let root = try await tree.root()
            let proof = try await tree.consistency(from: last.size)
            guard ProofCheck.isConsistent(last.size, root: last.root, with: size, root: root, proof: proof) else {
                throw Mistake.forked(checkpoint: last.size)
            }
        } catch let error as Mistake {
            logger.critical("log checkpoint refused", metadata: ["why": "\(error)"])
            throw error
        }
    }

    /// The newest checkpoint; nil where there is none.
    public func latest() async throws -> SignedCheckpoint? {
        let folder = folder
        return try await Blocking.run { try folder.latest()?.checkpoint }
    }

    /// Leaves that the newest checkpoint covers; 0 where there is none. Reads no more than the folder's list.
    public func signedSize() async throws -> UInt64 {
        let folder = folder
        return try await Blocking.run { try folder.names().last?.size ?? 0 }
    }

    public func gauges() async throws -> LogGauges {
        let counts = try await store.logCounts()
        let folder = folder
        let (signed, signedAt) = try await Blocking.run { (try folder.names().last?.size ?? 0, try folder.signedAt()) }
        return LogGauges(leaves: counts.leaves, signed: signed, waiting: counts.waiting, signedAt: signedAt)
    }

    public func keys() async throws -> KeyHistory {
        let folder = folder
        return try await Blocking.run { try folder.keys() }
    }

    /// One that covers `leaves` leaves: the newest, or a new one where the newest is too small.
    public func checkpoint(covering leaves: UInt64) async throws -> SignedCheckpoint {
        if let latest = try await latest(), latest.checkpoint.size >= leaves { return latest }
        return try await checkpoint().checkpoint
    }

    /// Keeps a witness's cosignature with the checkpoint that it is for.
    ///
    /// - Parameter witness: whose signature it must have.
    public func add(cosigned: SignedCheckpoint, by witness: VerifierKey) async throws {
        let folder = folder
        try await folder.locked {
            try await Blocking.run { try Self.add(cosigned, by: witness, to: folder) }
        }
    }

    private static func add(_ cosigned: SignedCheckpoint, by witness: VerifierKey, to folder: LogFolder) throws {
        let verified = try cosigned.verify(log: try folder.keys(), witnesses: [witness])
        guard verified.contains(witness) else { throw SignedNote.Mistake.unknownKeys }
        let same = try folder.all().filter { $0.checkpoint.note.text == cosigned.note.text }
        guard var newest = same.last?.checkpoint else {
            throw Mistake.strange("no checkpoint of this log says what the cosigned one says")
        }
        let before = newest
        for signature in cosigned.note.signatures where signature.name == witness.name && signature.keyId == witness.id
        {
            newest.add(signature)
        }
        if newest != before { try folder.add(newest) }
    }
}

/// How a log stands.
public struct LogGauges: Sendable {
    public var leaves: UInt64
    /// Under the newest checkpoint.
    public var signed: UInt64
    public var waiting: UInt64
    public var signedAt: Date?
}
