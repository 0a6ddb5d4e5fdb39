/// A value that can be sent as a parameter, in PostgreSQL's binary format.
public protocol PostgresEncodable: Sendable {
    static var postgresType: PostgresType { get }
    /// Appends the value's binary form, without its length.
    func encode(into buffer: inout [UInt8])
    /// The same form where it is small enough to need no buffer; nil otherwise.
    var postgresSmallValue: SmallValue? { get }
    /// Whether it is sent as NULL; only an optional is.
    var isNull: Bool { get }
    /// As PostgreSQL would read it, for COPY in its text format.
    ///
    /// - Throws: `PostgresClientError.copy` where the type has no text form here.
    func postgresText() throws -> String
}

extension PostgresEncodable {
    public var postgresSmallValue: SmallValue? { nil }
    public var isNull: Bool { false }
    public func postgresText() throws -> String { throw PostgresClientError.copy("\(Self.self) has no text form") }
}

/// A value that can be read from a column in PostgreSQL's binary format.
public protocol PostgresDecodable: Sendable {
    /// - Throws: where the bytes or the type are not this value's; the row adds the column's name.
    static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) throws -> Self
    /// From COPY in its text format.
    static func decode(text: String) throws -> Self
    /// What NULL is; nil where it is no such value. Only an optional has one.
    static var null: Self? { get }
    /// The type whose binary form it reads where the type is not said, as in COPY.
    static var postgresColumnType: PostgresType { get }
}

extension PostgresDecodable {
    public static func decode(text: String) throws -> Self { throw ValueMismatch(type: .text) }
    @inlinable public static var null: Self? { nil }
    public static var postgresColumnType: PostgresType { .unknown }
}

extension PostgresDecodable where Self: PostgresEncodable {
    public static var postgresColumnType: PostgresType { postgresType }
}

/// A column's bytes do not make the value asked for; the row adds the column's name.
@usableFromInline
struct ValueMismatch: Error {
    @usableFromInline var type: PostgresType

    @usableFromInline
    init(type: PostgresType) { self.type = type }
}

/// NULL and the value, as an element of an array, a field of COPY, or a column.
extension Optional: PostgresEncodable where Wrapped: PostgresEncodable {
    public static var postgresType: PostgresType { Wrapped.postgresType }
    public func encode(into buffer: inout [UInt8]) { self?.encode(into: &buffer) }
    public var isNull: Bool { self == nil ? true : self?.isNull ?? true }
    public func postgresText() throws -> String { try self?.postgresText() ?? "" }
}

extension Optional: PostgresDecodable where Wrapped: PostgresDecodable {
    @inlinable
    public static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) throws -> Wrapped? {
        try Wrapped.decode(bytes, type: type)
    }
    public static func decode(text: String) throws -> Wrapped? { try Wrapped.decode(text: text) }
    @inlinable public static var null: Wrapped?? { .some(nil) }
    public static var postgresColumnType: PostgresType { Wrapped.postgresColumnType }
}

extension UnsafeRawBufferPointer {
    /// An integer in network byte order that fills the whole buffer.
    @inlinable @inline(__always)
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

    /// Writes over what is there.
    mutating func set(bigEndian integer: some FixedWidthInteger, at offset: Int) {
        Swift.withUnsafeBytes(of: integer.bigEndian) { source in
            for (index, byte) in source.enumerated() { self[offset + index] = byte }
        }
    }
}
