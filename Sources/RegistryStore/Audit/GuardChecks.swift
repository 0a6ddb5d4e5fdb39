import RegistryDomain

/// Whether what guards the register is still in place, and the tables that constraints read say what the notice says.
extension AuditCheck {
    /// Where the register's tables lie, and their partitions where it has some.
    private static let schemas = "SELECT oid FROM pg_namespace WHERE nspname IN ('public', 'register_years')"

    static let guards: [AuditCheck] = [
        AuditCheck(
            name: "guardDisabled", rule: .Q8, recordKind: "guard", reach: .register,
            message: Text(zh: "数据库的保护措施被停用：{detail}", en: "a guard of the database is switched off: {detail}"),
            sql: """
                SELECT c.relname || '.' || g.tgname AS record_id, 'trigger' AS detail
                FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid
                WHERE c.relnamespace IN (\(schemas)) AND g.tgenabled NOT IN ('O', 'A')
                UNION ALL
                SELECT c.relname || '.' || k.conname, 'constraint' FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
                WHERE c.relnamespace IN (\(schemas)) AND NOT k.convalidated
                UNION ALL
                SELECT c.relname, 'row security' FROM pg_class c
                WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
                  AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
                  AND (c.relrowsecurity OR EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid))
                """),
        AuditCheck(
            name: "guardMissing", rule: .Q8, recordKind: "guard", reach: .register,
            message: Text(zh: "只增不改的保护不存在：{detail}", en: "a table that is written once can be changed: {detail}"),
            sql: """
                SELECT t.name AS record_id, w.operation AS detail
                FROM (VALUES ('register_entries'), ('reversals'), ('decisions'), ('claim_routings'), ('claim_events'), ('access_log'),
                             ('learner_corrections'), ('employer_corrections'), ('merges'), ('merge_reversals'), ('excuses'),
                             ('excuse_revocations'), ('certificates'), ('policies'), ('audit_runs'), ('audit_findings'),
                             ('audit_acknowledgements'), ('bulletin_publications'), ('bulletin_forms'), ('erasures'),
                             ('erased_learners'), ('erased_words'), ('completion_records'), ('learner_id_numbers'), ('kept_apart'),
                             ('log_leaves'), ('log_nodes'), ('notices')) t (name)
                -- Bits of pg_trigger.tgtype (PostgreSQL, src/include/catalog/pg_trigger.h): DELETE 8, UPDATE 16, TRUNCATE 32.
                CROSS JOIN (VALUES ('delete', 8), ('update', 16), ('truncate', 32)) w (operation, bit)
                WHERE NOT EXISTS (SELECT FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid JOIN pg_proc f ON f.oid = g.tgfoid
                                  WHERE c.relname = t.name AND c.relnamespace = 'public'::regnamespace
                                  AND f.proname = 'refuse_change' AND g.tgtype & w.bit <> 0)
                """),
        AuditCheck(
            name: "policyTables", rule: .S1, recordKind: "subjectYear", reach: .register,
            message: Text(zh: "年度参数与通知不符（{detail}）", en: "the terms of a subject year are not the notice's ({detail})"),
            sql: """
                SELECT coalesce(y.year, t.year)::text AS record_id, coalesce(y.notice, t.notice) AS detail
                FROM subject_years y FULL JOIN (
                    SELECT DISTINCT ON (year, notice) * FROM \(AuditSQL.terms) t WHERE until = 'infinity' ORDER BY year, notice) t
                    ON t.year = y.year AND t.notice = y.notice
                WHERE (y.version, y.category, y.required_hours, y.compulsory_hours, y.elective_hours, y.online_from, y.online_until,
                       y.face_to_face_from, y.face_to_face_until, y.due_on)
                      IS DISTINCT FROM (t.version, t.document #>> '{category,id}', t.required_hours, t.compulsory_hours, t.elective_hours, t.online_from,
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
    ]
}
