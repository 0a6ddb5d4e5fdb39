import Foundation

/// The one JSON dialect of the register: camelCase as declared, instants as RFC 3339 in Asia/Shanghai,
/// UUIDs in lower case.
public enum RegistryJSON {
    static let shanghai = TimeZone(identifier: "Asia/Shanghai") ?? TimeZone(secondsFromGMT: 8 * 3600) ?? .gmt
    static let instants = Date.ISO8601FormatStyle(includingFractionalSeconds: true, timeZone: shanghai)

    public static func encoder(pretty: Bool = false) -> JSONEncoder {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .custom { date, encoder in
            var container = encoder.singleValueContainer()
            try container.encode(text(date))
        }
        encoder.outputFormatting =
            pretty ? [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes] : [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }

    public static func decoder() -> JSONDecoder {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .custom { decoder in
            let container = try decoder.singleValueContainer()
            let text = try container.decode(String.self)
            guard let date = instant(text) else {
                throw DecodingError.dataCorruptedError(in: container, debugDescription: "an instant as RFC 3339 is needed")
            }
            return date
        }
        return decoder
    }

    /// RFC 3339 in Asia/Shanghai, with milliseconds.
    public static func text(_ instant: Date) -> String { instants.format(instant) }

    /// Reads RFC 3339 with or without a fraction, any offset; nil otherwise.
    public static func instant(_ text: String) -> Date? {
        (try? instants.parse(text)) ?? (try? Date.ISO8601FormatStyle(timeZone: shanghai).parse(text))
    }

    static func string(_ value: some Encodable) throws -> String {
        String(decoding: try encoder().encode(value), as: UTF8.self)
    }

    static func value<Value: Decodable>(_ text: String, as type: Value.Type = Value.self) throws -> Value {
        try decoder().decode(type, from: Data(text.utf8))
    }
}
