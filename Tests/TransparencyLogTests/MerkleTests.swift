import Testing

@testable import TransparencyLog

/// The tree of eight leaves that implementations of RFC 6962 are held to.
enum KnownTree {
    static let leaves: [[UInt8]] = [
        [], [0x00], [0x10], [0x20, 0x21], [0x30, 0x31], [0x40, 0x41, 0x42, 0x43],
        [0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57],
        [0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6A, 0x6B, 0x6C, 0x6D, 0x6E, 0x6F],
    ]
    /// Of the first 0, 1, … 8 leaves.
    static let roots = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]
}

extension TreeHash {
    var hex: String { bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }
}

/// Numbered leaves in memory, as tiles.
struct MemoryLog {
    var hashes: [TreeHash]

    init(_ count: Int) { hashes = (0..<count).map { TreeHash.leaf(Array("leaf \($0)".utf8)) } }

    var size: UInt64 { UInt64(hashes.count) }

    /// By the definition of RFC 6962, 2.1.
    func root(_ range: Range<Int>) -> TreeHash {
        if range.isEmpty { return .ofNothing }
        if range.count == 1 { return hashes[range.lowerBound] }
        var half = 1
        while half * 2 < range.count { half *= 2 }
        let split = range.lowerBound + half
        return .node(root(range.lowerBound..<split), root(split..<range.upperBound))
    }

    func tree(_ lie: @escaping @Sendable (TilePath, inout [TreeHash]) -> Void = { _, _ in }) -> TileTree {
        let log = self
        return TileTree(size: size) { paths in
            Dictionary(
                uniqueKeysWithValues: paths.map { path in
                    guard case .hashes(let level) = path.content else { return (path, []) }
                    let span = 1 << (level * TilePath.height)
                    var row = (0..<path.count).map { place in
                        let start = (Int(path.index) * TilePath.width + place) * span
                        return log.root(start..<start + span)
                    }
                    lie(path, &row)
                    return (path, Tile(row).bytes)
                })
        }
    }
}

@Suite struct MerkleTests {
    @Test func `roots are those that others compute`() {
        var range = CompactRange()
        #expect(range.root.hex == KnownTree.roots[0])
        for (index, leaf) in KnownTree.leaves.enumerated() {
            range.append(TreeHash.leaf(leaf))
            #expect(range.root.hex == KnownTree.roots[index + 1])
            #expect(range.hashes.count == range.size.nonzeroBitCount)
        }
    }

    @Test func `a tree grown by subtrees is the tree grown by leaves`() {
        let log = MemoryLog(700)
        var range = CompactRange()
        for (leaves, height) in [(0..<256, 8), (256..<512, 8), (512..<640, 7)] {
            let isTaken = range.append(subtree: log.root(leaves), height: height)
            #expect(isTaken)
        }
        for hash in log.hashes[640...] { range.append(hash) }
        #expect(range.root == log.root(0..<700))
        let isTaken = range.append(subtree: log.hashes[0], height: 3)
        #expect(!isTaken)
        #expect(range.size == 700)
    }

    @Test func `every leaf of every small tree is proven, and nothing else is`() async throws {
        for count in 1...70 {
            let log = MemoryLog(count)
            let (tree, root) = (log.tree(), log.root(0..<count))
            for index in 0..<count {
                let proof = try await tree.inclusion(of: UInt64(index))
                let check = { (leaf: TreeHash, index: Int, root: TreeHash, proof: [TreeHash]) in
                    ProofCheck.isIncluded(leaf, at: UInt64(index), inTreeOf: UInt64(count), root: root, proof: proof)
                }
                #expect(check(log.hashes[index], index, root, proof))
                #expect(!check(.ofNothing, index, root, proof))
                #expect(!check(log.hashes[index], index, .ofNothing, proof))
                #expect(!check(log.hashes[index], index, root, proof + [root]))
                #expect(!check(log.hashes[index], count, root, proof))
                if count > 1 {
                    #expect(!check(log.hashes[index], (index + 1) % count, root, proof))
                    #expect(!check(log.hashes[index], index, root, Array(proof.dropLast())))
                    #expect(!check(log.hashes[index], index, root, [.ofNothing] + proof.dropFirst()))
                }
            }
        }
    }

    @Test func `every tree is proven to be the beginning of every larger one`() async throws {
        let log = MemoryLog(70)
        for second in 0...70 {
            let tree = TileTree(size: UInt64(second), read: { try await Self.tiles(log, $0) })
            for first in 0...second {
                let proof = try await tree.consistency(from: UInt64(first))
                let check = { (old: TreeHash, new: TreeHash, proof: [TreeHash]) in
                    ProofCheck.isConsistent(
                        UInt64(first), root: old, with: UInt64(second), root: new, proof: proof)
                }
                let (old, new) = (log.root(0..<first), log.root(0..<second))
                #expect(check(old, new, proof), "\(first) to \(second)")
                #expect(!check(old, .node(new, new), proof) || first == 0)
                #expect(!check(.node(old, old), new, proof))
                #expect(!check(old, new, proof + [old]))
                if !proof.isEmpty { #expect(!check(old, new, Array(proof.dropLast()))) }
            }
        }
        #expect(!ProofCheck.isConsistent(5, root: log.root(0..<5), with: 4, root: log.root(0..<4), proof: []))
    }

    private static func tiles(_ log: MemoryLog, _ paths: [TilePath]) async throws -> [TilePath: [UInt8]] {
        Dictionary(
            uniqueKeysWithValues: paths.map { path in
                let first = Int(path.index) * TilePath.width
                return (path, Tile(Array(log.hashes[first..<first + path.count])).bytes)
            })
    }

    /// RFC 6962, 2.1.3, as the eight known leaves have it.
    @Test func `proofs are those that others compute`() async throws {
        var log = MemoryLog(0)
        log.hashes = KnownTree.leaves.map { TreeHash.leaf($0) }
        let first = try await log.tree().inclusion(of: 0)
        #expect(
            first.map(\.hex) == [
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ])
        let step = try await log.tree().consistency(from: 6)
        #expect(step.last?.hex == "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7")
        #expect(step.count == 3)
    }

    @Test func `a tree of several levels of tiles is read by its tiles`() async throws {
        let log = MemoryLog(66_000)
        let (tree, root) = (log.tree(), log.root(0..<66_000))
        #expect(try await tree.root() == root)
        for index: UInt64 in [0, 255, 256, 65_535, 65_536, 65_999] {
            let proof = try await tree.inclusion(of: index)
            #expect(
                ProofCheck.isIncluded(log.hashes[Int(index)], at: index, inTreeOf: 66_000, root: root, proof: proof))
        }
        for first: UInt64 in [1, 300, 65_536, 65_800] {
            let proof = try await tree.consistency(from: first)
            let old = log.root(0..<Int(first))
            #expect(ProofCheck.isConsistent(first, root: old, with: 66_000, root: root, proof: proof))
            #expect(try await tree.root(ofFirst: first) == old)
        }
    }

    @Test func `a server that lies about a tile proves nothing`() async throws {
        let log = MemoryLog(1_000)
        let root = log.root(0..<1_000)
        let tree = log.tree { path, row in if path.index == 1 { row[5] = .ofNothing } }
        let proof = try await tree.inclusion(of: 259)
        #expect(!ProofCheck.isIncluded(log.hashes[259], at: 259, inTreeOf: 1_000, root: root, proof: proof))
        let short = log.tree { _, row in row.removeLast() }
        await #expect(throws: TileTree.Mistake.self) { try await short.inclusion(of: 3) }
    }
}
