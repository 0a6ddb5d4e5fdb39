import Foundation
import PostgresClient
import RegistryDomain

/// A record that something can be read of.
public struct RecordReference: Codable, Sendable, Equatable {
    public enum Kind: String, Codable, Sendable { case learner, claim, entry, employer, user }
    public var kind: Kind
    /// A UUID; of a user the username.
    public var id: String
}

extension RegistryStore {
    /// For findings that name a record which is read as part of another: of a decision its claim, of an excuse or a
    /// certificate its learner. By the finding's record.
    public func places(of findings: [AuditFinding], as caller: Caller) async throws -> [String: RecordReference] {
        try await permit(.readAudit, caller)
        let ids = findings.filter { ["decision", "excuse", "certificate", "record"].contains($0.recordKind) }
            .compactMap { UUID(uuidString: $0.recordId) }
        guard !ids.isEmpty else { return [:] }
        // Which record it is says nothing about a person: whoever follows the way is asked for the right to see it.
        let rows = try await pipeline(
            as: caller,
            [
                BulletinCount.looking,
                """
                SELECT id::text, 'claim' AS kind, claim_id::text AS target FROM decisions WHERE id = ANY (\(ids))
                UNION ALL SELECT id::text, 'learner', learner_id::text FROM excuses WHERE id = ANY (\(ids))
                UNION ALL SELECT id::text, 'learner', learner_id::text FROM certificates WHERE id = ANY (\(ids))
                UNION ALL SELECT id::text, 'learner', learner_id::text FROM employments WHERE id = ANY (\(ids))
                UNION ALL SELECT id::text, 'learner', learner_id::text FROM completion_records WHERE id = ANY (\(ids))
                UNION ALL SELECT id::text, 'claim', id::text FROM claims WHERE id = ANY (\(ids))
                UNION ALL SELECT id::text, 'entry', id::text FROM register_entries WHERE id = ANY (\(ids))
                UNION ALL SELECT id::text, 'learner', id::text FROM learners WHERE id = ANY (\(ids))
                UNION ALL SELECT id::text, 'employer', id::text FROM employers WHERE id = ANY (\(ids))
                UNION ALL SELECT id::text, 'user', username FROM users WHERE id = ANY (\(ids))
                """,
            ])[1]
        return Dictionary(
            try rows.map { row in
                (
                    try row.decode("id", as: String.self),
                    RecordReference(kind: try row.word("kind"), id: try row.decode("target"))
                )
            }, uniquingKeysWith: { first, _ in first })
    }
}
