/// The prepared statements of one connection, least recently used first out. A value: the connection carries out what
/// it says.
struct StatementCache {
    struct Key: Hashable {
        var sql: String
        var types: [PostgresType]
    }

    struct Prepared {
        var name: String
        var columns: ColumnNames?
        fileprivate var used: UInt64
    }

    let limit: Int
    private var prepared: [Key: Prepared] = [:]
    private var clock: UInt64 = 0
    private var names: UInt64 = 0

    init(limit: Int) { self.limit = max(limit, 1) }

    var count: Int { prepared.count }

    mutating func lookup(_ key: Key) -> Prepared? {
        guard prepared[key] != nil else { return nil }
        clock += 1
        prepared[key]?.used = clock
        return prepared[key]
    }

    /// Reserves a name for a statement that is about to be prepared.
    mutating func insert(_ key: Key) -> Prepared {
        clock += 1
        names += 1
        let entry = Prepared(name: "s\(names)", columns: nil, used: clock)
        prepared[key] = entry
        return entry
    }

    mutating func remember(columns: ColumnNames, for key: Key) { prepared[key]?.columns = columns }
    mutating func remove(_ key: Key) { prepared[key] = nil }
    mutating func removeAll() { prepared = [:] }

    /// The names to deallocate so that the limit holds, never one of `keeping`.
    mutating func evict(keeping: Set<Key>) -> [String] {
        var evicted: [String] = []
        while prepared.count > limit {
            let oldest = prepared.filter { !keeping.contains($0.key) }.min { $0.value.used < $1.value.used }
            guard let oldest else { break }
            prepared[oldest.key] = nil
            evicted.append(oldest.value.name)
        }
        return evicted
    }
}
