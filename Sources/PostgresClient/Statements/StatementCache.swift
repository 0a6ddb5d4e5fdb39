/// The prepared statements of one connection, least recently used first out. A value: the connection carries out what
/// it says.
///
/// Names begin with a word of the connection's own: behind a pooler that knows nothing of prepared statements another
/// client's statement must never answer to ours.
struct StatementCache {
    struct Key: Hashable {
        var sql: String
        var types: [PostgresType]
    }

    private struct Prepared {
        var name: String
        var columns: ColumnNames?
        var used: UInt64
    }

    /// So often may the server not know what was prepared before it is taken for a pooler that gives each transaction
    /// another session.
    private static let lossesAllowed = 3

    let limit: Int
    private let word: String
    private(set) var isInUse: Bool
    private let mayGiveUp: Bool
    private var losses = 0
    private var prepared: [Key: Prepared] = [:]
    private var evicted: [String] = []
    private var clock: UInt64 = 0
    private var names: UInt64 = 0

    init(
        limit: Int, mode: ConnectionConfiguration.PreparedStatements = .automatic,
        word: String = "s" + String(UInt32.random(in: 0 ... .max), radix: 36)
    ) {
        self.limit = max(limit, 1)
        self.word = word
        isInUse = mode != .none
        mayGiveUp = mode == .automatic
    }

    var count: Int { prepared.count }

    mutating func name(of key: Key) -> String? {
        guard let index = prepared.index(forKey: key) else { return nil }
        clock += 1
        prepared.values[index].used = clock
        return prepared.values[index].name
    }

    func columns(of key: Key) -> ColumnNames? { prepared[key]?.columns }

    /// The name for a statement that is about to be prepared. What is over the limit leaves, to be deallocated.
    mutating func insert(_ key: Key) -> String {
        clock += 1
        names += 1
        let name = "\(word)_\(names)"
        prepared[key] = Prepared(name: name, columns: nil, used: clock)
        if prepared.count > limit, let oldest = prepared.min(by: { $0.value.used < $1.value.used }) {
            prepared[oldest.key] = nil
            evicted.append(oldest.value.name)
        }
        return name
    }

    mutating func remember(columns: ColumnNames, for key: Key) { prepared[key]?.columns = columns }

    /// It could not be prepared. Only where it is still the one of this name: it may have been prepared anew since.
    mutating func forget(_ key: Key, name: String) {
        if prepared[key]?.name == name { prepared[key] = nil }
    }

    /// The names to deallocate. They are sent after whatever still used them.
    mutating func takeEvicted() -> [String] {
        defer { evicted = [] }
        return evicted
    }

    /// DEALLOCATE was not carried out: once more, next time.
    mutating func stillEvicted(_ name: String) { evicted.append(name) }

    /// DISCARD ALL, a change of schema, or a pooler: what is believed to be prepared is not, or not any more. Where the
    /// server loses statements again and again, none are prepared from then on.
    mutating func serverForgot(_ error: PostgresError) {
        prepared = [:]
        guard error.sqlState == .invalidStatementName else { return }
        // Deallocating what is not there would fail.
        evicted = []
        losses += 1
        if losses > Self.lossesAllowed, mayGiveUp { isInUse = false }
    }
}
