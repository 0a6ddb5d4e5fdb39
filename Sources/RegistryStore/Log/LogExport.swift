import Foundation
import PostgresClient
import RegistryDomain
import TransparencyLog

/// The log and the records behind it, at one moment.
public struct LogExportReader: Sendable {
    public let size: UInt64
    /// Records that had no leaf yet at that moment, and are left out.
    public let waiting: Int
    fileprivate let sql: PostgresTransaction

    /// The bytes of tiles and entry bundles, as they are in the database.
    public func tiles(_ paths: [TilePath]) async throws -> [TilePath: [UInt8]] {
        try await RegistryStore.tiles(paths, sql)
    }

    /// Lines of JSON (`ExportedRecord`), in the order of their leaves, those without a leaf last; chunks of whole lines.
    public func records(_ kind: LogRecordKind) async throws -> CopyRows {
        // A quote and a delimiter that no JSON text contains, so that lines come as they are.
        let copying = """
            COPY (\(ExportSQL.lines(LeafSQL.of(kind)))) TO STDOUT (FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02', ENCODING 'UTF8')
            """
        return try await sql.copyOut(copying)
    }
}

extension RegistryStore {
    /// Everything that is recorded of everybody, and what opens the leaves: for those who may read all. On the access log.
    ///
    /// - Parameter body: reads while the moment lasts.
    public func exportLog<Value: Sendable>(
        as caller: Caller, _ body: @Sendable (LogExportReader) async throws -> Value
    ) async throws -> Value {
        try await permit(.exportLog, caller)
        let logged = AccessLine(.exportLog, learner: nil, record: nil).statement(by: caller)
        _ = try await translating { try await pool.execute(logged) }
        return try await readingLog(body)
    }

    /// The tree alone, which names nobody.
    public func exportTree<Value: Sendable>(_ body: @Sendable (LogExportReader) async throws -> Value) async throws
        -> Value
    {
        try await readingLog(body)
    }

    private func readingLog<Value: Sendable>(_ body: @Sendable (LogExportReader) async throws -> Value) async throws
        -> Value
    {
        _ = try await integrateLog()
        return try await translating {
            try await pool.withTransaction(isolation: .repeatableRead, readOnly: true, retries: 0) { sql in
                _ = try await sql.execute("SELECT set_config('ceregistry.role', 'auditor', true)")
                let row = try await sql.execute(
                    """
                    SELECT (SELECT coalesce(max(leaf_index) + 1, 0) FROM log_leaves) AS size, (SELECT count(*) FROM log_queue) AS waiting
                    """)[0]
                return try await body(
                    LogExportReader(
                        size: UInt64(try row.decode("size", as: Int64.self)), waiting: try row.decode("waiting"),
                        sql: sql))
            }
        }
    }
}

/// Records as lines of JSON.
private enum ExportSQL {
    static func lines(_ leaf: LeafSQL) -> String {
        let kind = leaf.kind.rawValue
        return """
            SELECT json_build_object(
                'leaf', l.leaf_index, 'record', json_strip_nulls(json_build_object(\(columns(leaf)))),
                'person', CASE WHEN o.person_salt IS NOT NULL THEN json_build_object('salt', encode(o.person_salt, 'base64'),
                    'learner', o.learner_id, 'name', o.name, 'idNumber', o.id_number) END,
                'user', CASE WHEN o.user_salt IS NOT NULL THEN json_build_object('salt', encode(o.user_salt, 'base64'),
                    'user', o.user_id, 'name', o.user_name, 'username', o.username) END,
                'text', CASE WHEN o.text_salt IS NOT NULL THEN json_build_object('salt', encode(o.text_salt, 'base64')) END,
                'erased', CASE WHEN num_nonnulls(o.person_erasure, o.user_erasure, o.text_erasure) > 0 THEN json_build_object(
                    'person', o.person_erasure, 'user', o.user_erasure, 'text', o.text_erasure) END)::text
            FROM \(leaf.table) r
            LEFT JOIN log_leaves l ON l.kind = '\(kind)' AND l.record_id = r.\(leaf.key)
            LEFT JOIN log_openings o ON o.kind = '\(kind)' AND o.record_id = r.\(leaf.key)
            \(leaf.join)
            WHERE l.leaf_index IS NOT NULL
               OR NOT EXISTS (SELECT FROM log_queue q WHERE q.kind = '\(kind)' AND q.record_id = r.\(leaf.key))
            ORDER BY l.leaf_index NULLS LAST, r.\(leaf.key)
            """
    }

    private static func columns(_ leaf: LeafSQL) -> String {
        let day = { (column: String) in LeafSQL.plainDay("r.\(column)") }
        let instant = LeafSQL.plainInstant("r.recorded_at")
        return switch leaf.kind {
        case .decision:
            """
            'id', r.id, 'learnerId', c.learner_id, 'claimId', r.claim_id, 'routing', r.routing, 'authority', r.authority,
            'decision', r.decision, 'reason', r.reason, 'answers', r.answers::text, 'by', r.decided_by, 'on', \(day("decided_on")),
            'recordedAt', \(instant)
            """
        case .entry:
            """
            'id', r.id, 'entryNumber', r.entry_number, 'kind', r.kind, 'learnerId', r.learner_id, 'subjectYear', r.subject_year,
            'mode', r.mode, 'hours', r.hours, 'claimId', r.claim_id, 'decisionId', r.decision_id, 'decision', r.decision,
            'completionRecordId', r.completion_record_id, 'sessionCode', r.session_code, 'paperNumber', r.paper_number,
            'authority', r.recognized_by, 'by', r.recorded_by, 'on', \(day("recognized_on")), 'recordedAt', \(instant)
            """
        case .reversal:
            """
            'entryId', r.entry_id, 'learnerId', e.learner_id, 'reason', r.reason, 'authority', r.reversed_by, 'by', r.recorded_by,
            'on', \(day("reversed_on")), 'recordedAt', \(instant)
            """
        case .erasure:
            """
            'id', r.id, 'learnerId', r.learner_id, 'reason', r.reason, 'document', r.document, 'by', r.recorded_by,
            'on', \(day("erased_on")), 'recordedAt', \(instant)
            """
        }
    }
}
