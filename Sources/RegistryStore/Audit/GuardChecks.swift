import RegistryDomain

/// Whether what guards the register is still in place, and the tables that constraints read say what the notice says.
extension AuditCheck {
    static let guards: [AuditCheck] = [
        AuditCheck(
            name: "guardDisabled", rule: .Q8, recordKind: "guard",
            message: Text(zh: "数据库的保护措施被停用：{detail}", en: "a guard of the database is switched off: {detail}"),
            sql: """
                SELECT c.relname || '.' || g.tgname AS record_id, 'trigger' AS detail
                FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid
                WHERE c.relnamespace = 'public'::regnamespace AND g.tgenabled NOT IN ('O', 'A')
                UNION ALL
                SELECT c.relname || '.' || k.conname, 'constraint' FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
                WHERE c.relnamespace = 'public'::regnamespace AND NOT k.convalidated
                UNION ALL
                SELECT c.relname, 'row security' FROM pg_class c
                WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
                  AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
                  AND (c.relrowsecurity OR EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid))
                """),
        AuditCheck(
            name: "guardMissing", rule: .Q8, recordKind: "guard",
            message: Text(zh: "只增不改的保护不存在：{detail}", en: "a table that is written once can be changed: {detail}"),
            sql: """
                SELECT t.name AS record_id, w.operation AS detail
                FROM (VALUES ('register_entries'), ('reversals'), ('decisions'), ('claim_routings'), ('claim_events'), ('access_log'),
                             ('learner_corrections'), ('employer_corrections'), ('merges'), ('merge_reversals'), ('excuses'),
                             ('excuse_revocations'), ('certificates'), ('policies'), ('audit_runs'), ('audit_findings')) t (name)
                -- Bits of pg_trigger.tgtype (PostgreSQL, src/include/catalog/pg_trigger.h): DELETE 8, UPDATE 16, TRUNCATE 32.
                CROSS JOIN (VALUES ('delete', 8), ('update', 16), ('truncate', 32)) w (operation, bit)
                WHERE NOT EXISTS (SELECT FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid JOIN pg_proc f ON f.oid = g.tgfoid
                                  WHERE c.relname = t.name AND c.relnamespace = 'public'::regnamespace
                                  AND f.proname = 'refuse_change' AND g.tgtype & w.bit <> 0)
                """),
        AuditCheck(
            name: "policyTables", rule: .S1, recordKind: "subjectYear",
            message: Text(zh: "年度参数与通知不符（{detail}）", en: "the terms of a subject year are not the notice's ({detail})"),
            sql: """
                SELECT coalesce(y.year, t.year)::text AS record_id, coalesce(y.notice, t.notice) AS detail
                FROM subject_years y FULL JOIN (
                    SELECT DISTINCT ON (year, notice) * FROM \(AuditSQL.terms) t WHERE until = 'infinity' ORDER BY year, notice) t
                    ON t.year = y.year AND t.notice = y.notice
                WHERE (y.version, y.required_hours, y.compulsory_hours, y.elective_hours, y.online_from, y.online_until,
                       y.face_to_face_from, y.face_to_face_until, y.due_on)
                      IS DISTINCT FROM (t.version, t.required_hours, t.compulsory_hours, t.elective_hours, t.online_from,
                       t.online_until, t.face_to_face_from, t.face_to_face_until, t.due_on)
                UNION ALL
                SELECT coalesce(r.notice, w.notice), concat_ws(' ', coalesce(r.mode, w.mode), coalesce(r.level, w.level))
                FROM policy_routes r FULL JOIN (
                    SELECT p.notice, p.version, j ->> 'mode' AS mode, j ->> 'level' AS level, j ->> 'authority' AS authority,
                           j ->> 'rule' AS rule
                    FROM policies p CROSS JOIN jsonb_array_elements(p.document -> 'routes') j) w
                    ON (w.notice, w.version, w.mode, w.level) = (r.notice, r.version, r.mode, r.level)
                WHERE (r.authority, r.rule) IS DISTINCT FROM (w.authority, w.rule)
                """),
        AuditCheck(
            name: "orphan", rule: .L1, recordKind: "record",
            message: Text(zh: "{detail} 中的记录指向不存在的记录", en: "a record of {detail} refers to one that is not there"),
            sql: references.map { table, key, column, target in
                """
                SELECT a.\(key)::text AS record_id, '\(table)' AS detail FROM \(table) a
                WHERE a.\(column) IS NOT NULL AND NOT EXISTS (SELECT FROM \(target) b WHERE b.id = a.\(column))
                """
            }.joined(separator: "\nUNION ALL\n")),
        AuditCheck(
            name: "keyTwice", rule: .A1, recordKind: "record",
            message: Text(zh: "{detail} 中有两条记录使用同一编号", en: "two records of {detail} carry one number"),
            sql: keys.map { table, key, column in
                """
                SELECT a.\(key)::text AS record_id, '\(table)' AS detail
                FROM \(table) a JOIN (SELECT \(column) FROM \(table) GROUP BY \(column) HAVING count(*) > 1) b USING (\(column))
                """
            }.joined(separator: "\nUNION ALL\n")),
    ]

    private static let references: [(table: String, key: String, column: String, target: String)] = [
        ("employments", "id", "learner_id", "learners"), ("employments", "id", "employer_id", "employers"),
        ("learner_id_numbers", "learner_id", "learner_id", "learners"),
        ("completion_records", "id", "learner_id", "learners"),
        ("claims", "id", "learner_id", "learners"), ("claims", "id", "completion_record_id", "completion_records"),
        ("claims", "id", "employer_id", "employers"), ("decisions", "id", "claim_id", "claims"),
        ("claim_events", "claim_id", "claim_id", "claims"), ("claim_routings", "claim_id", "claim_id", "claims"),
        ("register_entries", "id", "learner_id", "learners"), ("register_entries", "id", "claim_id", "claims"),
        ("register_entries", "id", "completion_record_id", "completion_records"),
        ("standing_entries", "entry_id", "entry_id", "register_entries"), ("excuses", "id", "learner_id", "learners"),
        ("excuse_revocations", "excuse_id", "excuse_id", "excuses"), ("certificates", "id", "learner_id", "learners"),
        ("learner_corrections", "id", "learner_id", "learners"), ("learners", "id", "merged_into", "learners"),
        ("employers", "id", "merged_into", "employers"),
    ]

    /// Never the number itself: an ID number is not for a report.
    private static let keys: [(table: String, key: String, column: String)] = [
        ("learners", "id", "id_number"), ("employers", "id", "credit_code"),
        ("completion_records", "id", "record_number"), ("certificates", "id", "code"), ("users", "id", "username"),
        ("learner_id_numbers", "learner_id", "id_number"),
    ]
}
