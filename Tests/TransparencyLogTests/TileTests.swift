import Testing

@testable import TransparencyLog

/// C2SP tlog-tiles.
@Suite struct TileTests {
    @Test func `addresses are those of the specification`() {
        #expect(TilePath(.hashes(level: 0), index: 1_234_067).path == "tile/0/x001/x234/067")
        #expect(TilePath(.entries, index: 1_234_067, count: 8).path == "tile/entries/x001/x234/067.p/8")
        #expect(TilePath(.hashes(level: 1), index: 0, count: 1).path == "tile/1/000.p/1")
        #expect(TilePath(.hashes(level: 63), index: 999).path == "tile/63/999")
        #expect(TilePath(.hashes(level: 2), index: 1000).path == "tile/2/x001/000")
    }

    @Test func `an address is read back, and nothing but an address is read`() {
        for index: UInt64 in [0, 7, 999, 1000, 1_234_067, 999_999_999, 1 << 55] {
            for count in [1, 255, 256] {
                for content: TilePath.Content in [.entries, .hashes(level: 0), .hashes(level: 12)] {
                    let path = TilePath(content, index: index, count: count)
                    #expect(TilePath(path.path) == path)
                }
            }
        }
        let wrong = [
            "", "tile", "tile/0", "tile/0/", "tile/0/0", "tile/0/0000", "tile/00/000", "tile/64/000", "tile/-1/000",
            "tile/0/x000/001", "tile/0/001/002", "tile/0/x001", "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/01",
            "tile/0/000.p", "tile/0/000.p/1/2", "tile/0/ 00", "tile/0/+01", "tile/entry/000", "/tile/0/000",
            "tile/0/000/", "tile/0/x999/x999/x999/x999/x999/x999/x999/999", "tile/0/x99999999/000", "tile/0/０００",
            "tile/data/000", "tile/0/../000",
        ]
        for path in wrong { #expect(TilePath(path) == nil, "\(path)") }
    }

    /// The specification's own example.
    @Test func `a tree of 70,000 leaves has the tiles that the specification counts`() {
        let tiles = TilePath.all(inTreeOf: 70_000, entries: false)
        func count(_ level: Int, partial: Bool) -> Int {
            tiles.count { $0.content == .hashes(level: level) && $0.isPartial == partial }
        }
        #expect(count(0, partial: false) == 273 && count(0, partial: true) == 1)
        #expect(count(1, partial: false) == 1 && count(1, partial: true) == 1)
        #expect(count(2, partial: false) == 0 && count(2, partial: true) == 1)
        #expect(tiles.filter(\.isPartial).map(\.count) == [112, 17, 1])
        #expect(TilePath.all(inTreeOf: 256, entries: false).map(\.path) == ["tile/0/000", "tile/1/000.p/1"])
        #expect(TilePath.all(inTreeOf: 0) == [])
        #expect(tiles.allSatisfy { $0.isWithin(treeOf: 70_000) })
        #expect(!tiles.filter(\.isPartial).contains { $0.full.isWithin(treeOf: 70_000) })
        #expect(!TilePath(.hashes(level: 63), index: 0).isWithin(treeOf: 70_000))
        #expect(!TilePath(.entries, index: .max).isWithin(treeOf: 70_000))
    }

    @Test func `an entry bundle is read back, and a cut one is refused`() throws {
        let entries: [[UInt8]] = [[], [1], Array(repeating: 7, count: 300)]
        let bytes = try EntryBundle.encode(entries)
        #expect(Array(bytes.prefix(5)) == [0, 0, 0, 1, 1])
        #expect(try EntryBundle.decode(bytes) == entries)
        #expect(try EntryBundle.hashes(bytes) == entries.map { TreeHash.leaf($0) })
        for length in [1, 3, bytes.count - 1] {
            #expect(throws: EntryBundle.Mistake.malformed) { try EntryBundle.decode(Array(bytes.prefix(length))) }
        }
        let many = try EntryBundle.encode(Array(repeating: [1], count: 257))
        #expect(throws: EntryBundle.Mistake.malformed) { try EntryBundle.decode(many) }
        #expect(throws: EntryBundle.Mistake.entryTooLarge(bytes: 65_536)) {
            try EntryBundle.encode([Array(repeating: 0, count: 65_536)])
        }
    }
}
