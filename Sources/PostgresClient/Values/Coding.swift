/// A value that can be sent as a parameter, in PostgreSQL's binary format.
public protocol PostgresEncodable: Sendable {
    static var postgresType: PostgresType { get }
    /// Appends the value's binary form, without its length.
    func encode(into buffer: inout [UInt8])
}

/// A value that can be read from a column in PostgreSQL's binary format.
public protocol PostgresDecodable: Sendable {
    /// - Throws: `ValueMismatch` where the bytes or the type are not this value's.
    static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) throws -> Self
}

/// A column's bytes do not make the value asked for; the row adds the column's name.
struct ValueMismatch: Error {
    var type: PostgresType
}

extension UnsafeRawBufferPointer {
    /// An integer in network byte order that fills the whole buffer.
    func bigEndian<Integer: FixedWidthInteger>(_ integer: Integer.Type, type: PostgresType) throws -> Integer {
        guard count == MemoryLayout<Integer>.size else { throw ValueMismatch(type: type) }
        return Integer(bigEndian: loadUnaligned(as: Integer.self))
    }

    func bigEndian<Integer: FixedWidthInteger>(_ integer: Integer.Type, at offset: Int, type: PostgresType) throws
        -> Integer
    {
        guard offset >= 0, offset + MemoryLayout<Integer>.size <= count else { throw ValueMismatch(type: type) }
        return Integer(bigEndian: loadUnaligned(fromByteOffset: offset, as: Integer.self))
    }
}

extension [UInt8] {
    mutating func append(bigEndian integer: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: integer.bigEndian) { append(contentsOf: $0) }
    }
}
