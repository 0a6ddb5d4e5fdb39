/// The hashes of the complete subtrees that the leaves so far fall into, largest first: all that is needed to go on with a
/// tree and to know its root. A tree of size n has as many as n has one-bits.
public struct CompactRange: Hashable, Sendable {
    public private(set) var size: UInt64
    public private(set) var hashes: [TreeHash]

    public init() {
        size = 0
        hashes = []
    }

    /// Nil where a tree of that size has another number of complete subtrees.
    public init?(size: UInt64, hashes: [TreeHash]) {
        guard hashes.count == size.nonzeroBitCount else { return nil }
        self.size = size
        self.hashes = hashes
    }

    public mutating func append(_ leaf: TreeHash) {
        var hash = leaf
        var rest = size
        while rest & 1 == 1, let left = hashes.popLast() {
            hash = TreeHash.node(left, hash)
            rest >>= 1
        }
        hashes.append(hash)
        size += 1
    }

    /// Appends a complete subtree of `2^height` leaves, which must begin where one of that height can.
    ///
    /// - Returns: false, and nothing is appended, where the size is no multiple of `2^height`.
    public mutating func append(subtree: TreeHash, height: Int) -> Bool {
        guard height < 64, size & ((1 << UInt64(height)) - 1) == 0 else { return false }
        var hash = subtree
        var rest = size >> UInt64(height)
        while rest & 1 == 1, let left = hashes.popLast() {
            hash = TreeHash.node(left, hash)
            rest >>= 1
        }
        hashes.append(hash)
        size += 1 << UInt64(height)
        return true
    }

    /// The Merkle Tree Hash (RFC 6962, 2.1) of the leaves so far.
    public var root: TreeHash {
        guard var hash = hashes.last else { return .ofNothing }
        for left in hashes.dropLast().reversed() { hash = TreeHash.node(left, hash) }
        return hash
    }
}
