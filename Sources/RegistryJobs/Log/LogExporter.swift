import Foundation
import RegistryDomain
import RegistryStore
import TransparencyLog

/// Writes the log to a folder that `ceregistry verify` checks without the register:
///
/// ```
/// export.json            what it is: origin, tree size, whether records are in it
/// keys                   the log's verifier keys, as the log says
/// checkpoint             the newest, where C2SP tlog-tiles looks for it
/// checkpoints/…          every one that was signed
/// tile/…                 the tree and its leaves (C2SP tlog-tiles): the folder can be served as it is
/// records/*.jsonl        decisions, register entries and reversals as they are now, with what opens their leaves
/// ```
public struct LogExporter: Sendable {
    /// `export.json`.
    public struct Manifest: Codable, Sendable {
        public var format: String = LogExporter.format
        public var origin: String
        public var size: UInt64
        public var records: Bool
        /// Records that had no leaf yet, and are not in it.
        public var waiting: Int
    }

    static let format = "ceregistry-log-1"
    private static let batch = 64

    let keeper: LogKeeper
    let folder: URL

    public init(keeper: LogKeeper, folder: URL) {
        self.keeper = keeper
        self.folder = folder
    }

    /// Signs what has been recorded, where a key is here, and writes it all into an empty or new folder.
    ///
    /// - Parameter caller: who gets the records and what opens the leaves; nil writes the tree alone, which names nobody.
    /// - Throws: `StoreError.forbidden`, `LogKeeper.Mistake`, `LogFolder.Mistake`.
    public func run(as caller: Caller?) async throws -> Manifest {
        let folder = folder
        try await Blocking.run {
            try DurableFile.makeFolder(folder, mode: caller == nil ? 0o755 : 0o700)
            guard try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty else {
                throw LogFolder.Mistake.unwritable(folder.path, why: "it is not empty")
            }
        }
        _ = try await keeper.checkpoint()
        if let caller { return try await keeper.store.exportLog(as: caller) { try await write($0, records: true) } }
        return try await keeper.store.exportTree { try await write($0, records: false) }
    }

    private func write(_ reader: LogExportReader, records: Bool) async throws -> Manifest {
        if records {
            for kind in LogRecordKind.allCases {
                try await write(try await reader.records(kind), to: "records/\(kind.fileName)")
            }
        }
        let paths = TilePath.all(inTreeOf: reader.size)
        for start in stride(from: 0, to: paths.count, by: Self.batch) {
            let part = Array(paths[start..<min(start + Self.batch, paths.count)])
            let tiles = try await reader.tiles(part)
            let folder = folder
            try await Blocking.run {
                for path in part { try Self.put(tiles[path] ?? [], at: path.path, in: folder) }
            }
        }
        return try await writeCheckpoints(reader, records: records)
    }

    private func writeCheckpoints(_ reader: LogExportReader, records: Bool) async throws -> Manifest {
        let (source, folder) = (keeper.folder, folder)
        return try await Blocking.run {
            let all = try source.all()
            let keys = try source.keys()
            let manifest = Manifest(
                origin: keys.lines.last?.key.name ?? "", size: reader.size, records: records, waiting: reader.waiting)
            for (name, checkpoint) in all {
                try Self.put(checkpoint.bytes, at: "checkpoints/\(name)", in: folder)
            }
            if let newest = all.last { try Self.put(newest.checkpoint.bytes, at: "checkpoint", in: folder) }
            try Self.put(Array(keys.text.utf8), at: "keys", in: folder)
            try Self.put(try RegistryJSON.bytes(manifest, pretty: true), at: "export.json", in: folder)
            return manifest
        }
    }

    private func write(_ chunks: some AsyncSequence<[UInt8], any Error>, to path: String) async throws {
        let file = folder.appendingPathComponent(path)
        let handle = try await Blocking.run {
            try DurableFile.makeFolder(file.deletingLastPathComponent(), mode: 0o700)
            guard FileManager.default.createFile(atPath: file.path, contents: nil) else {
                throw LogFolder.Mistake.unwritable(file.path, why: "it cannot be made")
            }
            return try FileHandle(forWritingTo: file)
        }
        for try await chunk in chunks { try await Blocking.run { try handle.write(contentsOf: chunk) } }
        try await Blocking.run { try handle.close() }
    }

    private static func put(_ bytes: [UInt8], at path: String, in folder: URL) throws {
        let file = folder.appendingPathComponent(path)
        try DurableFile.makeFolder(file.deletingLastPathComponent())
        do {
            try Data(bytes).write(to: file)
        } catch {
            throw LogFolder.Mistake.unwritable(file.path, why: error.localizedDescription)
        }
    }
}

extension LogRecordKind {
    var fileName: String {
        switch self {
        case .decision: "decisions.jsonl"
        case .entry: "entries.jsonl"
        case .reversal: "reversals.jsonl"
        case .erasure: "erasures.jsonl"
        }
    }
}
