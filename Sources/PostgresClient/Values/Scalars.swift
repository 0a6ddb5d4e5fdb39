import Foundation

extension Bool: PostgresEncodable, PostgresDecodable {
    public static var postgresType: PostgresType { .bool }
    public func encode(into buffer: inout [UInt8]) { buffer.append(self ? 1 : 0) }
    @inlinable
    public static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) throws -> Bool {
        guard type == .bool, bytes.count == 1 else { throw ValueMismatch(type: type) }
        return bytes[0] != 0
    }
    public func postgresText() -> String { self ? "t" : "f" }
    public static func decode(text: String) throws -> Bool {
        guard text == "t" || text == "f" else { throw ValueMismatch(type: .text) }
        return text == "t"
    }
}

extension Int16: PostgresEncodable, PostgresDecodable {
    public func postgresText() -> String { description }
    public static func decode(text: String) throws -> Int16 { try Text.parse(text) }
    public static var postgresType: PostgresType { .int2 }
    public var postgresSmallValue: SmallValue? { SmallValue(self) }
    public func encode(into buffer: inout [UInt8]) { buffer.append(bigEndian: self) }
    @inlinable
    public static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) throws -> Int16 {
        guard type == .int2 else { throw ValueMismatch(type: type) }
        return try bytes.bigEndian(Int16.self, type: type)
    }
}

extension Int32: PostgresEncodable, PostgresDecodable {
    public func postgresText() -> String { description }
    public static func decode(text: String) throws -> Int32 { try Text.parse(text) }
    public static var postgresType: PostgresType { .int4 }
    public var postgresSmallValue: SmallValue? { SmallValue(self) }
    public func encode(into buffer: inout [UInt8]) { buffer.append(bigEndian: self) }
    @inlinable
    public static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) throws -> Int32 {
        switch type {
        case .int4: try bytes.bigEndian(Int32.self, type: type)
        case .int2: Int32(try Int16.decode(bytes, type: type))
        default: throw ValueMismatch(type: type)
        }
    }
}

extension Int64: PostgresEncodable, PostgresDecodable {
    public func postgresText() -> String { description }
    public static func decode(text: String) throws -> Int64 { try Text.parse(text) }
    public static var postgresType: PostgresType { .int8 }
    public var postgresSmallValue: SmallValue? { SmallValue(self) }
    public func encode(into buffer: inout [UInt8]) { buffer.append(bigEndian: self) }
    @inlinable
    public static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) throws -> Int64 {
        switch type {
        case .int8: try bytes.bigEndian(Int64.self, type: type)
        case .int4, .int2: Int64(try Int32.decode(bytes, type: type))
        case .oid: Int64(try bytes.bigEndian(UInt32.self, type: type))
        case .numeric:
            if let number = Int64(try Numeric.text(bytes, type: type)) {
                number
            } else {
                throw ValueMismatch(type: type)
            }
        default: throw ValueMismatch(type: type)
        }
    }
}

extension Int: PostgresEncodable, PostgresDecodable {
    public func postgresText() -> String { description }
    public static func decode(text: String) throws -> Int { try Text.parse(text) }
    public static var postgresType: PostgresType { .int8 }
    public var postgresSmallValue: SmallValue? { SmallValue(Int64(self)) }
    public func encode(into buffer: inout [UInt8]) { buffer.append(bigEndian: Int64(self)) }
    @inlinable
    public static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) throws -> Int {
        Int(try Int64.decode(bytes, type: type))
    }
}

extension Float: PostgresEncodable, PostgresDecodable {
    public static var postgresType: PostgresType { .float4 }
    public func encode(into buffer: inout [UInt8]) { buffer.append(bigEndian: bitPattern) }
    @inlinable
    public static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) throws -> Float {
        guard type == .float4 else { throw ValueMismatch(type: type) }
        return Float(bitPattern: try bytes.bigEndian(UInt32.self, type: type))
    }
}

