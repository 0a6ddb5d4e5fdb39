import Foundation

@testable import PostgresClient

/// What is fuzzed of PostgresClient (`deploy/fuzz`): bytes of the server's making must give a value or an error, and a
/// value must survive being sent back. The first bytes of the input choose what is decoded.
enum FuzzedDecoders {
    static func run(_ input: [UInt8]) {
        guard let first = input.first else { return }
        let rest = Array(input.dropFirst())
        switch first {
        case ..<250: values(rest, chosen: first)
        case 250...252: arrays(rest)
        case 253: copy(rest, .text)
        case 254: copy(rest, .binary)
        default: copy(binaryHeader + rest, .binary)
        }
    }

    private static let types: [PostgresType] = [
        .bool, .bytea, .char, .name, .int8, .int2, .int4, .text, .oid, .json, .float4, .float8, .unknown, .bpchar,
        .varchar, .date, .timestamp, .timestamptz, .numeric, .uuid, .jsonb,
    ]

    /// Every Swift type from every type of the server.
    private static func values(_ bytes: [UInt8], chosen: UInt8) {
        let type = types[Int(chosen) % types.count]
        bytes.withUnsafeBytes { buffer in
            func text<Value: PostgresDecodable & CustomStringConvertible>(_: Value.Type) {
                _ = (try? Value.decode(buffer, type: type))?.description
            }
            text(Bool.self)
            text(Int16.self)
            text(Int32.self)
            text(Int64.self)
            text(Int.self)
            text(Double.self)
            text(String.self)
            text(PostgresDate.self)
            text(Date.self)
            text(UUID.self)
            _ = try? JSONB.decode(buffer, type: type)
            _ = try? [UInt8].decode(buffer, type: type)
            _ = try? Numeric.text(buffer, type: type)
            comesBack(Int16.self, buffer)
            comesBack(Int64.self, buffer)
            comesBack(PostgresDate.self, buffer)
            comesBack(UUID.self, buffer)
            comesBack([UInt8].self, buffer)
        }
    }

    private static func arrays(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { buffer in
            comesBack([Int16].self, buffer)
            comesBack([Int32].self, buffer)
            comesBack([Int64].self, buffer)
            comesBack([Bool].self, buffer)
            comesBack([UUID].self, buffer)
            comesBack([PostgresDate].self, buffer)
            _ = try? [String].decode(buffer, type: .text)
            _ = try? [Date].decode(buffer, type: .timestamptz)
            _ = try? [[UInt8]].decode(buffer, type: .bytea)
            _ = try? [Double].decode(buffer, type: .float8)
        }
    }

    private static let binaryHeader =
        Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0x00] + [UInt8](repeating: 0, count: 8)

    /// The rows are the same in whatever pieces their bytes arrive.
    private static func copy(_ bytes: [UInt8], _ format: CopyFormat) {
        let whole = rows(of: [bytes], format)
        let single = rows(of: bytes.map { [$0] }, format)
        precondition(whole == single, "\(whole) came in pieces as \(single)")
    }

    /// Until something is wrong, with what was wrong at the end.
    private static func rows(of pieces: [[UInt8]], _ format: CopyFormat) -> [String] {
        var decoder = CopyDecoder(format: format)
        var rows: [String] = []
        do {
            for piece in pieces {
                decoder.feed(piece)
                while let record = try decoder.next() { rows.append(described(record)) }
            }
            try decoder.finish()
        } catch {
            rows.append("wrong")
        }
        return rows
    }

    private static func described(_ record: CopyRecord) -> String {
        (0..<record.count).map { column in
            let text = try? record.decode(column, as: String?.self)
            let number = try? record.decode(column, as: Int64?.self)
            let bytes = try? record.decode(column, as: [UInt8].self)
            let day = try? record.decode(column, as: PostgresDate.self)
            return "\(text as Any) \(number as Any) \(bytes as Any) \(day as Any)"
        }.joined(separator: "|")
    }

    /// What was read, written and read again is what was read.
    private static func comesBack<Value: PostgresEncodable & PostgresDecodable & Equatable>(
        _: Value.Type, _ bytes: UnsafeRawBufferPointer
    ) {
        guard let value = try? Value.decode(bytes, type: Value.postgresType) else { return }
        var sent: [UInt8] = []
        value.encode(into: &sent)
        let again = sent.withUnsafeBytes { try? Value.decode($0, type: Value.postgresType) }
        precondition(again == value, "\(value) came back as \(String(describing: again))")
    }
}
