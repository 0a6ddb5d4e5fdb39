/// That a leaf is in a log, to be checked off line (C2SP tlog-proof).
public struct InclusionProof: Hashable, Sendable {
    private static let header = "c2sp.org/tlog-proof@v1"

    public var index: UInt64
    public var hashes: [TreeHash]
    public var checkpoint: SignedCheckpoint
    /// What helps to make the leaf again; nothing vouches for it.
    public var extra: [UInt8]?

    public enum Mistake: Error, Equatable, Sendable {
        case malformed
        /// The leaf is not where the proof says, or is not in that tree.
        case notIncluded
    }

    public init(index: UInt64, hashes: [TreeHash], checkpoint: SignedCheckpoint, extra: [UInt8]? = nil) {
        self.index = index
        self.hashes = hashes
        self.checkpoint = checkpoint
        self.extra = extra
    }

    public var text: String {
        Self.header + "\n" + (extra.map { "extra \(Base64.encode($0))\n" } ?? "") + "index \(index)\n"
            + hashes.map { $0.base64 + "\n" }.joined() + "\n" + checkpoint.text
    }

    public init(text: String) throws {
        let parts = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard parts.first?[...] == Self.header[...], let gap = parts.firstIndex(of: "") else { throw Mistake.malformed }
        var lines = parts[1..<gap]
        if let line = lines.first, line.hasPrefix("extra ") {
            guard let bytes = Base64.decode(line.dropFirst(6)) else { throw Mistake.malformed }
            extra = bytes
            lines = lines.dropFirst()
        }
        guard let line = lines.first, line.hasPrefix("index "), let index = UInt64(line.dropFirst(6)),
            "index \(index)" == line
        else { throw Mistake.malformed }
        self.index = index
        hashes = try lines.dropFirst().map { line in
            guard let hash = TreeHash(base64: line) else { throw Mistake.malformed }
            return hash
        }
        checkpoint = try SignedCheckpoint(bytes: Array(parts[(gap + 1)...].joined(separator: "\n").utf8))
    }

    /// - Throws: `SignedNote.Mistake`, `SignedCheckpoint.Mistake`, `Mistake.notIncluded`.
    public func verify(leaf: [UInt8], log: KeyHistory, witnesses: [VerifierKey] = []) throws {
        try checkpoint.verify(log: log, witnesses: witnesses)
        let tree = checkpoint.checkpoint
        guard
            ProofCheck.isIncluded(
                TreeHash.leaf(leaf), at: index, inTreeOf: tree.size, root: tree.root, proof: hashes)
        else { throw Mistake.notIncluded }
    }
}
