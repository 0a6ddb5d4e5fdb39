import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import RegistryDomain
import RegistryStore

/// A request of anybody, with what its handler needs.
struct OpenExchange: AddressReading {
    let request: Request
    let context: RegistryContext
    let services: APIServices
    /// The JSON body, as far as the endpoint has one.
    let bytes: [UInt8]
    let parameters: [QueryParameter]

    init(request: Request, context: RegistryContext, services: APIServices, bytes: [UInt8]) {
        self.request = request
        self.context = context
        self.services = services
        self.bytes = bytes
        parameters = Self.parameters(of: request)
    }
}

/// One authenticated request with what its handler needs.
struct Exchange: AddressReading {
    let request: Request
    let context: RegistryContext
    let caller: Caller
    let services: APIServices
    /// The JSON body, as far as the endpoint has one.
    let bytes: [UInt8]
    let parameters: [QueryParameter]

    init(request: Request, context: RegistryContext, caller: Caller, services: APIServices, bytes: [UInt8]) {
        self.request = request
        self.context = context
        self.caller = caller
        self.services = services
        self.bytes = bytes
        parameters = Self.parameters(of: request)
    }

    var store: RegistryStore { services.store }

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
