import RegistryDomain

/// Every constraint of the manifest as a question to the rows, asked whether or not the constraint is there.
struct GuardRowChecks {
    let manifest: GuardManifest

    /// Tables that are no part of the register, or that the auditor may not read.
    private static let others: Set<String> = [
        "access_log", "completion_counts", "completion_employers", "completion_months", "contacts", "idempotency_keys",
        "import_file_parts", "import_findings", "import_jobs", "queue_watches", "schema_migrations", "sessions",
        "training_sign_in_keys",
    ]
    private static let secrets: Set<String> = [
        "password_hash", "failed_logins", "locked_until", "password_is_one_time",
    ]

    var checks: [AuditCheck] { all.filter { !$0.sql.isEmpty } }

    /// Also those that this manifest has no question for.
    var all: [AuditCheck] { [constraint, orphan, keyTwice] }

    private var guards: [GuardManifest.Guard] {
        manifest.guards.filter { asked in
            !Self.others.contains(asked.table) && !asked.table.hasPrefix("audit_")
                && !(asked.table == "users" && !Self.secrets.isDisjoint(with: asked.columns ?? []))
        }
    }

    /// One pass over each table for all its rows' own conditions.
    private var constraint: AuditCheck {
        let byTable = Dictionary(
            grouping: guards.filter { $0.kind == .check || $0.kind == .notNull }, by: \.table)
        let selects = byTable.keys.sorted().map { table in
            let conditions = (byTable[table] ?? []).map { asked in
                asked.kind == .notNull
                    ? (broken: "a.\(asked.name) IS NULL", name: "\(asked.name) NOT NULL")
                    : (broken: "(\(Self.condition(asked.definition))) IS FALSE", name: asked.name)
            }
            let names = conditions.map { "CASE WHEN \($0.broken) THEN '\($0.name)' END" }.joined(separator: ", ")
            return """
                SELECT \(key(of: table)) AS record_id, '\(table): ' || concat_ws(', ', \(names)) AS detail
                FROM \(table) a WHERE \(conditions.map(\.broken).joined(separator: " OR "))
                """
        }
        return AuditCheck(
            name: "constraint", rule: .Q8, recordKind: "record", reach: .guarded,
            message: Text(zh: "记录违反数据库约束（{detail}）", en: "a record breaks a constraint ({detail})"),
            sql: selects.joined(separator: "\nUNION ALL\n"))
    }

    private var orphan: AuditCheck {
        let selects = guards.filter { $0.kind == .foreignKey }.compactMap { asked -> String? in
            guard let columns = asked.columns, let target = asked.target, let targets = asked.targetColumns else {
                return nil
            }
            let present = columns.map { "a.\($0) IS NOT NULL" }.joined(separator: " AND ")
            let equal = zip(columns, targets).map { "b.\($1) = a.\($0)" }.joined(separator: " AND ")
            let scope = Self.scope(of: asked.table)
            return """
                SELECT \(key(of: asked.table)) AS record_id, '\(asked.table).\(columns.joined(separator: "+"))' AS detail,
                       \(scope ?? "NULL::uuid") AS scope
                FROM \(scope == nil ? "public." : "")\(asked.table) a WHERE \(present) AND NOT EXISTS (SELECT FROM public.\(target) b WHERE \(equal))
                """
        }
        return AuditCheck(
            name: "orphan", rule: .L1, recordKind: "record",
            message: Text(zh: "{detail} 指向不存在的记录", en: "{detail} refers to a record that is not there"),
            namesScope: true, sql: selects.joined(separator: "\nUNION ALL\n"))
    }

    private var keyTwice: AuditCheck {
        let selects = guards.filter { $0.kind == .unique || $0.kind == .primaryKey }.compactMap { asked -> String? in
            guard let columns = asked.columns else { return nil }
            let list = columns.joined(separator: ", ")
            let rows = asked.condition.map { " WHERE \($0)" } ?? ""
            return """
                SELECT \(key(of: asked.table)) AS record_id, '\(asked.table): \(asked.name)' AS detail
                FROM \(asked.table) a JOIN (SELECT \(list) FROM \(asked.table)\(rows) GROUP BY \(list) HAVING count(*) > 1) b
                     USING (\(list))\(rows)
                """
        }
        return AuditCheck(
            name: "keyTwice", rule: .A1, recordKind: "record", reach: .guarded,
            message: Text(zh: "两条记录使用同一编号（{detail}）", en: "two records carry one number ({detail})"),
            sql: selects.joined(separator: "\nUNION ALL\n"))
    }

    /// What a finding names a row by. Never an ID number: it is not for a report.
    private func key(of table: String) -> String {
        if table == "learner_id_numbers" { return "coalesce(a.learner_id::text, '—')" }
        let columns = manifest.guards.first { $0.kind == .primaryKey && $0.table == table }?.columns ?? ["ctid"]
        return columns.count == 1
            ? "a.\(columns[0])::text" : "concat_ws(' ', \(columns.map { "a.\($0)" }.joined(separator: ", ")))"
    }

    /// The learner whom a row hangs on, as `AuditFeed.contributions` has it; nil for tables that are looked at whole.
    private static func scope(of table: String) -> String? {
        switch table {
        case "learners": "a.id"
        case "learner_id_numbers", "employments", "excuses", "completion_records", "claims", "register_entries",
            "standing_entries":
            "a.learner_id"
        case "claim_routings", "claim_events", "decisions":
            "coalesce((SELECT c.learner_id FROM public.claims c WHERE c.id = a.claim_id), a.claim_id)"
        case "reversals":
            "coalesce((SELECT e.learner_id FROM public.register_entries e WHERE e.id = a.entry_id), a.entry_id)"
        default: nil
        }
    }

    /// The expression within `CHECK (…)`.
    private static func condition(_ definition: String) -> String {
        String(definition.dropFirst("CHECK ".count))
    }
}
