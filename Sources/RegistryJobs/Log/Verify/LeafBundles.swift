import TransparencyLog

/// Up to 256 leaves as they were read, with the hashes made of them.
struct LeafBundle: Sendable {
    let index: UInt64
    let bytes: [UInt8]
    let hashes: [TreeHash]
    /// Of a full bundle, the hash over all of its leaves.
    let node: TreeHash?
    /// Whether the tile of these hashes is there, and says the same.
    let agreesWithTile: Bool

    init(at path: TilePath, from source: LogSource) async throws {
        index = path.index
        bytes = try await source.tile(path)
        hashes = try EntryBundle.hashes(bytes)
        guard hashes.count == path.count else { throw EntryBundle.Mistake.malformed }
        let tile = Tile(hashes)
        node = hashes.count == TilePath.width ? tile.hash(over: 0..<TilePath.width) : nil
        let promised = try? await source.tile(Self.tile(index, count: hashes.count))
        agreesWithTile = promised == tile.bytes
    }

    static func tile(_ index: UInt64, count: Int) -> TilePath {
        TilePath(.hashes(level: 0), index: index, count: count)
    }
}

/// The bundles of a log in their order, the next few of which are read and hashed while one is looked at.
struct LeafBundles {
    private static let ahead = 4
    private let source: LogSource
    private let size: UInt64
    private var asked: UInt64 = 0
    private var underWay: [Task<LeafBundle, any Error>] = []

    /// - Parameter size: how many leaves there should be.
    init(source: LogSource, size: UInt64) {
        self.source = source
        self.size = size
    }

    /// Where the bundle lies that begins with a leaf, in a log of so many.
    static func path(from leaf: UInt64, of size: UInt64) -> TilePath {
        let width = UInt64(TilePath.width)
        return TilePath(.entries, index: leaf / width, count: Int(min(width, size - leaf)))
    }

    /// Nil behind the last one.
    mutating func next() async throws -> LeafBundle? {
        try Task.checkCancellation()
        while underWay.count < Self.ahead, asked < size {
            let path = Self.path(from: asked, of: size)
            asked += UInt64(path.count)
            underWay.append(Task { [source] in try await LeafBundle(at: path, from: source) })
        }
        return underWay.isEmpty ? nil : try await underWay.removeFirst().value
    }

    /// Waits for what was begun and is not wanted any more. It is not cancelled, from which FoundationNetworking may not come back.
    func end() async {
        for task in underWay { _ = await task.result }
    }
}
