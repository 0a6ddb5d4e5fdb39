/// The hashes of one tile, which are the bottom of a subtree of height eight.
public struct Tile: Sendable {
    public private(set) var hashes: [TreeHash]

    public init(_ hashes: [TreeHash]) { self.hashes = hashes }

    /// Nil for anything but 1 to 256 hashes of 32 bytes each.
    public init?(bytes: [UInt8]) {
        let size = TreeHash.byteCount
        guard bytes.count % size == 0, (1...TilePath.width).contains(bytes.count / size) else { return nil }
        hashes = bytes.withUnsafeBytes { raw in
            stride(from: 0, to: raw.count, by: size).compactMap {
                TreeHash(bytes: UnsafeRawBufferPointer(rebasing: raw[$0..<$0 + size]))
            }
        }
    }

    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(hashes.count * TreeHash.byteCount)
        for hash in hashes { hash.withUnsafeBytes { bytes.append(contentsOf: $0) } }
        return bytes
    }

    /// The hash of the complete subtree over hashes `range`, whose size is a power of two.
    public func hash(over range: Range<Int>) -> TreeHash? {
        guard range.lowerBound >= 0, range.upperBound <= hashes.count, !range.isEmpty else { return nil }
        var row = Array(hashes[range])
        while row.count > 1 {
            guard row.count.isMultiple(of: 2) else { return nil }
            row = stride(from: 0, to: row.count, by: 2).map { TreeHash.node(row[$0], row[$0 + 1]) }
        }
        return row.first
    }
}

/// Where the hash of a complete subtree is found in tiles.
public struct TileAddress: Hashable, Sendable {
    public var level: Int
    public var tile: UInt64
    public var range: Range<Int>

    /// - Parameter subtree: a complete one, such as `Subtree.complete` gives.
    public init(_ subtree: Subtree) {
        let height = subtree.size.trailingZeroBitCount
        level = height / TilePath.height
        let first = subtree.start >> UInt64(level * TilePath.height)
        let count = 1 << (height % TilePath.height)
        tile = first / UInt64(TilePath.width)
        let place = Int(first % UInt64(TilePath.width))
        range = place..<place + count
    }

    /// The tile as a tree of this size has it.
    public func path(inTreeOf size: UInt64) -> TilePath {
        let count = size >> UInt64(level * TilePath.height)
        let rest = count - min(count, tile * UInt64(TilePath.width))
        return TilePath(.hashes(level: level), index: tile, count: Int(min(rest, UInt64(TilePath.width))))
    }
}

/// A tree that is read tile by tile: of a database, a folder, or a server that need not be honest. What is made of its
/// hashes is worth what a check against a signed checkpoint says.
public struct TileTree: Sendable {
    public enum Mistake: Error, Equatable {
        /// The tile is not what its address promises.
        case malformed(String)
    }

    public let size: UInt64
    private let read: @Sendable ([TilePath]) async throws -> [TilePath: [UInt8]]

    /// - Parameter read: the bytes of each tile that is asked for.
    public init(size: UInt64, read: @escaping @Sendable ([TilePath]) async throws -> [TilePath: [UInt8]]) {
        self.size = size
        self.read = read
    }

    public func root() async throws -> TreeHash { try await root(ofFirst: size) }

    /// The root of the tree of the first `count` leaves.
    public func root(ofFirst count: UInt64) async throws -> TreeHash {
        guard count > 0 else { return .ofNothing }
        return try await hashes([Subtree(0..<count)]).first ?? .ofNothing
    }

    public func inclusion(of index: UInt64, inTreeOf size: UInt64? = nil) async throws -> [TreeHash] {
        try await hashes(ProofPlan.inclusion(of: index, inTreeOf: size ?? self.size))
    }

    /// Several leaves' proofs, each tile read once.
    public func inclusions(of indices: [UInt64], inTreeOf size: UInt64) async throws -> [[TreeHash]] {
        let plans = indices.map { ProofPlan.inclusion(of: $0, inTreeOf: size) }
        var hashes = try await hashes(plans.flatMap(\.self))[...]
        return plans.map { plan in
            defer { hashes = hashes.dropFirst(plan.count) }
            return Array(hashes.prefix(plan.count))
        }
    }

    public func consistency(from first: UInt64, to second: UInt64? = nil) async throws -> [TreeHash] {
        try await hashes(ProofPlan.consistency(from: first, to: second ?? size))
    }

    /// The hash of each subtree, complete or the right edge of a tree.
    public func hashes(_ subtrees: [Subtree]) async throws -> [TreeHash] {
        let parts = subtrees.map { $0.complete.map(TileAddress.init) }
        let paths = Set(parts.joined().map { $0.path(inTreeOf: size) })
        guard paths.allSatisfy({ $0.count > 0 }) else { throw Mistake.malformed("a leaf beyond the tree") }
        let bytes = try await read(Array(paths))
        var tiles: [TilePath: Tile] = [:]
        for path in paths {
            guard let tile = bytes[path].flatMap(Tile.init(bytes:)), tile.hashes.count == path.count else {
                throw Mistake.malformed(path.path)
            }
            tiles[path] = tile
        }
        return try parts.map { addresses in
            let hashes = try addresses.map { address in
                let path = address.path(inTreeOf: size)
                guard let hash = tiles[path]?.hash(over: address.range) else { throw Mistake.malformed(path.path) }
                return hash
            }
            guard var root = hashes.last else { return .ofNothing }
            for left in hashes.dropLast().reversed() { root = TreeHash.node(left, root) }
            return root
        }
    }
}
