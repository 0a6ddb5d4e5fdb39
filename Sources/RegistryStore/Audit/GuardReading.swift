/// Parts of `GuardManifest.reading`.
enum GuardReading {
    /// What tables, columns, views and words of a type are; and what may stand in front of a table or beside it.
    static let definitions = """
        SELECT 'table', c.relname, c.relname, concat_ws(' ', c.relkind, c.relpersistence, c.relowner::regrole), NULL, NULL, '{}', NULL
        FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v', 'm', 'p', 'f')
        UNION ALL
        SELECT 'column', c.relname, a.attname,
               concat_ws(' ', format_type(a.atttypid, a.atttypmod), nullif(a.attgenerated, ''), nullif(a.attidentity, ''),
                         pg_get_expr(d.adbin, d.adrelid)), NULL, NULL, '{}', NULL
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
        UNION ALL
        SELECT 'view', c.relname, c.relname, md5(pg_get_viewdef(c.oid)), NULL, NULL, '{}', NULL
        FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('v', 'm')
        UNION ALL
        SELECT 'words', '', t.typname, (SELECT string_agg(e.enumlabel, ' ' ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid),
               NULL, NULL, '{}', NULL
        FROM pg_type t WHERE t.typnamespace = 'public'::regnamespace AND t.typtype = 'e'
        UNION ALL
        SELECT 'rule', c.relname, r.rulename, pg_get_ruledef(r.oid), NULL, NULL, '{}', NULL
        FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class
        WHERE c.relnamespace = 'public'::regnamespace AND r.rulename <> '_RETURN'
        UNION ALL
        SELECT 'child', p.relname, c.oid::regclass::text, CASE WHEN c.relispartition THEN 'PARTITION ' || (\(partition)) ELSE 'INHERITS' END,
               NULL, NULL, '{}', NULL
        FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent JOIN pg_class c ON c.oid = i.inhrelid
        WHERE p.relnamespace = 'public'::regnamespace AND p.relkind IN ('r', 'p')
        UNION ALL
        SELECT 'eventTrigger', '', e.evtname, concat_ws(' ', e.evtevent, e.evtfoid::regproc, e.evtenabled), NULL, NULL, '{}', NULL
        FROM pg_event_trigger e
        """

    /// A digest of everything that guards a partition, and nothing of its name or its bounds: partitions of one table are alike.
    private static let partition = """
        SELECT md5(concat_ws(E'\\n', n.nspname, n.nspowner::regrole, c.relkind, c.relpersistence, c.relowner::regrole,
            (SELECT string_agg(concat_ws(' ', x.place, x.grantee, x.privilege_type), ',' ORDER BY x.place, x.grantee, x.privilege_type)
             FROM (SELECT 'table' AS place, * FROM aclexplode(c.relacl) UNION ALL SELECT 'schema', * FROM aclexplode(n.nspacl)
                   UNION ALL SELECT 'column', e.* FROM pg_attribute t CROSS JOIN aclexplode(t.attacl) e WHERE t.attrelid = c.oid) x
             WHERE x.grantee <> c.relowner),
            (SELECT string_agg(concat_ws(' ', t.attname, format_type(t.atttypid, t.atttypmod), t.attnotnull), ',' ORDER BY t.attname)
             FROM pg_attribute t WHERE t.attrelid = c.oid AND t.attnum > 0 AND NOT t.attisdropped),
            (SELECT string_agg(concat_ws(' ', k.contype, pg_get_constraintdef(k.oid), k.convalidated), ',' ORDER BY k.contype, pg_get_constraintdef(k.oid))
             FROM pg_constraint k WHERE k.conrelid = c.oid),
            (SELECT string_agg(i.indisvalid::text, ',') FROM pg_index i WHERE i.indrelid = c.oid AND i.indisunique),
            (SELECT string_agg(x.line, ',' ORDER BY x.line)
             FROM (SELECT concat_ws(' ', f.proname, g.tgtype, g.tgenabled, CASE WHEN NOT g.tgisinternal
                          THEN replace(pg_get_triggerdef(g.oid), c.oid::regclass::text, '') END) AS line
                   FROM pg_trigger g JOIN pg_proc f ON f.oid = g.tgfoid WHERE g.tgrelid = c.oid) x),
            (SELECT string_agg(r.rulename, ',') FROM pg_rewrite r WHERE r.ev_class = c.oid),
            (SELECT string_agg(h.inhrelid::regclass::text, ',') FROM pg_inherits h WHERE h.inhparent = c.oid)))
        FROM pg_namespace n WHERE n.oid = c.relnamespace
        """

