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

    /// The same text with parameters of other types is another statement to the server.
    func fits(_ parameters: [Parameter]) -> Bool {
        guard types.count == parameters.count else { return false }
        for index in types.indices where types[index] != parameters[index].type { return false }
        return true
    }
}
