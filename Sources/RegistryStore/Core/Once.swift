import Foundation
import PostgresClient
import RegistryDomain

/// An `Idempotency-Key` with the request it was first sent with
/// (draft-ietf-httpapi-idempotency-key-header).
public struct OnceKey: Sendable, Equatable {
    public let key: String
    /// SHA-256 over method, path and body.
    public let fingerprint: [UInt8]

    public init(key: String, fingerprint: [UInt8]) {
        self.key = key
        self.fingerprint = fingerprint
    }
}

/// The first answer to a request, kept for its key.
enum KeptAnswer<Value: Codable & Sendable>: Codable, Sendable {
    case success(Value)
    case failure(StoreError)

    func get() throws -> Value {
        switch self {
        case .success(let value): value
        case .failure(let error): throw error
        }
    }
}

extension OnceKey {
    static let constraint = "idempotency_keys_pkey"

    func statement(keeping answer: some Encodable, by user: UUID) throws -> Statement {
        Statement(
            """
            INSERT INTO idempotency_keys (user_id, key, fingerprint, status, response) VALUES ($1, $2, $3, 0, $4)
            """,
            [Parameter(user), Parameter(key), Parameter(fingerprint), Parameter(JSONB(text: try RegistryJSON.string(answer)))])
    }

    func lookup(by user: UUID) -> Statement {
        "SELECT fingerprint, response FROM idempotency_keys WHERE user_id = \(user) AND key = \(key)"
    }

    func answer<Value>(from rows: QueryResult, as type: Value.Type) throws -> KeptAnswer<Value>? {
        guard let row = rows.first else { return nil }
        guard try row.decode("fingerprint", as: [UInt8].self) == fingerprint else {
            throw StoreError.invalid([.idempotencyKeyReused])
        }
        return try row.json("response")
    }
}
