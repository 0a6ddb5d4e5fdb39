import Foundation
import RegistryDomain

/// One page of a list, and where the next begins.
public struct Page<Item: Codable & Sendable>: Codable, Sendable {
    public var items: [Item]
    /// Opaque; nil on the last page.
    public var nextCursor: String?

    public init(items: [Item], nextCursor: String?) {
        self.items = items
        self.nextCursor = nextCursor
    }

    private enum Key: String, CodingKey { case items, nextCursor }

    /// The last page says `null`, so that a client finds the field on every page.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(items, forKey: .items)
        try container.encode(nextCursor, forKey: .nextCursor)
    }
}

/// The key of the last row of a page, as base64url of JSON: a client hands it back and reads nothing from it.
enum Cursor {
    static func encode(_ key: some Encodable) throws -> String {
        let base64 = Data(try RegistryJSON.bytes(key)).base64EncodedData()
        // As RFC 4648 (5) has it, without padding.
        let letters = base64.lazy.filter { $0 != UInt8(ascii: "=") }.map { letter in
            switch letter {
            case UInt8(ascii: "+"): UInt8(ascii: "-")
            case UInt8(ascii: "/"): UInt8(ascii: "_")
            default: letter
            }
        }
        return String(decoding: Array(letters), as: UTF8.self)
    }

    /// - Throws: `StoreError.invalid` for a cursor that this register did not make.
    static func decode<Key: Decodable>(_ text: String?, as type: Key.Type) throws -> Key? {
        guard let text else { return nil }
        var padded = text.replacingOccurrences(of: "-", with: "+").replacingOccurrences(of: "_", with: "/")
        padded += String(repeating: "=", count: (4 - padded.count % 4) % 4)
        guard let data = Data(base64Encoded: padded), let key = try? RegistryJSON.decoder().decode(type, from: data)
        else {
            throw StoreError.invalid([
                .field(
                    "cursor", found: nil,
                    expected: Text(zh: "上一页给出的 nextCursor", en: "the nextCursor of the page before"))
            ])
        }
        return key
    }

    static let pageSize = 50
    static let largestPage = 200

    /// The page size to use for what was asked for.
    static func limit(_ asked: Int?) -> Int { min(max(asked ?? pageSize, 1), largestPage) }
}
