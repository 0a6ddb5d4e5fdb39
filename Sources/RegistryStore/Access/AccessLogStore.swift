import Foundation
import PostgresClient
import RegistryDomain

/// One line of the access log as an auditor reads it.
public struct AccessRecord: Codable, Sendable {
    public var id: Int64
    public var recordedAt: Date
    public var username: String?
    public var role: String?
    public var authority: String?
    public var action: String
    public var learnerId: UUID?
    public var recordId: String?
    public var outcome: String
    public var code: String?
    public var reason: String?
    public var requestId: String?
}

extension RegistryStore {
    /// The access log, newest first.
    ///
    /// - Parameter outcome: `allowed`, `refused`, or nil for both.
    public func accessLog(
        outcome: String?, cursor: String?, limit: Int?, as caller: Caller
    ) async throws -> Page<AccessRecord> {
        try await permit(.readAccessLog, caller)
        let before = try Cursor.decode(cursor, as: Int64.self) ?? .max
        let size = Cursor.limit(limit)
        let rows = try await translating {
            try await pool.execute(
                """
                SELECT a.id, a.recorded_at, u.username, a.role, a.authority, a.action, a.learner_id, a.record_id,
                       a.outcome, a.code, a.reason, a.request_id
                FROM access_log a LEFT JOIN users u ON u.id = a.user_id
                WHERE a.id < \(before) AND (\(outcome)::text IS NULL OR a.outcome = \(outcome))
                ORDER BY a.id DESC LIMIT \(Int64(size + 1))
                """)
        }
        let items = try rows.prefix(size).map { row in
            AccessRecord(
                id: try row.decode("id"), recordedAt: try row.decode("recorded_at"),
                username: try row.decodeIfPresent("username"), role: try row.decodeIfPresent("role"),
                authority: try row.decodeIfPresent("authority"), action: try row.decode("action"),
                learnerId: try row.decodeIfPresent("learner_id"), recordId: try row.decodeIfPresent("record_id"),
                outcome: try row.decode("outcome"), code: try row.decodeIfPresent("code"),
                reason: try row.decodeIfPresent("reason"), requestId: try row.decodeIfPresent("request_id"))
        }
        let next = rows.count > size ? try items.last.map { try Cursor.encode($0.id) } : nil
        return Page(items: items, nextCursor: next)
    }
}
