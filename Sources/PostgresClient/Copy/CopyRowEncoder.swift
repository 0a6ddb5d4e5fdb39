/// Makes the bytes of a COPY … FROM STDIN out of rows of values.
public struct CopyRowEncoder: Sendable {
    /// That of the COPY command.
    public let format: CopyFormat
    /// What has been made and not yet taken.
    public private(set) var bytes: [UInt8] = []

    private static let signature: [UInt8] =
        Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0x00] + Array(repeating: 0, count: 8)

    /// The binary format's header is made at once.
    public init(format: CopyFormat) {
        self.format = format
        if format == .binary { bytes = Self.signature }
    }

    /// One row, a value for each column in the order of the command; nil is NULL.
    ///
    /// - Throws: `PostgresClientError.copy` where a value has no text form.
    public mutating func append<each Value: PostgresEncodable>(_ values: repeat each Value) throws {
        switch format {
        case .binary:
            var count: Int16 = 0
            for _ in repeat each values { count += 1 }
            bytes.append(bigEndian: count)
            for value in repeat each values { appendBinary(value) }
        case .text:
            var isFirst = true
            for value in repeat each values {
                if !isFirst { bytes.append(UInt8(ascii: "\t")) }
                isFirst = false
                try appendText(value)
            }
            bytes.append(UInt8(ascii: "\n"))
        }
    }

    private mutating func appendBinary(_ value: some PostgresEncodable) {
        guard !value.isNull else { return bytes.append(bigEndian: Int32(-1)) }
        let start = bytes.count
        bytes.append(bigEndian: Int32(0))
        value.encode(into: &bytes)
        bytes.set(bigEndian: Int32(bytes.count - start - 4), at: start)
    }

    private mutating func appendText(_ value: some PostgresEncodable) throws {
        guard !value.isNull else { return bytes.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "N")]) }
        for byte in try value.postgresText().utf8 {
            switch byte {
            case UInt8(ascii: "\\"): bytes.append(contentsOf: [byte, byte])
            case UInt8(ascii: "\n"): bytes.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "n")])
            case UInt8(ascii: "\r"): bytes.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "r")])
            case UInt8(ascii: "\t"): bytes.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "t")])
            default: bytes.append(byte)
            }
        }
    }

    /// Hands over what has been made, and begins anew with nothing.
    public mutating func take() -> [UInt8] {
        let taken = bytes
        bytes = []
        bytes.reserveCapacity(taken.count)
        return taken
    }

    /// The end of the data, as the binary format wants it.
    public mutating func finish() { if format == .binary { bytes.append(bigEndian: Int16(-1)) } }
}
