import Foundation
import RegistryDomain
import Testing

@testable import RegistryStore

@Suite("JSON as the register writes it")
struct RegistryJSONTests {
    /// Any JSON, encoded as its own kind.
    indirect enum Value: Encodable {
        case null, bool(Bool), int(Int), small(Int16), double(Double), text(String), id(UUID), date(Date)
        case array([Value]), object([String: Value]), optional(Value?)

        func encode(to encoder: any Encoder) throws {
            switch self {
            case .null:
                var container = encoder.singleValueContainer()
                try container.encodeNil()
            case .bool(let value): try value.encode(to: encoder)
            case .int(let value): try value.encode(to: encoder)
            case .small(let value): try value.encode(to: encoder)
            case .double(let value): try value.encode(to: encoder)
            case .text(let value): try value.encode(to: encoder)
            case .id(let value): try single(value, encoder)
            case .date(let value): try single(value, encoder)
            case .array(let values): try values.encode(to: encoder)
            case .object(let values): try values.encode(to: encoder)
            case .optional(let value): try value.encode(to: encoder)
            }
        }

        private func single(_ value: some Encodable, _ encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            try container.encode(value)
        }

        static func random(_ depth: Int, _ generator: inout some RandomNumberGenerator) -> Value {
            switch Int.random(in: 0..<(depth == 0 ? 8 : 11), using: &generator) {
            case 0: .null
            case 1: .bool(.random(using: &generator))
            case 2: .int(.random(in: .min ... .max, using: &generator))
            case 3: .small(.random(in: .min ... .max, using: &generator))
            case 4: .double([0, -0.5, 1, 1e21, 1.5e-9, 123_456.75, -3].randomElement(using: &generator) ?? 0)
            case 5: .text(text(&generator))
            case 6: .id(UUID())
            case 7: .date(Date(timeIntervalSince1970: .random(in: 0...2e9, using: &generator)))
            case 8: .array((0..<Int.random(in: 0..<4, using: &generator)).map { _ in random(depth - 1, &generator) })
            case 9: .optional(Bool.random(using: &generator) ? random(depth - 1, &generator) : nil)
            default:
                .object(
                    Dictionary(
                        (0..<Int.random(in: 0..<6, using: &generator)).map { _ in
                            (text(&generator), random(depth - 1, &generator))
                        }, uniquingKeysWith: { first, _ in first }))
            }
        }

        private static func text(_ generator: inout some RandomNumberGenerator) -> String {
            let pieces = [
                "年", "雅安", "a", "Z", "\"", "\\", "/", "\n", "\u{1}", "\u{1F}", "\u{7F}", "é", "👩‍🏫", " ", "\u{2028}", "",
            ]
            return (0..<Int.random(in: 0..<6, using: &generator)).map { _ in
                pieces.randomElement(using: &generator) ?? ""
            }
            .joined()
        }
    }

    /// What Foundation writes with the register's instants, keys in order.
    static func foundation(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .custom { date, encoder in
            var container = encoder.singleValueContainer()
            try container.encode(RegistryJSON.text(date))
        }
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    private func written(_ value: some Encodable) throws -> String {
        String(decoding: try RegistryJSON.bytes(value), as: UTF8.self)
    }

    private struct Wrapped: Encodable {
        var value: Value
    }

    @Test("Any document is what Foundation makes of it, but for the case of UUIDs")
    func sameAsFoundation() throws {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<3000 {
            let document = Wrapped(value: .random(4, &generator))
            // Texts here have no hexadecimal of their own but "a".
            #expect(try written(document).uppercased() == Self.foundation(document).uppercased())
        }
    }

    private struct Nesting: Encodable {
        enum Outer: String, CodingKey { case z, m, a, list, b }
        enum Inner: String, CodingKey { case y, x }

        func encode(to encoder: any Encoder) throws {
            var outer = encoder.container(keyedBy: Outer.self)
            try outer.encode(1, forKey: .z)
            var inner = outer.nestedContainer(keyedBy: Inner.self, forKey: .m)
            var list = outer.nestedUnkeyedContainer(forKey: .list)
            try outer.encode("前", forKey: .a)
            try inner.encode(2, forKey: .y)
            try list.encode(3)
            var object = list.nestedContainer(keyedBy: Inner.self)
            var empty = list.nestedUnkeyedContainer()
            try list.encodeNil()
            try object.encode(true, forKey: .x)
            try inner.encode(4.5, forKey: .x)
            try empty.encode(UInt8(7))
            try [Outer.b.rawValue].encode(to: outer.superEncoder(forKey: .b))
            try outer.encode(5, forKey: .z)
        }
    }

    @Test("Containers that are filled beside each other stay apart, and a key given twice has its later value")
    func nesting() throws {
        #expect(try written(Nesting()) == Self.foundation(Nesting()))
        #expect(
            try written(Nesting()) == #"{"a":"前","b":["b"],"list":[3,{"x":true},[7],null],"m":{"x":4.5,"y":2},"z":5}"#)
    }

    @Test("UUIDs are small, a text that looks like one stays as somebody wrote it")
    func identifiers() throws {
        let text = "A1B2C3D4-0000-4000-8000-00000000ABCD"
        let id = try #require(UUID(uuidString: text))
        #expect(try written([id]) == #"["\#(text.lowercased())"]"#)
        #expect(try written([text]) == #"["\#(text)"]"#)
    }

    @Test("A number that JSON has not is refused")
    func notANumber() { #expect(throws: EncodingError.self) { try RegistryJSON.bytes([Double.nan]) } }

    @Test("The printed form has the same content")
    func printed() throws {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<100 {
            let document = Wrapped(value: .random(3, &generator))
            let read = { (bytes: [UInt8]) in try JSONSerialization.jsonObject(with: Data(bytes)) as? NSDictionary }
            #expect(try read(RegistryJSON.bytes(document)) == read(RegistryJSON.bytes(document, pretty: true)))
        }
    }
}
