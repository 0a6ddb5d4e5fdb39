/// The prepared statements of one connection, least recently used first out. The connection carries out what it says.
///
/// Names begin with a word of the connection's own: behind a pooler that knows nothing of prepared statements another
/// client's statement must never answer to ours.
struct StatementCache {
    /// So often may the server not know what was prepared before it is taken for a pooler that gives each transaction
    /// another session.
    private static let lossesAllowed = 3

    let limit: Int
    private let word: String
    private(set) var isInUse: Bool
    private let mayGiveUp: Bool
    private var losses = 0
    /// By text; nearly always one of each.
    private var prepared: [String: [PreparedStatement]] = [:]
    private(set) var count = 0
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

    mutating func find(_ statement: Statement) -> PreparedStatement? {
        guard let known = prepared[statement.sql]?.first(where: { $0.fits(statement) }) else { return nil }
        clock += 1
        known.used = clock
        return known
    }

    /// A statement that is about to be prepared, with its name. What is over the limit leaves, to be deallocated.
    mutating func insert(_ statement: Statement) -> PreparedStatement {
        clock += 1
        names += 1
        let new = PreparedStatement(statement, name: "\(word)_\(names)")
        new.used = clock
        prepared[statement.sql, default: []].append(new)
        count += 1
        if count > limit, let oldest = prepared.values.joined().min(by: { $0.used < $1.used }) {
            forget(oldest)
            evicted.append(oldest.name)
        }
        return new
    }

    /// It could not be prepared.
    mutating func forget(_ statement: PreparedStatement) {
        guard var sameText = prepared[statement.sql], let index = sameText.firstIndex(where: { $0 === statement })
        else {
            return
        }
        sameText.remove(at: index)
        prepared[statement.sql] = sameText.isEmpty ? nil : sameText
        count -= 1
    }

    /// The names to deallocate. They are sent after whatever still used them.
    mutating func takeEvicted() -> [String] {
        guard !evicted.isEmpty else { return [] }
        defer { evicted = [] }
        return evicted
    }

    /// DEALLOCATE was not carried out: once more, next time.
    mutating func stillEvicted(_ name: String) { evicted.append(name) }

    /// DISCARD ALL, a change of schema, or a pooler: what is believed to be prepared is not, or not any more. Where the
    /// server loses statements again and again, none are prepared from then on.
    ///
    /// - Parameter refused: what was to be run. Where it was let go already, this is the same loss seen once more.
    mutating func serverForgot(_ error: PostgresError, of refused: PreparedStatement?) {
        if let refused, prepared[refused.sql]?.contains(where: { $0 === refused }) != true { return }
        if error.sqlState != .invalidStatementName { evicted += prepared.values.joined().map(\.name) }
        prepared = [:]
        count = 0
        guard error.sqlState == .invalidStatementName else { return }
        // Deallocating what is not there would fail.
        evicted = []
        losses += 1
        if losses > Self.lossesAllowed, mayGiveUp { isInUse = false }
    }
}
