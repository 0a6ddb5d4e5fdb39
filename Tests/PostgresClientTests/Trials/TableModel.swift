/// What the property test knows of its part of the table: every table that there may be. An operation of unknown effect
/// leaves both what was and what would be; whatever is read later rules out those that do not fit.
struct TableModel: Sendable {
    typealias Table = [Int32: Int32]

    enum Change: Sendable, CustomStringConvertible {
        case insert(Int32, Int32)
        case update(Int32, Int32)
        case delete(Int32)
        case read(Int32)
        case readAll

        var description: String {
            switch self {
            case .insert(let key, let value): "insert \(key): \(value)"
            case .update(let key, let value): "update \(key): \(value)"
            case .delete(let key): "delete \(key)"
            case .read(let key): "read \(key)"
            case .readAll: "read all"
            }
        }
    }

    /// What a caller sees of a change.
    enum Seen: Hashable, Sendable {
        case rows(Int)
        case value(Int32?)
        case all(Table)
    }

    /// What a caller sees of several changes that take effect together.
    enum Outcome: Hashable, Sendable {
        case seen([Seen])
        /// A key was there already: nothing took effect.
        case violation
    }

    private(set) var possible: Set<Table> = [[:]]

    /// - Parameter isKept: false for a transaction that its closure abandons.
    private static func apply(_ changes: [Change], to table: Table, isKept: Bool) -> (Table, Outcome) {
        var next = table
        var seen: [Seen] = []
        for change in changes {
            switch change {
            case .insert(let key, let value):
                guard next[key] == nil else { return (table, .violation) }
                next[key] = value
                seen.append(.rows(1))
            case .update(let key, let value):
                seen.append(.rows(next[key] == nil ? 0 : 1))
                if next[key] != nil { next[key] = value }
            case .delete(let key): seen.append(.rows(next.removeValue(forKey: key) == nil ? 0 : 1))
            case .read(let key): seen.append(.value(next[key]))
            case .readAll: seen.append(.all(next))
            }
        }
        return (isKept ? next : table, .seen(seen))
    }

    /// False where no table that there may be fits what was seen.
    mutating func saw(_ outcome: Outcome, of changes: [Change], isKept: Bool = true) -> Bool {
        possible = Set(
            possible.compactMap { table in
                let (next, expected) = Self.apply(changes, to: table, isKept: isKept)
                return expected == outcome ? next : nil
            })
        return !possible.isEmpty
    }

    mutating func mayHaveDone(_ changes: [Change]) {
        possible.formUnion(possible.map { Self.apply(changes, to: $0, isKept: true).0 })
    }
}
