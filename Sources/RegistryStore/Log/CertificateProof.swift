import Foundation

/// That the entries of a certificate are in the log, checkable without the register and without trust in whoever keeps it.
public struct CertificateProof: Codable, Sendable {
    public struct Entry: Codable, Sendable {
        public var entry: UUID
        public var leafIndex: UInt64
        /// What the tree holds of the entry: canonical JSON that names nobody.
        public var leaf: String
        /// From the leaf's sibling up to the root's child, base 64 (RFC 6962, 2.1.1).
        public var hashes: [String]
        /// The same as one text (C2SP tlog-proof), the leaf in its `extra` line.
        public var tlogProof: String

        public init(entry: UUID, leafIndex: UInt64, leaf: String, hashes: [String], tlogProof: String) {
            self.entry = entry
            self.leafIndex = leafIndex
            self.leaf = leaf
            self.hashes = hashes
            self.tlogProof = tlogProof
        }
    }
    /// The signed tree head that every entry is proven against (C2SP tlog-checkpoint).
    public var checkpoint: String
    public var treeSize: UInt64
    /// Of the log (C2SP signed-note), newest last. Worth something where they were learnt another way too.
    public var verifierKeys: [String]
    public var entries: [Entry]

    public init(checkpoint: String, treeSize: UInt64, verifierKeys: [String], entries: [Entry]) {
        self.checkpoint = checkpoint
        self.treeSize = treeSize
        self.verifierKeys = verifierKeys
        self.entries = entries
    }
}
