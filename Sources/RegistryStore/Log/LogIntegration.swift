import PostgresClient
import TransparencyLog

extension RegistryStore {
    /// One sequencer at a time, in whatever process.
    private static let logLock: Int64 = 0x6365_7265_6C6F
    private static let logBatch = 20_000

    /// Gives every record that is committed and waits its place in the tree, in order, and completes the tree above.
    /// Nobody who records waits for it; where another process is at it, this one waits and finds nothing left to do.
    ///
    /// - Returns: the leaves there are now.
    @discardableResult
    public func integrateLog() async throws -> UInt64 {
        var after: Int64 = 0
        while true {
            try Task.checkCancellation()
            let from = after
            let step = try await translating { try await integrateBatch(after: from) }
            guard let last = step.last else { return step.size }
            after = last
        }
    }

    private func integrateBatch(after: Int64) async throws -> (last: Int64?, size: UInt64) {
        try await pool.withTransaction(retries: 0) { sql in
            // The auditor's eyes: a leaf is made of any record, whoever's it is.
            _ = try await sql.pipeline([
                "SELECT set_config('ceregistry.role', 'auditor', true)",
                "SELECT pg_advisory_xact_lock(\(Self.logLock))",
            ])
            // Statements after the lock see what the one who held it has committed (READ COMMITTED).
            let base = try await sql.execute("SELECT coalesce(max(leaf_index) + 1, 0) AS n FROM log_leaves")[0]
                .decode("n", as: Int64.self)
            let row = try await sql.execute(Self.integrating(after: after, limit: Self.logBatch, base: base))[0]
            let written = try row.decode("written", as: Int64.self)
            if written > 0 { try await Self.completeNodes(from: UInt64(base), to: UInt64(base + written), sql) }
            return (try row.decodeIfPresent("last", as: Int64.self), UInt64(base + written))
        }
    }

    /// What is in the queue and cannot be made a leaf (its record is gone) stays there for the audit to find.
    static func integrating(after: Int64, limit: Int, base: Int64) -> Statement {
        let made = LeafSQL.all.map { leaf in
            """
            SELECT h.ordinal, h.kind, h.record_id, \(LeafSQL.data(leaf.fragments())) AS data
            FROM head h JOIN \(leaf.table) r ON r.\(leaf.key) = h.record_id
            JOIN log_openings o ON o.kind = h.kind AND o.record_id = h.record_id
            WHERE h.kind = '\(leaf.kind.rawValue)'
              AND NOT EXISTS (SELECT FROM log_leaves l WHERE l.kind = h.kind AND l.record_id = h.record_id)
            """
        }
        return Statement(
            """
            WITH head AS MATERIALIZED (
                SELECT ordinal, kind, record_id FROM log_queue WHERE ordinal > $1 ORDER BY ordinal LIMIT $2
            ), made AS MATERIALIZED (
                \(made.joined(separator: "\nUNION ALL\n"))
            ), taken AS (
                DELETE FROM log_queue q USING made m WHERE q.ordinal = m.ordinal
            ), written AS (
                INSERT INTO log_leaves (leaf_index, kind, record_id, data, hash)
                SELECT $3 + row_number() OVER (ORDER BY ordinal) - 1, kind, record_id, data, \(LeafSQL.hash("data")) FROM made
                RETURNING 1
            )
            SELECT (SELECT max(ordinal) FROM head) AS last, (SELECT count(*) FROM written) AS written
            """, [Parameter(after), Parameter(Int64(limit)), Parameter(base)])
    }

    /// The hashes above every 256 that are complete now and were not before.
    private static func completeNodes(from old: UInt64, to new: UInt64, _ sql: PostgresTransaction) async throws {
        let width = UInt64(TilePath.width)
        var (before, now) = (old / width, new / width)
        for level in 1...7 where now > before {
            let rows: Statement =
                level == 1
                ? """
                SELECT string_agg(hash, '' ORDER BY leaf_index) AS hashes FROM log_leaves
                WHERE leaf_index >= \(Int64(before * width)) AND leaf_index < \(Int64(now * width))
                """
                : """
                SELECT string_agg(hash, '' ORDER BY node_index) AS hashes FROM log_nodes WHERE level = \(Int32(level - 1))
                AND node_index >= \(Int64(before * width)) AND node_index < \(Int64(now * width))
                """
            let bytes = try await sql.execute(rows)[0].decode("hashes", as: [UInt8].self)
            let size = TilePath.width * TreeHash.byteCount
            let nodes = stride(from: 0, to: bytes.count, by: size).compactMap { start in
                Tile(bytes: Array(bytes[start..<min(start + size, bytes.count)]))?.hash(over: 0..<TilePath.width)?.bytes
            }
            guard nodes.count == Int(now - before) else {
                throw StoreError.unavailable("the transparency log lacks leaves; ceregistry log verify names them")
            }
            _ = try await sql.execute(
                """
                INSERT INTO log_nodes (level, node_index, hash)
                SELECT \(Int32(level)), \(Int64(before)) + n.place - 1, n.hash FROM unnest(\(nodes)) WITH ORDINALITY n (hash, place)
                """)
            (before, now) = (before / width, now / width)
        }
    }
}
