/// A subtree of leaves `start..<end`, as proofs are made of. Complete where its size is a power of two.
public struct Subtree: Hashable, Sendable {
    public var start: UInt64
    public var end: UInt64

    public init(_ range: Range<UInt64>) {
        start = range.lowerBound
        end = range.upperBound
    }

    public var size: UInt64 { end - start }

    /// The largest power of two that is smaller than the size: where the tree of these leaves is parted (RFC 6962, 2.1).
    var split: UInt64 { start + (1 << UInt64(63 - (size - 1).leadingZeroBitCount)) }

    /// The complete subtrees that it consists of, from the left.
    public var complete: [Subtree] {
        guard size > 0 else { return [] }
        guard size & (size - 1) != 0 else { return [self] }
        return Subtree(start..<split).complete + Subtree(split..<end).complete
    }
}

/// Which subtrees' hashes make a proof, in the order of RFC 6962, 2.1.1 and 2.1.2. Where they come from is somebody else's.
public enum ProofPlan {
    /// From the leaf's sibling up to the root's child; empty for an index outside the tree.
    public static func inclusion(of index: UInt64, inTreeOf size: UInt64) -> [Subtree] {
        guard index < size else { return [] }
        var path: [Subtree] = []
        var tree = Subtree(0..<size)
        while tree.size > 1 {
            let split = tree.split
            if index < split {
                path.append(Subtree(split..<tree.end))
                tree.end = split
            } else {
                path.append(Subtree(tree.start..<split))
                tree.start = split
            }
        }
        return path.reversed()
    }

    /// Empty for equal sizes and for an empty first tree: there is nothing to prove.
    public static func consistency(from first: UInt64, to second: UInt64) -> [Subtree] {
        guard first > 0, first < second else { return [] }
        var path: [Subtree] = []
        var tree = Subtree(0..<second)
        var isWhole = true
        while tree.end != first {
            let split = tree.split
            if first <= split {
                path.append(Subtree(split..<tree.end))
                tree.end = split
            } else {
                path.append(Subtree(tree.start..<split))
                tree.start = split
                isWhole = false
            }
        }
        if !isWhole { path.append(tree) }
        return path.reversed()
    }
}
