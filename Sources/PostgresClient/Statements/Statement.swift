/// SQL with parameters. An interpolated value becomes a parameter, never text:
/// `"SELECT name FROM learners WHERE id = \(id)"` sends `… WHERE id = $1`.
///
/// One statement holds one command; it is prepared once for each connection and its plan is kept.
public struct Statement: Sendable, ExpressibleByStringInterpolation {
    /// One command, with `$1` for the first parameter.
    public var sql: String
    /// In the order of their numbers.
    public var parameters: [Parameter]

    /// - Parameter sql: one command with `$1`, `$2`, …
    public init(_ sql: String, _ parameters: [Parameter] = []) {
        self.sql = sql
        self.parameters = parameters
    }

    /// - Throws: `PostgresClientError.tooLarge`, before anything of it is on the wire.
    func checkSize() throws {
        guard parameters.count <= Int(UInt16.max) else {
            throw PostgresClientError.tooLarge("\(parameters.count) parameters; the protocol counts 65,535")
        }
        let bytes = parameters.reduce(sql.utf8.count) { $0 + ($1.size ?? 0) }
        guard bytes < 1 << 30 else {
            throw PostgresClientError.tooLarge("\(bytes) bytes in one statement; PostgreSQL takes less than 1 GB")
        }
    }

    public init(stringLiteral value: String) { self.init(value) }

    public init(stringInterpolation: StringInterpolation) {
        self.init(stringInterpolation.sql, stringInterpolation.parameters)
    }

    /// Collects the text and, apart from it, the values.
    public struct StringInterpolation: StringInterpolationProtocol {
        var sql = ""
        var parameters: [Parameter] = []

        public init(literalCapacity: Int, interpolationCount: Int) {
            sql.reserveCapacity(literalCapacity + interpolationCount * 3)
            parameters.reserveCapacity(interpolationCount)
        }

        public mutating func appendLiteral(_ literal: String) { sql += literal }

        /// A parameter of the value's own PostgreSQL type; nil is NULL of it.
        public mutating func appendInterpolation<Value: PostgresEncodable>(_ value: Value?) {
            parameters.append(Parameter(value))
            sql += "$\(parameters.count)"
        }

        /// A fragment of SQL from the program itself, such as a list of columns. Never a value.
        public mutating func appendInterpolation(unescaped sql: String) { self.sql += sql }
    }
}
