import Foundation
import RegistryDomain
import RegistryStore
import TransparencyLog

/// The leaves of a log from first to last: hashed into the tree, compared with the tiles and with the records.
struct TreeWalk {
    private let source: LogSource
    private let sizes: Set<UInt64>
    private var lines: [RecordLines] = []
    private var range = CompactRange()
    private var nodes: [TreeHash] = []
    /// Of the trees that were asked for, as far as there are leaves.
    private(set) var roots: [UInt64: TreeHash] = [:]
    var size: UInt64 { range.size }

    init(source: LogSource, sizes: Set<UInt64>, records: URL?) throws {
        self.source = source
        self.sizes = sizes
        if let records { lines = try Self.kinds(in: records).map { try RecordLines($0, in: records) } }
        note()
    }

    /// An export from before erasures were leaves has no file of them; where their leaves are there, they lack their records.
    private static func kinds(in records: URL) -> [LogRecordKind] {
        LogRecordKind.allCases.filter { kind in
            kind != .erasure
                || FileManager.default.fileExists(
                    atPath: records.appendingPathComponent("records/\(kind.fileName)").path)
        }
    }

    mutating func run(upTo wanted: UInt64, _ report: inout VerificationReport) async throws {
        var bundles = LeafBundles(source: source, size: wanted)
        do {
            try await take(&bundles, &report)
        } catch let error where error is EntryBundle.Mistake || error is LogSource.Mistake {
            report.add(
                .init(
                    problem: .malformed, leaf: size, record: LeafBundles.path(from: size, of: wanted).path,
                    differences: [],
                    message: Text(zh: "条目缺失或残缺（\(error)）", en: "leaves are missing or cut off (\(error))")))
        }
        try await compareUpperTiles(&report)
        try compareRest(&report)
        report.leaves = size
        report.records = lines.reduce(0) { $0 + $1.count }
        report.erased = lines.reduce(0) { $0 + $1.erased }
    }

    private mutating func take(_ bundles: inout LeafBundles, _ report: inout VerificationReport) async throws {
        do {
            while let bundle = try await bundles.next() {
                if !bundle.agreesWithTile {
                    report.add(Self.wrong(LeafBundle.tile(bundle.index, count: bundle.hashes.count), leaf: size))
                }
                try compareRecords(bundle.bytes, from: size, &report)
                take(bundle)
            }
        } catch {
            await bundles.end()
            throw error
        }
    }

    private mutating func take(_ bundle: LeafBundle) {
        let end = size + UInt64(bundle.hashes.count)
        if let node = bundle.node {
            nodes.append(node)
            if !sizes.contains(where: { $0 > size && $0 < end }) {
                _ = range.append(subtree: node, height: TilePath.height)
                return note()
            }
        }
        for hash in bundle.hashes {
            range.append(hash)
            note()
        }
    }

    private mutating func note() {
        if sizes.contains(size) { roots[size] = range.root }
    }

    // MARK: Tiles

    private func compareUpperTiles(_ report: inout VerificationReport) async throws {
        var row = nodes
        var level = 1
        while !row.isEmpty {
            let width = TilePath.width
            for start in stride(from: 0, to: row.count, by: width) {
                let hashes = Array(row[start..<min(start + width, row.count)])
                let path = TilePath(.hashes(level: level), index: UInt64(start / width), count: hashes.count)
                if let tile = try? await source.tile(path), tile == Tile(hashes).bytes { continue }
                report.add(Self.wrong(path, leaf: UInt64(start) << UInt64(level * TilePath.height)))
            }
            row = stride(from: 0, to: row.count - row.count % width, by: width).compactMap {
                Tile(Array(row[$0..<$0 + width])).hash(over: 0..<width)
            }
            level += 1
        }
    }

    private static func wrong(_ path: TilePath, leaf: UInt64) -> VerificationReport.Finding {
        .init(
            problem: .malformed, leaf: leaf, record: path.path, differences: [],
            message: Text(zh: "树块缺失，或与条目不符", en: "the tile is missing, or is not what the leaves make"))
    }

    // MARK: Records

    private mutating func compareRecords(_ bytes: [UInt8], from first: UInt64, _ report: inout VerificationReport)
        throws
    {
        guard !lines.isEmpty else { return }
        try bytes.withUnsafeBytes { raw in
            for (offset, range) in try EntryBundle.ranges(in: raw).enumerated() {
                let leaf = UnsafeRawBufferPointer(rebasing: raw[range])
                try compareRecord(leaf, first + UInt64(offset), &report)
            }
        }
    }

    private mutating func compareRecord(
        _ leaf: UnsafeRawBufferPointer, _ index: UInt64, _ report: inout VerificationReport
    ) throws {
        var isThere = false
        for place in lines.indices {
            while let line = lines[place].line, let number = line.leaf, number <= index {
                if number == index, !isThere {
                    isThere = true
                    check(lines[place], leaf, index, &report)
                } else {
                    report.add(inserted(lines[place]))
                }
                try lines[place].advance()
            }
        }
        if !isThere, !Self.isOfAnotherKind(leaf) {
            let members = LeafText.members(of: leaf) ?? [:]
            report.add(
                .init(
                    problem: .removed, leaf: index, kind: members["kind"].map(Self.plain), record: Self.id(members),
                    differences: [], message: Text(zh: "记录已被删除", en: "the record is not there")))
        }
    }

    private func check(
        _ line: RecordLines, _ leaf: UnsafeRawBufferPointer, _ index: UInt64, _ report: inout VerificationReport
    ) {
        let differences = line.differences(from: leaf)
        guard !differences.isEmpty else { return }
        let members = LeafText.members(of: leaf) ?? [:]
        let isAnother = Self.id(members) != line.id || members["kind"].map(Self.plain) != line.kind.rawValue
        report.add(
            .init(
                problem: isAnother ? .reordered : .changed, leaf: index, kind: line.kind.rawValue, record: line.id,
                differences: isAnother
                    ? [.init(field: "record", logged: Self.id(members), found: line.id)] : differences,
                message: isAnother
                    ? Text(zh: "此处应是另一条记录", en: "another record stands here than was logged")
                    : Text(zh: "记录被改动", en: "the record was changed")))
    }

    /// Records beyond the last leaf, and those without a leaf.
    private mutating func compareRest(_ report: inout VerificationReport) throws {
        for place in lines.indices {
            while lines[place].line != nil {
                report.add(inserted(lines[place]))
                try lines[place].advance()
            }
        }
    }

    private func inserted(_ line: RecordLines) -> VerificationReport.Finding {
        .init(
            problem: .inserted, leaf: line.line?.leaf, kind: line.kind.rawValue, record: line.id, differences: [],
            message: Text(zh: "透明日志中没有这条记录", en: "the log does not know this record"))
    }

    /// Leaves of kinds whose records are in no export.
    private static func isOfAnotherKind(_ leaf: UnsafeRawBufferPointer) -> Bool {
        guard let kind = LeafText.members(of: leaf)?["kind"] else { return false }
        return LogRecordKind(rawValue: plain(kind)) == nil
    }

    private static func id(_ members: [String: String]) -> String? { (members["id"] ?? members["entry"]).map(plain) }
    private static func plain(_ json: String) -> String { json.filter { $0 != "\"" } }
}
