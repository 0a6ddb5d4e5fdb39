/// Proofs as a stranger checks them (RFC 9162, 2.1.3.2 and 2.1.4.2).
public enum ProofCheck {
    /// Whether `leaf` stands at `index` of the tree with this size and root.
    public static func isIncluded(
        _ leaf: TreeHash, at index: UInt64, inTreeOf size: UInt64, root: TreeHash, proof: [TreeHash]
    ) -> Bool {
        guard index < size else { return false }
        var (fn, sn) = (index, size - 1)
        var hash = leaf
        for step in proof {
            guard sn > 0 else { return false }
            if fn & 1 == 1 || fn == sn {
                hash = TreeHash.node(step, hash)
                if fn & 1 == 0 {
                    repeat {
                        fn >>= 1
                        sn >>= 1
                    } while fn & 1 == 0 && fn != 0
                }
            } else {
                hash = TreeHash.node(hash, step)
            }
            fn >>= 1
            sn >>= 1
        }
        return sn == 0 && hash == root
    }

    /// Whether the smaller tree is the beginning of the larger one. An empty tree is the beginning of every tree.
    public static func isConsistent(
        _ first: UInt64, root firstRoot: TreeHash, with second: UInt64, root secondRoot: TreeHash, proof: [TreeHash]
    ) -> Bool {
        guard first <= second else { return false }
        if first == second { return proof.isEmpty && firstRoot == secondRoot }
        if first == 0 { return proof.isEmpty && firstRoot == .ofNothing }
        var path = proof[...]
        if first & (first - 1) == 0 { path = [firstRoot] + path }
        guard let seed = path.popFirst() else { return false }
        var (fn, sn) = (first - 1, second - 1)
        while fn & 1 == 1 {
            fn >>= 1
            sn >>= 1
        }
        var (fr, sr) = (seed, seed)
        for step in path {
            guard sn > 0 else { return false }
            if fn & 1 == 1 || fn == sn {
                fr = TreeHash.node(step, fr)
                sr = TreeHash.node(step, sr)
                if fn & 1 == 0 {
                    repeat {
                        fn >>= 1
                        sn >>= 1
                    } while fn & 1 == 0 && fn != 0
                }
            } else {
                sr = TreeHash.node(sr, step)
            }
            fn >>= 1
            sn >>= 1
        }
        return sn == 0 && fr == firstRoot && sr == secondRoot
    }
}
