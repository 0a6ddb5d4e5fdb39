import RegistryDomain

/// The register against its transparency log, and the log against itself. What the log as a whole comes to is compared with
/// the checkpoints outside the database by `LogTreeCheck`.
extension AuditCheck {
    static let log: [AuditCheck] =
        LeafSQL.all.map(leafDiffers) + [
            AuditCheck(
                name: "leafMissing", rule: .Q8, recordKind: "record",
                message: Text(
                    zh: "有记录不在透明日志中，也不在等待之列（{detail}）：不是经系统写入的",
                    en:
                        "a record that is not in the transparency log and does not wait for it ({detail}): not written by the program"
                ),
                namesScope: true,
                sql: LeafSQL.all.map { leaf in
                    """
                    SELECT r.\(leaf.key)::text AS record_id, '\(leaf.kind.rawValue)' AS detail, \(scope(of: leaf.kind)) AS scope
                    FROM \(leaf.table) r
                    WHERE NOT EXISTS (SELECT FROM log_leaves l WHERE l.kind = '\(leaf.kind.rawValue)' AND l.record_id = r.\(leaf.key))
                      AND NOT EXISTS (SELECT FROM log_queue q WHERE q.kind = '\(leaf.kind.rawValue)' AND q.record_id = r.\(leaf.key))
                    """
                }.joined(separator: "\nUNION ALL\n")),
            AuditCheck(
                name: "leafWithoutRecord", rule: .Q8, recordKind: "leaf", reach: .register,
                message: Text(
                    zh: "透明日志中的记录已不在登记库中（{detail}）", en: "the record of a leaf is no longer in the register ({detail})"),
                sql: LeafSQL.all.map { leaf in
                    """
                    SELECT l.leaf_index::text AS record_id, l.kind || ' ' || l.record_id AS detail FROM log_leaves l
                    WHERE l.kind = '\(leaf.kind.rawValue)' AND NOT EXISTS (SELECT FROM \(leaf.table) r WHERE r.\(leaf.key) = l.record_id)
                    """
                }.joined(separator: "\nUNION ALL\n")),
            AuditCheck(
                name: "leafWaiting", rule: .Q8, recordKind: "record", reach: .register,
                message: Text(
                    zh: "记录未能进入透明日志（{detail}）", en: "a record does not come into the transparency log ({detail})"),
                sql: LeafSQL.all.map { leaf in
                    """
                    SELECT q.record_id::text AS record_id, q.kind AS detail FROM log_queue q
                    LEFT JOIN \(leaf.table) r ON r.\(leaf.key) = q.record_id
                    LEFT JOIN log_openings o ON o.kind = q.kind AND o.record_id = q.record_id
                    WHERE q.kind = '\(leaf.kind.rawValue)'
                      AND (r.\(leaf.key) IS NULL OR o.record_id IS NULL OR r.recorded_at < now() - interval '1 day')
                    """
                }.joined(separator: "\nUNION ALL\n")),
            AuditCheck(
                name: "leafHash", rule: .Q8, recordKind: "leaf", reach: .register,
                message: Text(zh: "透明日志的条目与其散列值不符（{detail}）", en: "a leaf does not have its hash ({detail})"),
                sql: """
                    SELECT leaf_index::text AS record_id, kind || ' ' || record_id AS detail FROM log_leaves
                    WHERE hash <> \(LeafSQL.hash("data"))
                    """),
            AuditCheck(
                name: "leafGap", rule: .Q8, recordKind: "leaf", reach: .register,
                message: Text(zh: "透明日志缺少条目（从 {detail} 起）", en: "the transparency log lacks leaves (from {detail} on)"),
                sql: """
                    SELECT leaf_index::text AS record_id, (before + 1)::text AS detail
                    FROM (SELECT leaf_index, lag(leaf_index, 1, -1::bigint) OVER (ORDER BY leaf_index) AS before FROM log_leaves) l
                    WHERE leaf_index <> before + 1
                    """),
            AuditCheck(
                name: "identityUnrecorded", rule: .A1, recordKind: "learner",
                message: Text(
                    zh: "学员的{detail}与登记时不同，而没有更正记录",
                    en: "the learner's {detail} is not what it was at the recognition, and no correction says why"),
                sql: ["name": "name", "idNumber": "id_number"].sorted { $0.key < $1.key }.map { field, column in
                    """
                    SELECT DISTINCT l.id::text AS record_id, '\(field)' AS detail
                    FROM learners l JOIN log_openings o ON o.learner_id = l.id
                    WHERE o.\(column) <> l.\(column) AND NOT EXISTS (
                        SELECT FROM learner_corrections k WHERE k.learner_id = l.id AND k.field = '\(field)' AND k.old_value = o.\(column))
                    """
                }.joined(separator: "\nUNION ALL\n")),
        ]

    /// A record that changed after it became a leaf, or whose opening did. Names the members of the leaf that differ.
    private static func leafDiffers(_ leaf: LeafSQL) -> AuditCheck {
        let kind = leaf.kind.rawValue
        // What was removed by law is taken for what the leaf says.
        let fragments = leaf.fragments { part in
            """
            CASE WHEN o.\(part)_erasure IS NOT NULL THEN '"' || substring(l.data FROM '"\(part)":"([^"]*)"') || '"' END
            """
        }
        return AuditCheck(
            name: "\(kind)Leaf", rule: .Q8,
            recordKind: leaf.kind == .decision || leaf.kind == .erasure ? kind : "entry",
            reach: leaf.kind == .erasure ? .register : .person,
            message: Text(
                zh: "记录与透明日志不符（{detail}）：写入之后被改动",
                en: "the record is not what the transparency log holds ({detail}): it was changed after it was written"),
            sql: """
                SELECT r.\(leaf.key)::text AS record_id, coalesce(nullif(concat_ws(', ',
                    (SELECT string_agg(split_part(part, '"', 2), ', ') FROM unnest(f.fragments) part WHERE position(part IN l.data) = 0),
                    CASE WHEN o.person_erasure IS NULL AND o.learner_id IS DISTINCT FROM \(leaf.learner) THEN 'learner' END,
                    CASE WHEN o.user_erasure IS NULL AND o.user_id IS DISTINCT FROM \(leaf.user) THEN 'user' END), ''), 'form') AS detail
                FROM \(leaf.table) r JOIN log_leaves l ON l.kind = '\(kind)' AND l.record_id = r.\(leaf.key)
                LEFT JOIN log_openings o ON o.kind = '\(kind)' AND o.record_id = r.\(leaf.key)
                \(leaf.join)
                CROSS JOIN LATERAL (SELECT \(fragments) AS fragments) f
                WHERE l.data <> \(LeafSQL.data("f.fragments"))
                   OR (o.person_erasure IS NULL AND o.learner_id IS DISTINCT FROM \(leaf.learner))
                   OR (o.user_erasure IS NULL AND o.user_id IS DISTINCT FROM \(leaf.user))
                """)
    }

    /// The learner that a record hangs on, as `AuditFeed.contributions` has it.
    private static func scope(of kind: LogRecordKind) -> String {
        switch kind {
        case .decision: "coalesce((SELECT c.learner_id FROM public.claims c WHERE c.id = r.claim_id), r.claim_id)"
        case .entry: "r.learner_id"
        case .reversal:
            "coalesce((SELECT e.learner_id FROM public.register_entries e WHERE e.id = r.entry_id), r.entry_id)"
        case .erasure: "NULL::uuid"
        }
    }
}
