import CLibPQ
import Synchronization

/// The column names of a statement, kept with its plan.
@usableFromInline
final class ColumnNames: Sendable {
    /// Among so few names looking at each is quicker than hashing.
    private static let few = 12
    @usableFromInline let names: [String]
    private let indices: [String: Int32]

    init(_ result: OpaquePointer) {
        names = (0..<PQnfields(result)).map { String(cString: PQfname(result, $0)) }
        indices =
            names.count <= Self.few
            ? [:] : Dictionary(names.enumerated().map { ($1, Int32($0)) }, uniquingKeysWith: { first, _ in first })
    }

    /// The first of that name.
    @usableFromInline
    func index(of name: String) -> Int32? {
        names.count <= Self.few ? names.firstIndex(of: name).map(Int32.init) : indices[name]
    }

    func fit(_ result: OpaquePointer) -> Bool { names.count == Int(PQnfields(result)) }
}

/// Owns a `PGresult`. `@unchecked Sendable`: after libpq hands a result over nothing changes it, and all accessors used
/// here only read (libpq chapter 34.20).
@usableFromInline
final class ResultBox: @unchecked Sendable {
    @usableFromInline let pointer: OpaquePointer
    init(_ pointer: OpaquePointer) { self.pointer = pointer }
    deinit { PQclear(pointer) }
}

/// The rows of one statement. They live in libpq's memory until the last row value is gone.
public struct QueryResult: Sendable, RandomAccessCollection {
    @usableFromInline let box: ResultBox
    @usableFromInline let names: ColumnNames

    /// Names, as the statement gives them; two may be the same.
    public var columns: [String] { names.names }
    @inlinable public var startIndex: Int { 0 }
    @inlinable public var endIndex: Int { Int(PQntuples(box.pointer)) }
    @inlinable
    public subscript(index: Int) -> Row {
        precondition(indices.contains(index), "row \(index) of \(count)")
        return Row(result: self, index: Int32(index))
    }

    /// Such as `INSERT 0 1`.
    public var commandTag: String { String(cString: PQcmdStatus(box.pointer)) }
    var endedTransaction: Bool { commandTag == "COMMIT" || commandTag == "ROLLBACK" }

    /// Rows that the command inserted, changed, deleted, read or copied.
    public var affectedRows: Int { Int(String(cString: PQcmdTuples(box.pointer))) ?? 0 }
}

/// One row, decoded column by column on demand.
public struct Row: Sendable {
    @usableFromInline let result: QueryResult
    @usableFromInline let index: Int32

    @usableFromInline
    init(result: QueryResult, index: Int32) {
        self.result = result
        self.index = index
    }

    /// - Throws: `PostgresClientError.noSuchColumn`, or `.decoding` naming the column where the value is NULL or is of
    ///   another type.
    @inlinable
    public func decode<Value: PostgresDecodable>(_ column: String, as type: Value.Type = Value.self) throws -> Value {
        guard let number = result.names.index(of: column) else { throw PostgresClientError.noSuchColumn(column) }
        return try value(number)
    }

    /// Nil where the column is NULL.
    @inlinable
    public func decodeIfPresent<Value: PostgresDecodable>(_ column: String, as type: Value.Type = Value.self) throws
        -> Value?
    {
        guard let number = result.names.index(of: column) else { throw PostgresClientError.noSuchColumn(column) }
        guard PQgetisnull(result.box.pointer, index, number) == 0 else { return nil }
        return try value(number)
    }

    /// - Parameter position: counted from 0.
    @inlinable
    public func decode<Value: PostgresDecodable>(at position: Int, as type: Value.Type = Value.self) throws -> Value {
        guard result.names.names.indices.contains(position) else {
            throw PostgresClientError.noSuchColumn("\(position)")
        }
        return try value(Int32(position))
    }

    /// The first columns in their order, such as `row.decode(as: (Int.self, String?.self))`: quicker than by name.
    @inlinable
    public func decode<each Value: PostgresDecodable>(as types: (repeat (each Value).Type)) throws -> (
        repeat each Value
    ) {
        var position: Int32 = -1
        func next<One: PostgresDecodable>(_ type: One.Type) throws -> One {
            position += 1
            guard position < result.names.names.count else { throw PostgresClientError.noSuchColumn("\(position)") }
            return try value(position)
        }
        return (repeat try next(each types))
    }

    @inlinable
    func value<Value: PostgresDecodable>(_ number: Int32) throws -> Value {
        try withExtendedLifetime(result.box) { box in
            let length = Int(PQgetlength(box.pointer, index, number))
            if length == 0, PQgetisnull(box.pointer, index, number) == 1 {
                if let null = Value.null { return null }
                throw mismatch(number, Value.self, isNull: true)
            }
            let bytes = UnsafeRawBufferPointer(start: PQgetvalue(box.pointer, index, number), count: length)
            do {
                return try Value.decode(bytes, type: PostgresType(rawValue: PQftype(box.pointer, number)))
            } catch {
                throw mismatch(number, Value.self, isNull: false)
            }
        }
    }

    @usableFromInline
    func mismatch(_ number: Int32, _ type: any Any.Type, isNull: Bool) -> PostgresClientError {
        .decoding(
            column: result.names.names[Int(number)], expected: "\(type)",
            found: PostgresType(rawValue: PQftype(result.box.pointer, number)), isNull: isNull)
    }
}