    /// Who may do what: rights on tables, columns, functions and the schema of whoever does not own them; what the three
    /// roles are, and the settings that would take triggers or row security from under a session.
    static let rights = """
        SELECT 'grant', r.place, r.grantee, string_agg(r.privilege, ' ' ORDER BY r.privilege), NULL, NULL, '{}', NULL
        FROM (SELECT c.relname AS place, CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END AS grantee,
                     a.privilege_type || CASE WHEN a.is_grantable THEN '*' ELSE '' END AS privilege
              FROM pg_class c CROSS JOIN aclexplode(c.relacl) a
              WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v', 'm', 'p', 'f', 'S') AND a.grantee <> c.relowner
              UNION ALL
              SELECT c.relname, CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END,
                     concat(a.privilege_type, '(', t.attname, ')', CASE WHEN a.is_grantable THEN '*' END)
              FROM pg_attribute t JOIN pg_class c ON c.oid = t.attrelid CROSS JOIN aclexplode(t.attacl) a
              WHERE c.relnamespace = 'public'::regnamespace AND a.grantee <> c.relowner
              UNION ALL
              SELECT '', concat_ws(' ', p.oid::regprocedure, CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END),
                     a.privilege_type || CASE WHEN a.is_grantable THEN '*' ELSE '' END
              FROM pg_proc p CROSS JOIN aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
              WHERE p.pronamespace = 'public'::regnamespace AND a.grantee <> p.proowner
                AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
              UNION ALL
              SELECT '', concat_ws(' ', 'schema', n.nspname, CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END),
                     a.privilege_type || CASE WHEN a.is_grantable THEN '*' ELSE '' END
              FROM pg_namespace n CROSS JOIN aclexplode(n.nspacl) a WHERE n.nspname = 'public' AND a.grantee <> n.nspowner) r
        GROUP BY r.place, r.grantee
        UNION ALL
        SELECT 'role', '', r.rolname,
               concat_ws(' ', CASE WHEN r.rolsuper THEN 'SUPERUSER' END, CASE WHEN r.rolbypassrls THEN 'BYPASSRLS' END,
                         CASE WHEN r.rolcreaterole THEN 'CREATEROLE' END, CASE WHEN r.rolcreatedb THEN 'CREATEDB' END,
                         CASE WHEN r.rolreplication THEN 'REPLICATION' END, CASE WHEN r.rolinherit THEN 'INHERIT' END,
                         CASE WHEN r.rolcanlogin THEN 'LOGIN' END,
                         (SELECT 'IN ' || string_agg(m.roleid::regrole::text, ',' ORDER BY m.roleid::regrole::text)
                          FROM pg_auth_members m WHERE m.member = r.oid)), NULL, NULL, '{}', NULL
        FROM pg_roles r WHERE r.rolname IN ('ceregistry_owner', 'ceregistry_daemon', 'ceregistry_auditor')
        UNION ALL
        SELECT 'setting', '', concat_ws(' ', CASE WHEN s.setrole = 0 THEN 'database' ELSE s.setrole::regrole::text END, split_part(c, '=', 1)),
               c, NULL, NULL, '{}', NULL
        FROM pg_db_role_setting s CROSS JOIN unnest(s.setconfig) c
        WHERE s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
          AND split_part(c, '=', 1) IN ('session_replication_role', 'row_security', 'search_path', 'default_transaction_read_only')
        """
}
