/// A statement as one connection has prepared it. Touched under the wire's lock alone.
final class PreparedStatement {
    let sql: String
    let types: [PostgresType]
    let name: String
    /// The columns of its rows, as the last answer had them.
    var columns: ColumnNames?
    /// When it was last asked for, in the cache's own counting.
    var used: UInt64 = 0

    init(_ statement: Statement, name: String) {
        sql = statement.sql
        types = statement.parameters.map(\.type)
        self.name = name
    }

    /// The same text with parameters of other types is another statement to the server; so is one that differs in bytes
    /// alone, which Swift's own comparison takes for the same (Unicode canonical equivalence).
    func fits(_ statement: Statement) -> Bool {
        let parameters = statement.parameters
        guard types.count == parameters.count, isOfTheSameBytes(statement.sql) else { return false }
        for index in types.indices where types[index] != parameters[index].type { return false }
        return true
    }

    private func isOfTheSameBytes(_ text: String) -> Bool {
        let same = sql.utf8.withContiguousStorageIfAvailable { mine in
            text.utf8.withContiguousStorageIfAvailable { other in
                mine.count == other.count && mine.elementsEqual(other)
            }
        }
        return (same ?? nil) ?? sql.utf8.elementsEqual(text.utf8)
    }
}
