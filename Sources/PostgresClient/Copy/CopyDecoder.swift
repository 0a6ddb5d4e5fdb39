/// Reads rows out of the bytes of a COPY … TO STDOUT or of such a file, fed in whatever pieces. A value, without I/O.
public struct CopyDecoder: Sendable {
    /// That of the COPY command.
    public let format: CopyFormat
    private var pending: [UInt8] = []
    private var position = 0
    private var hasHeader = false
    private var isOver = false

    private static let signature: [UInt8] = Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0x00]
    /// PostgreSQL's own limit of one value, and so of one field.
    private static let limit = 1 << 30

    /// At the beginning of the data, header and all.
    public init(format: CopyFormat) { self.format = format }

    /// What arrived next; rows may be cut anywhere.
    public mutating func feed(_ bytes: [UInt8]) {
        if position == pending.count {
            pending = bytes
        } else {
            pending.removeFirst(position)
            pending += bytes
        }
        position = 0
    }

    /// - Returns: nil where the bytes so far hold no further whole row.
    /// - Throws: `PostgresClientError.copy` where they can be none.
    public mutating func next() throws -> CopyRecord? {
        guard !isOver else {
            guard position == pending.count else { throw PostgresClientError.copy("data after the end of COPY") }
            return nil
        }
        return format == .binary ? try nextBinary() : try nextText()
    }

    /// - Throws: `PostgresClientError.copy` where the data ends in the middle of a row.
    public func finish() throws {
        guard position == pending.count, isOver || format == .text || (pending.isEmpty && !hasHeader) else {
            throw PostgresClientError.copy("the data ends in the middle")
        }
    }

    // MARK: Binary

    private mutating func nextBinary() throws -> CopyRecord? {
        guard try readHeader() else { return nil }
        var reader = Reader(bytes: pending, position: position)
        guard let count = reader.int16() else { return nil }
        guard count >= 0 else {
            guard count == -1 else { throw PostgresClientError.copy("a row of \(count) fields") }
            position = reader.position
            isOver = true
            return try next()
        }
        var fields: [Range<Int>?] = []
        fields.reserveCapacity(Int(count))
        let start = reader.position
        for _ in 0..<count {
            guard let length = reader.int32() else { return nil }
            guard length >= -1, length <= Self.limit else {
                throw PostgresClientError.copy("a field of \(length) bytes")
            }
            guard length >= 0 else {
                fields.append(nil)
                continue
            }
            guard let range = reader.take(Int(length)) else { return nil }
            fields.append(range.lowerBound - start..<range.upperBound - start)
        }
        position = reader.position
        return CopyRecord(format: .binary, bytes: Array(pending[start..<position]), fields: fields)
    }

    /// Signature, flags, and an extension of a length that it states (reference of COPY, “Binary Format”).
    private mutating func readHeader() throws -> Bool {
        guard !hasHeader else { return true }
        let known = min(pending.count - position, Self.signature.count)
        guard pending[position..<position + known].elementsEqual(Self.signature.prefix(known)) else {
            throw PostgresClientError.copy("not the binary format of COPY")
        }
        var reader = Reader(bytes: pending, position: position + known)
        guard known == Self.signature.count, let flags = reader.int32(), let length = reader.int32() else {
            return false
        }
        guard flags & ~0xFFFF == 0 else {
            throw PostgresClientError.copy("flags \(flags) that this client does not know")
        }
        guard length >= 0, length <= Self.limit else { throw PostgresClientError.copy("a header of \(length) bytes") }
        guard reader.take(Int(length)) != nil else { return false }
        position = reader.position
        hasHeader = true
        return true
    }

    // MARK: Text

    private mutating func nextText() throws -> CopyRecord? {
        guard let end = pending[position...].firstIndex(of: UInt8(ascii: "\n")) else {
            guard pending.count - position <= Self.limit else { throw PostgresClientError.copy("a line beyond 1 GB") }
            return nil
        }
        let line = pending[position..<end]
        position = end + 1
        if line.elementsEqual([UInt8(ascii: "\\"), UInt8(ascii: ".")]) {
            isOver = true
            return try next()
        }
        return try Self.record(line)
    }

    private static func record(_ line: ArraySlice<UInt8>) throws -> CopyRecord {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(line.count)
        var fields: [Range<Int>?] = []
        for field in line.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false) {
            if field.elementsEqual([UInt8(ascii: "\\"), UInt8(ascii: "N")]) {
                fields.append(nil)
                continue
            }
            let start = bytes.count
            try unescape(field, into: &bytes)
            fields.append(start..<bytes.count)
        }
        return CopyRecord(format: .text, bytes: bytes, fields: fields)
    }

    private static func unescape(_ field: ArraySlice<UInt8>, into bytes: inout [UInt8]) throws {
        var rest = field
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\") else {
                bytes.append(byte)
                continue
            }
            guard let next = rest.popFirst() else { throw PostgresClientError.copy("a lone backslash") }
            switch next {
            case UInt8(ascii: "b"): bytes.append(8)
            case UInt8(ascii: "f"): bytes.append(12)
            case UInt8(ascii: "n"): bytes.append(10)
            case UInt8(ascii: "r"): bytes.append(13)
            case UInt8(ascii: "t"): bytes.append(9)
            case UInt8(ascii: "v"): bytes.append(11)
            case UInt8(ascii: "0")...UInt8(ascii: "7"):
                bytes.append(number(from: &rest, first: next, base: 8, digits: 3))
            case UInt8(ascii: "x"):
                if let digit = rest.first, value(of: digit, base: 16) != nil {
                    rest.removeFirst()
                    bytes.append(number(from: &rest, first: digit, base: 16, digits: 2))
                } else {
                    bytes.append(next)
                }
            default: bytes.append(next)
            }
        }
    }

    private static func value(of digit: UInt8, base: UInt8) -> UInt8? {
        let value: UInt8
        switch digit {
        case 48...57: value = digit - 48
        case 65...70: value = digit - 55
        case 97...102: value = digit - 87
        default: return nil
        }
        return value < base ? value : nil
    }

    private static func number(from rest: inout ArraySlice<UInt8>, first: UInt8, base: UInt8, digits: Int) -> UInt8 {
        var number = value(of: first, base: base) ?? 0
        for _ in 1..<digits {
            guard let next = rest.first, let digit = value(of: next, base: base) else { break }
            rest.removeFirst()
            number = number &* base &+ digit
        }
        return number
    }
}

/// Steps through bytes; nil where there are too few.
private struct Reader {
    let bytes: [UInt8]
    var position: Int

    mutating func take(_ count: Int) -> Range<Int>? {
        guard count <= bytes.count - position else { return nil }
        defer { position += count }
        return position..<position + count
    }

    mutating func int16() -> Int16? {
        take(2).map { range in
            bytes.withUnsafeBytes {
                Int16(bigEndian: $0.loadUnaligned(fromByteOffset: range.lowerBound, as: Int16.self))
            }
        }
    }

    mutating func int32() -> Int32? {
        take(4).map { range in
            bytes.withUnsafeBytes {
                Int32(bigEndian: $0.loadUnaligned(fromByteOffset: range.lowerBound, as: Int32.self))
            }
        }
    }
}
