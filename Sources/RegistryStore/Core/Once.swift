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
            [
                Parameter(user), Parameter(key), Parameter(fingerprint),
                Parameter(JSONB(text: try RegistryJSON.string(answer))),
            ])
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

extension RegistryStore {
    /// What is more than one transaction, such as a job that begins: its answer is kept when it is there. Whoever comes
    /// second in the meantime gets the first's answer; a crash in between leaves no answer, and a repeat begins anew.
    public func answeringOnce<Value: Codable & Sendable>(
        _ once: OnceKey?, as caller: Caller, _ body: () async throws -> Value
    ) async throws -> Value {
        if let kept = try await kept(once, by: caller, as: Value.self) { return try kept.get() }
        let value = try await body()
        guard let once else { return value }
        let statement = try once.statement(keeping: KeptAnswer.success(value), by: caller.userId)
        do {
            _ = try await translating { try await pool.execute(statement) }
        } catch StoreError.conflict {
            if let kept = try await kept(once, by: caller, as: Value.self) { return try kept.get() }
        }
        return value
    }
}
