/// One-dimensional arrays, with NULLs where the element is an optional; `[UInt8]` is `bytea`, not an array.
extension Array: PostgresEncodable where Element: PostgresEncodable {
    public static var postgresType: PostgresType {
        if Element.self == UInt8.self { return .bytea }
        return Element.postgresType.array ?? .unknown
    }

    public func encode(into buffer: inout [UInt8]) {
        if Element.self == UInt8.self, let bytes = self as? [UInt8] {
            buffer.append(contentsOf: bytes)
            return
        }
        buffer.append(bigEndian: Int32(isEmpty ? 0 : 1))
        buffer.append(bigEndian: Int32(contains { $0.isNull } ? 1 : 0))
        buffer.append(bigEndian: Element.postgresType.rawValue)
        guard !isEmpty else { return }
        buffer.append(bigEndian: Int32(count))
        buffer.append(bigEndian: Int32(1))
        for element in self {
            guard !element.isNull else {
                buffer.append(bigEndian: Int32(-1))
                continue
            }
            let start = buffer.count
            buffer.append(bigEndian: Int32(0))
            element.encode(into: &buffer)
            buffer.set(bigEndian: Int32(buffer.count - start - 4), at: start)
        }
    }

    public func postgresText() throws -> String {
        if Element.self == UInt8.self, let bytes = self as? [UInt8] {
            return "\\x" + bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
        let elements = try map { element in
            if element.isNull { return "NULL" }
            let escaped = try element.postgresText().flatMap { $0 == "\"" || $0 == "\\" ? ["\\", $0] : [$0] }
            return "\"\(String(escaped))\""
        }
        return "{\(elements.joined(separator: ","))}"
    }
}

extension Array: PostgresDecodable where Element: PostgresDecodable {
    public static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) throws -> [Element] {
        if Element.self == UInt8.self {
            guard type == .bytea, let value = [UInt8](bytes) as? [Element] else { throw ValueMismatch(type: type) }
            return value
        }
        return try ArrayForm.elements(bytes, type: type).map { element, type in
            guard let element else {
                guard let null = Element.null else { throw ValueMismatch(type: type) }
                return null
            }
            return try Element.decode(element, type: type)
        }
    }
}

/// Only `[UInt8]` needs these: a byte alone has no PostgreSQL type.
extension UInt8: PostgresEncodable, PostgresDecodable {
    public static var postgresType: PostgresType { .char }
    public func encode(into buffer: inout [UInt8]) { buffer.append(self) }
    public static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) throws -> UInt8 {
        guard type == .char, bytes.count == 1 else { throw ValueMismatch(type: type) }
        return bytes[0]
    }
}

/// The binary form of arrays (PostgreSQL source: `array_send`).
enum ArrayForm {
    typealias Element = (bytes: UnsafeRawBufferPointer?, type: PostgresType)

    static func elements(_ bytes: UnsafeRawBufferPointer, type: PostgresType) throws -> [Element] {
        let dimensions = try bytes.bigEndian(Int32.self, at: 0, type: type)
        let element = PostgresType(rawValue: try bytes.bigEndian(UInt32.self, at: 8, type: type))
        guard dimensions > 0 else {
            guard dimensions == 0 else { throw ValueMismatch(type: type) }
            return []
        }
        guard dimensions == 1 else { throw ValueMismatch(type: type) }
        let count = Int(try bytes.bigEndian(Int32.self, at: 12, type: type))
        guard count >= 0, count <= bytes.count else { throw ValueMismatch(type: type) }
        var elements: [Element] = []
        elements.reserveCapacity(count)
        var offset = 20
        for _ in 0..<count {
            let length = Int(try bytes.bigEndian(Int32.self, at: offset, type: type))
            offset += 4
            guard length >= 0 else {
                elements.append((nil, element))
                continue
            }
            guard offset + length <= bytes.count else { throw ValueMismatch(type: type) }
            elements.append((UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + length]), element))
            offset += length
        }
        return elements
    }
}
