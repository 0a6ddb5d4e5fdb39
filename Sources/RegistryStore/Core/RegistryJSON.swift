import Foundation

/// The one JSON dialect of the register: camelCase as declared, instants as RFC 3339 in Asia/Shanghai,
/// UUIDs in lower case.
public enum RegistryJSON {
    static let shanghai = TimeZone(identifier: "Asia/Shanghai") ?? TimeZone(secondsFromGMT: 8 * 3600) ?? .gmt
    static let instants = Date.ISO8601FormatStyle(
        timeZoneSeparator: .colon, includingFractionalSeconds: true, timeZone: shanghai)

    /// A document in this dialect, keys in order. `pretty` is for files and terminals, as Foundation sets it out.
    public static func bytes(_ value: some Encodable, pretty: Bool = false) throws -> [UInt8] {
        pretty ? try printed(value) : try DirectEncoder.bytes(value)
    }

    /// Foundation's encoder, whose UUIDs are made small afterwards; so is a text in capitals that looks like one.
    private static func printed(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .custom { date, encoder in
            var container = encoder.singleValueContainer()
            try container.encode(text(date))
        }
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        var bytes = [UInt8](try encoder.encode(value))
        lowercaseUUIDs(&bytes)
        return bytes
    }

    /// Foundation writes UUIDs in capitals, PostgreSQL and RFC 9562 in small letters: here they are small. A UUID is
    /// what stands alone between quotes in its form.
    private static func lowercaseUUIDs(_ bytes: inout [UInt8]) {
        let quote = UInt8(ascii: "\"")
        let dashes = [8, 13, 18, 23]
        var index = 0
        while index + 37 < bytes.count {
            guard bytes[index] == quote, bytes[index + 37] == quote,
                dashes.allSatisfy({ bytes[index + 1 + $0] == UInt8(ascii: "-") })
            else {
                index += 1
                continue
            }
            for position in index + 1...index + 36 where (0x41...0x46).contains(bytes[position]) {
                bytes[position] |= 0x20
            }
            index += 37
        }
    }

    public static func decoder() -> JSONDecoder {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .custom { decoder in
            let container = try decoder.singleValueContainer()
            let text = try container.decode(String.self)
            guard let date = instant(text) else {
                throw DecodingError.dataCorruptedError(
                    in: container, debugDescription: "an instant as RFC 3339 is needed")
            }
            return date
        }
        return decoder
    }

    /// RFC 3339 in Asia/Shanghai, with milliseconds; what was read back is written as it was. A `Date` falls a hair below
    /// the millisecond it was read from, and the format cuts off: the middle of the millisecond does not move.
    public static func text(_ instant: Date) -> String {
        let milliseconds = (instant.timeIntervalSinceReferenceDate * 1000 + 0.01).rounded(.down)
        return instants.format(Date(timeIntervalSinceReferenceDate: (milliseconds + 0.5) / 1000))
    }

    /// Reads RFC 3339 with or without a fraction, any offset; nil otherwise.
    public static func instant(_ text: String) -> Date? {
        (try? instants.parse(text))
            ?? (try? Date.ISO8601FormatStyle(timeZoneSeparator: .colon, timeZone: shanghai).parse(text))
    }

    static func string(_ value: some Encodable) throws -> String {
        String(decoding: try bytes(value), as: UTF8.self)
    }

    static func value<Value: Decodable>(_ text: String, as type: Value.Type = Value.self) throws -> Value {
        try decoder().decode(type, from: Data(text.utf8))
    }
}
