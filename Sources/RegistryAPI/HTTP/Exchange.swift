import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import RegistryDomain
import RegistryStore

/// A request of anybody, with what its handler needs.
struct OpenExchange: Sendable {
    let request: Request
    let context: RegistryContext
    let services: APIServices
    /// The JSON body, as far as the endpoint has one.
    let bytes: [UInt8]
}

/// One authenticated request with what its handler needs.
struct Exchange: Sendable {
    let request: Request
    let context: RegistryContext
    let caller: Caller
    let services: APIServices
    /// The JSON body, as far as the endpoint has one.
    let bytes: [UInt8]

    var store: RegistryStore { services.store }

    // MARK: Path and query

    func id(_ name: String = "id") throws -> UUID {
        guard let id = UUID(uuidString: try path(name)) else { throw Problem(.notFound, [.recordUnknown]) }
        return id
    }

    func path(_ name: String) throws -> String {
        guard let text = context.path(name) else { throw Problem(.notFound, [.recordUnknown]) }
        return text
    }

    /// A query parameter as it was sent; nil where it is missing or empty.
    func text(_ name: String) throws -> String? {
        guard let value = request.uri.queryParameters[Substring(name)], !value.isEmpty else { return nil }
        guard !value.utf8.contains(0) else {
            throw Problem(
                .unprocessableContent,
                [.field(name, found: nil, expected: Text(zh: "不能含有 NUL 字符", en: "must have no NUL character"))])
        }
        return String(value)
    }

    func cursor() throws -> String? { try text("cursor") }

    /// A query parameter in its meaning; 422 naming it where it has none.
    func query<Value>(_ name: String, expected: Text, _ read: (String) -> Value?) throws -> Value? {
        guard let text = try text(name) else { return nil }
        guard let value = read(text) else {
            throw Problem(.unprocessableContent, [.field(name, found: String(text.prefix(80)), expected: expected)])
        }
        return value
    }

    func day(_ name: String) throws -> Day? {
        try query(name, expected: Text(zh: "日期如 2018-03-01", en: "a day as 2018-03-01")) { Day($0) }
    }

    func instant(_ name: String) throws -> Date? {
        try query(
            name, expected: Text(zh: "时刻如 2018-03-01T09:00:00+08:00", en: "an instant as 2018-03-01T09:00:00+08:00")
        ) {
            // A plus sign in a query stands for a space to many clients.
            RegistryJSON.instant($0.replacing(" ", with: "+"))
        }
    }

    func integer(_ name: String, in range: ClosedRange<Int>) throws -> Int? {
        try query(
            name,
            expected: Text(
                zh: "\(range.lowerBound) 到 \(range.upperBound) 的整数",
                en: "a whole number from \(range.lowerBound) to \(range.upperBound)")
        ) {
            Int($0).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    func authority(_ name: String) throws -> Authority? {
        try query(name, expected: Text(zh: "city、base 或 county:511802", en: "city, base, or county: and six digits")) {
            Authority($0)
        }
    }

    func flag(_ name: String) throws -> Bool {
        try query(name, expected: Text(zh: "true 或 false", en: "true or false")) { Bool($0) } ?? false
    }

    func limit() throws -> Int? { try integer("limit", in: 1...200) }

    // MARK: Body

    /// - Throws: `Problem` 400 for what is no JSON, 422 naming the field for JSON of another shape.
    func body<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
        try JSONBody.decode(type, from: bytes)
    }

    /// A body that may be left out.
    func optionalBody<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value? {
        bytes.isEmpty ? nil : try body(type)
    }

    // MARK: Once

    /// The `Idempotency-Key` of the request, bound to what was sent with it.
    func once() throws -> OnceKey? { try once(over: bytes) }

    /// Bound to `content` in the place of the body: a file's checksum, or a body without its password, whose quick hash is
    /// not to be kept.
    func once(over content: [UInt8]) throws -> OnceKey? {
        guard let key = request.headers[.idempotencyKey] else { return nil }
        guard (1...255).contains(key.utf8.count), key.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
            throw Problem(.badRequest, [.idempotencyKeyInvalid])
        }
        var hash = SHA256()
        hash.update(data: Data("\(request.method.rawValue) \(request.uri.string)\n".utf8))
        hash.update(data: content)
        return OnceKey(key: key, fingerprint: Array(hash.finalize()))
    }

    /// The version that the caller last saw, from `If-Match`.
    func ifMatch() throws -> Int? {
        guard let text = request.headers[.ifMatch], text != "*" else { return nil }
        guard let version = Int(text.filter { $0 != "\"" }) else { throw Problem(.preconditionFailed, [.stale]) }
        return version
    }

    /// The record with its version as ETag; nothing where the caller has it already.
    func versioned(_ value: some Encodable, _ version: Int) throws -> Reply {
        let held = request.headers[values: .ifNoneMatch].flatMap { $0.split(separator: ",") }.map { tag in
            // Weak comparison (RFC 9110, 13.1.2).
            tag.filter { $0 != " " }.trimmingPrefix("W/")
        }
        if held.contains("\"\(version)\"") || held.contains("*") {
            return Reply(status: .notModified, headers: [.eTag: "\"\(version)\""], body: [])
        }
        return try .json(value, version: version)
    }
}

extension HTTPField.Name {
    static let idempotencyKey = HTTPField.Name.other("Idempotency-Key")
    static let requestId = HTTPField.Name.other("X-Request-Id")

    /// The names used here are all tokens (RFC 9110, 5.1).
    private static func other(_ name: String) -> HTTPField.Name {
        guard let field = HTTPField.Name(name) else { preconditionFailure("\(name) is no field name") }
        return field
    }
}