extension Double: PostgresEncodable, PostgresDecodable {
    public func postgresText() -> String {
        isInfinite ? (self < 0 ? "-Infinity" : "Infinity") : isNaN ? "NaN" : description
    }
    public static func decode(text: String) throws -> Double { try Text.parse(text) }
    public static var postgresType: PostgresType { .float8 }
    public func encode(into buffer: inout [UInt8]) { buffer.append(bigEndian: bitPattern) }
    @inlinable
    public static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) throws -> Double {
        switch type {
        case .float8: Double(bitPattern: try bytes.bigEndian(UInt64.self, type: type))
        case .float4: Double(Float(bitPattern: try bytes.bigEndian(UInt32.self, type: type)))
        case .numeric: Double(try Numeric.text(bytes, type: type)) ?? .nan
        default: Double(try Int64.decode(bytes, type: type))
        }
    }
}

/// Text in UTF-8; also reads UUIDs, JSON and numbers, as PostgreSQL would print them.
extension String: PostgresEncodable, PostgresDecodable {
    public static var postgresType: PostgresType { .text }
    public func encode(into buffer: inout [UInt8]) { buffer.append(contentsOf: utf8) }
    public func postgresText() -> String { self }
    public static func decode(text: String) -> String { text }
    @inlinable
    public static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) throws -> String {
        if type == .text || type == .varchar { return String(decoding: bytes, as: UTF8.self) }
        return try printed(bytes, type: type)
    }

    @usableFromInline
    static func printed(_ bytes: UnsafeRawBufferPointer, type: PostgresType) throws -> String {
        switch type {
        case .bpchar, .name, .char, .unknown, .json: String(decoding: bytes, as: UTF8.self)
        case .jsonb: try JSONB.decode(bytes, type: type).text
        case .uuid: try UUID.decode(bytes, type: type).uuidString.lowercased()
        case .numeric: try Numeric.text(bytes, type: type)
        case .int2, .int4, .int8, .oid: String(try Int64.decode(bytes, type: type))
        case .bool: try Bool.decode(bytes, type: type) ? "true" : "false"
        case .date: try PostgresDate.decode(bytes, type: type).description
        default: throw ValueMismatch(type: type)
        }
    }
}

extension UUID: PostgresEncodable, PostgresDecodable {
    public func postgresText() -> String { uuidString.lowercased() }
    public static func decode(text: String) throws -> UUID {
        guard let value = UUID(uuidString: text) else { throw ValueMismatch(type: .text) }
        return value
    }
    public static var postgresType: PostgresType { .uuid }
    public var postgresSmallValue: SmallValue? { SmallValue(uuid: uuid) }
    public func encode(into buffer: inout [UInt8]) { withUnsafeBytes(of: uuid) { buffer.append(contentsOf: $0) } }
    @inlinable
    public static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) throws -> UUID {
        guard type == .uuid, bytes.count == 16 else { throw ValueMismatch(type: type) }
        return UUID(uuid: bytes.loadUnaligned(as: uuid_t.self))
    }
}

/// JSON text, stored as `jsonb`.
public struct JSONB: PostgresEncodable, PostgresDecodable, Equatable {
    public var text: String

    public init(text: String) { self.text = text }

    public func postgresText() -> String { text }
    public static func decode(text: String) -> JSONB { JSONB(text: text) }
    public static var postgresType: PostgresType { .jsonb }
    public func encode(into buffer: inout [UInt8]) {
        buffer.append(1)
        buffer.append(contentsOf: text.utf8)
    }
    @inlinable
    public static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) throws -> JSONB {
        switch type {
        case .json: return JSONB(text: String(decoding: bytes, as: UTF8.self))
        case .jsonb where bytes.first == 1:
            return JSONB(text: String(decoding: UnsafeRawBufferPointer(rebasing: bytes.dropFirst()), as: UTF8.self))
        default: throw ValueMismatch(type: type)
        }
    }
}

/// Values whose text in PostgreSQL is Swift's.
enum Text {
    static func parse<Value: LosslessStringConvertible>(_ text: String) throws -> Value {
        guard let value = Value(text) else { throw ValueMismatch(type: .text) }
        return value
    }
}
