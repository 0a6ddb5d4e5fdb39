/// A tree head as a log signs it (C2SP tlog-checkpoint).
public struct Checkpoint: Hashable, Sendable {
    public var origin: String
    public var size: UInt64
    public var root: TreeHash

    public init(origin: String, size: UInt64, root: TreeHash) {
        self.origin = origin
        self.size = size
        self.root = root
    }

    /// Without extension lines.
    public var text: String { "\(origin)\n\(size)\n\(root.base64)\n" }

    /// Of a note's text; extension lines are allowed and left out. Nil for anything else.
    public init?(text: String) {
        guard text.hasSuffix("\n") else { return nil }
        let lines = text.dropLast().split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count >= 3, lines.allSatisfy({ !$0.isEmpty }), let size = UInt64(lines[1]),
            String(size) == lines[1], let root = TreeHash(base64: lines[2])
        else { return nil }
        self.init(origin: String(lines[0]), size: size, root: root)
    }
}

/// A checkpoint in its note.
public struct SignedCheckpoint: Hashable, Sendable {
    public let checkpoint: Checkpoint
    public private(set) var note: SignedNote

    public enum Mistake: Error, Equatable, Sendable {
        /// The note is no checkpoint.
        case notACheckpoint
        /// No signature of the log itself that was valid at this size.
        case unsigned
    }

    public init(_ checkpoint: Checkpoint, signedBy keys: [SigningKey], at time: UInt64) throws {
        guard var note = SignedNote(text: checkpoint.text) else { throw Mistake.notACheckpoint }
        for key in keys { try key.sign(&note, at: time) }
        self.checkpoint = checkpoint
        self.note = note
    }

    /// Reads one and checks nothing but its form.
    ///
    /// - Throws: `SignedNote.Mistake`, `Mistake.notACheckpoint`.
    public init(bytes: [UInt8]) throws {
        note = try SignedNote(bytes: bytes)
        guard let checkpoint = Checkpoint(text: note.text) else { throw Mistake.notACheckpoint }
        self.checkpoint = checkpoint
    }

    public var bytes: [UInt8] { note.bytes }
    public var text: String { note.description }

    public mutating func add(_ signature: SignedNote.Signature) { note.add(signature) }

    /// Adds a signature or, by a key of that kind, a cosignature.
    public mutating func sign(by key: SigningKey, at time: UInt64) throws { try key.sign(&note, at: time) }

    /// The keys that signed: one of the log's own at least, of those whose turn it was at this size, and witnesses.
    ///
    /// - Throws: `SignedNote.Mistake`, `Mistake.unsigned`.
    @discardableResult
    public func verify(log: KeyHistory, witnesses: [VerifierKey] = []) throws -> [VerifierKey] {
        let keys = log.keys(forOrigin: checkpoint.origin, size: checkpoint.size)
        let verified = try note.verify(keys + witnesses)
        guard verified.contains(where: keys.contains) else { throw Mistake.unsigned }
        return verified
    }
}
