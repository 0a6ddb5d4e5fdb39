import PostgresClient
import RegistryDomain
import TransparencyLog

/// What is known of the log outside the database: the checkpoints that were handed out.
public struct LogEvidence: Sendable {
    public struct Problem: Sendable {
        public var file: String
        public var why: String

        public init(file: String, why: String) {
            self.file = file
            self.why = why
        }
    }

    /// Signed by the log's keys, as whoever read them has checked.
    public var checkpoints: [Checkpoint]
    /// Checkpoints that cannot be read, or that the log did not sign.
    public var problems: [Problem]

    public init(checkpoints: [Checkpoint] = [], problems: [Problem] = []) {
        self.checkpoints = checkpoints
        self.problems = problems
    }
}

/// The tree made again from the leaves' hashes, once over all of them in constant memory: whether the nodes above are right,
/// and whether it is the tree of each checkpoint.
struct LogTreeCheck {
    let evidence: LogEvidence

    struct Result: Sendable {
        var nodes: [(place: String, what: String)] = []
        var checkpoints: [(size: String, what: String)] = []
    }

    /// Leaves read at once: as many as one hash of level 2 stands for.
    private static let batch = UInt64(TilePath.width * TilePath.width)

    func run(_ sql: any PostgresExecutor) async throws -> Result {
        var walk = Walk(sizes: Set(evidence.checkpoints.map(\.size)))
        while true {
            let bytes = try await sql.execute(
                """
                SELECT coalesce(string_agg(hash, '' ORDER BY leaf_index), '') AS hashes FROM log_leaves
                WHERE leaf_index >= \(Int64(walk.size)) AND leaf_index < \(Int64(walk.size + Self.batch))
                """)[0].decode("hashes", as: [UInt8].self)
            try Task.checkCancellation()
            walk.take(bytes)
            if bytes.count < Int(Self.batch) * TreeHash.byteCount { break }
        }
        var result = Result()
        result.nodes = try await nodes(walk, sql)
        result.checkpoints = evidence.problems.map { ($0.file, $0.why) } + contradictions(walk)
        return result
    }

    private func contradictions(_ walk: Walk) -> [(size: String, what: String)] {
        var agreed: UInt64 = 0
        var found: [(String, String)] = []
        for checkpoint in evidence.checkpoints.sorted(by: { $0.size < $1.size }) {
            if checkpoint.size > walk.size {
                found.append(("\(checkpoint.size)", "truncated: \(walk.size) leaves"))
            } else if walk.roots[checkpoint.size] != checkpoint.root {
                found.append(("\(checkpoint.size)", "changed: leaves \(agreed)–\(checkpoint.size - 1)"))
            } else {
                agreed = checkpoint.size
            }
        }
        return found
    }

    private func nodes(_ walk: Walk, _ sql: any PostgresExecutor) async throws -> [(place: String, what: String)] {
        var found: [(String, String)] = []
        var wanted = walk.nodes
        for level in 1...7 {
            let rows = try await sql.execute(
                "SELECT node_index, hash FROM log_nodes WHERE level = \(Int32(level)) ORDER BY node_index")
            var held: [Int: [UInt8]] = [:]
            for row in rows { held[try row.decode("node_index")] = try row.decode("hash") }
            for (index, hash) in wanted.enumerated() {
                let there = held.removeValue(forKey: index)
                if there != hash.bytes { found.append(("\(level)/\(index)", there == nil ? "missing" : "changed")) }
            }
            found += held.keys.sorted().map { ("\(level)/\($0)", "surplus") }
            wanted = stride(from: 0, to: wanted.count - wanted.count % TilePath.width, by: TilePath.width).compactMap {
                Tile(Array(wanted[$0..<$0 + TilePath.width])).hash(over: 0..<TilePath.width)
            }
        }
        return found
    }

    /// The tree so far.
    private struct Walk {
        var sizes: Set<UInt64>
        private(set) var range = CompactRange()
        private(set) var nodes: [TreeHash] = []
        private(set) var roots: [UInt64: TreeHash] = [:]
        var size: UInt64 { range.size }

        init(sizes: Set<UInt64>) {
            self.sizes = sizes
            note()
        }

        mutating func take(_ bytes: [UInt8]) {
            let width = TilePath.width * TreeHash.byteCount
            for start in stride(from: 0, to: bytes.count, by: width) {
                guard let tile = Tile(bytes: Array(bytes[start..<min(start + width, bytes.count)])) else { return }
                let within = sizes.contains { $0 > size && $0 < size + UInt64(TilePath.width) }
                guard tile.hashes.count == TilePath.width, let node = tile.hash(over: 0..<TilePath.width) else {
                    append(tile.hashes)
                    return
                }
                nodes.append(node)
                if within {
                    append(tile.hashes)
                } else {
                    _ = range.append(subtree: node, height: TilePath.height)
                    note()
                }
            }
        }

        private mutating func append(_ hashes: [TreeHash]) {
            for hash in hashes {
                range.append(hash)
                note()
            }
        }

        private mutating func note() {
            if sizes.contains(size) { roots[size] = range.root }
        }
    }
}

extension AuditCheck {
    static let logNode = AuditCheck(
        name: "logNode", rule: .Q8, recordKind: "node", reach: .register,
        message: Text(
            zh: "透明日志的树节点与其下的条目不符（{detail}）", en: "a node of the log's tree is not what its leaves make ({detail})"),
        sql: "")
    static let checkpoint = AuditCheck(
        name: "checkpoint", rule: .Q8, recordKind: "checkpoint", reach: .register,
        message: Text(
            zh: "登记库与已公布的签名树头不一致（{detail}）：记录被删改，或恢复了旧备份",
            en:
                "the register contradicts a checkpoint that was handed out ({detail}): leaves were changed or removed, or an old copy was restored"
        ),
        sql: "")
}
