import PostgresClient
import TransparencyLog

/// The transparency log as it is in the database: tiles and entry bundles as `TilePath` addresses them. Nothing in it names
/// a person, so nobody is asked who they are.
extension RegistryStore {
    /// The tree of the first `size` leaves.
    public func logTree(size: UInt64) -> TileTree {
        TileTree(size: size) { [self] paths in try await logTiles(paths) }
    }

    /// The bytes of each tile or bundle; one that is not there, or not as wide, is left out.
    public func logTiles(_ paths: [TilePath]) async throws -> [TilePath: [UInt8]] {
        try await translating { try await Self.tiles(paths, pool) }
    }

    static func tiles(_ paths: [TilePath], _ sql: any PostgresExecutor) async throws -> [TilePath: [UInt8]] {
        let asked = paths.filter { $0.index < UInt64(Int64.max) / UInt64(TilePath.width) }
        guard !asked.isEmpty else { return [:] }
        let results = try await sql.pipeline(asked.map(reading))
        var tiles: [TilePath: [UInt8]] = [:]
        for (path, result) in zip(asked, results) {
            guard let row = result.first, try row.decode("n", as: Int64.self) == Int64(path.count) else { continue }
            tiles[path] = try row.decodeIfPresent("bytes", as: [UInt8].self)
        }
        return tiles
    }

    private static func reading(_ path: TilePath) -> Statement {
        let first = Int64(path.index) * Int64(TilePath.width)
        let end = first + Int64(path.count)
        return switch path.content {
        case .entries:
            """
            SELECT count(*) AS n, string_agg(substring(int4send(octet_length(data)) from 3) || convert_to(data, 'UTF8'), ''
                   ORDER BY leaf_index) AS bytes
            FROM log_leaves WHERE leaf_index >= \(first) AND leaf_index < \(end)
            """
        case .hashes(level: 0):
            """
            SELECT count(*) AS n, string_agg(hash, '' ORDER BY leaf_index) AS bytes
            FROM log_leaves WHERE leaf_index >= \(first) AND leaf_index < \(end)
            """
        case .hashes(let level):
            """
            SELECT count(*) AS n, string_agg(hash, '' ORDER BY node_index) AS bytes
            FROM log_nodes WHERE level = \(Int32(level)) AND node_index >= \(first) AND node_index < \(end)
            """
        }
    }
}
