import Foundation
import TransparencyLog

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Where a log's checkpoint, tiles and bundles come from: a folder, or a server that need not be honest.
public struct LogSource: Sendable {
    public enum Mistake: Error, CustomStringConvertible {
        case missing(String)
        case refused(String, status: Int)

        public var description: String {
            switch self {
            case .missing(let path): "\(path) is not there"
            case .refused(let path, let status): "\(path): the server answered \(status)"
            }
        }
    }

    /// The bytes at a path below the log's prefix; nil where there is nothing.
    public var read: @Sendable (String) async throws -> [UInt8]?

    public init(read: @escaping @Sendable (String) async throws -> [UInt8]?) { self.read = read }

    public static func folder(_ folder: URL) -> LogSource {
        LogSource { path in
            try await Blocking.run {
                let file = folder.appendingPathComponent(path)
                guard FileManager.default.fileExists(atPath: file.path) else { return nil }
                do {
                    return [UInt8](try Data(contentsOf: file))
                } catch {
                    throw LogFolder.Mistake.unreadable(file.path, why: error.localizedDescription)
                }
            }
        }
    }

    /// - Parameter prefix: such as `https://jxjy.example/log`.
    public static func server(_ prefix: URL) -> LogSource {
        LogSource { path in
            var request = URLRequest(url: prefix.appendingPathComponent(path))
            request.timeoutInterval = 60
            let (data, response) = try await URLSession.shared.data(for: request)
            let status = (response as? HTTPURLResponse)?.statusCode ?? 0
            if status == 404 { return nil }
            guard status == 200 else { throw Mistake.refused(path, status: status) }
            return [UInt8](data)
        }
    }

    /// A partial tile may have given way to the full one (C2SP tlog-tiles); as much of it is taken as was asked for.
    public func tile(_ path: TilePath) async throws -> [UInt8] {
        if let bytes = try await read(path.path) { return bytes }
        guard path.isPartial, let bytes = try await read(path.full.path) else { throw Mistake.missing(path.path) }
        switch path.content {
        case .hashes: return Array(bytes.prefix(path.count * TreeHash.byteCount))
        case .entries: return try EntryBundle.encode(Array(try EntryBundle.decode(bytes).prefix(path.count)))
        }
    }

    public func tree(size: UInt64) -> TileTree {
        TileTree(size: size) { paths in
            var tiles: [TilePath: [UInt8]] = [:]
            for path in paths { tiles[path] = try await tile(path) }
            return tiles
        }
    }

    public func checkpoint() async throws -> SignedCheckpoint {
        guard let bytes = try await read("checkpoint") else { throw Mistake.missing("checkpoint") }
        return try SignedCheckpoint(bytes: bytes)
    }
}
