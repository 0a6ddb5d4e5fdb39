import Foundation
import PostgresClient
import RegistryDomain

/// What guards a register as the migrations make it: constraints, unique indexes, triggers, policies of row security, the
/// bodies of functions, columns with their defaults, views, and who was granted what. `sql/guards.json` holds it; the audit
/// compares the catalogue of a register with it, and re-checks every constraint from it as if the register had none.
public struct GuardManifest: Codable, Sendable, Equatable {
    public struct Guard: Codable, Sendable, Hashable {
        public enum Kind: String, Codable, Sendable {
            case check, foreignKey, unique, primaryKey, exclusion, notNull, trigger, policy, rowSecurity, function
            case table, column, view, words, rule, child, grant, role, setting, eventTrigger
        }
        public var kind: Kind
        /// Empty for what belongs to no table.
        public var table: String
        public var name: String
        /// As PostgreSQL writes it out; of a function its digest.
        public var definition: String
        /// Of a constraint or a unique index; empty where it is on an expression.
        public var columns: [String]?
        /// Of a foreign key.
        public var target: String?
        public var targetColumns: [String]?
        /// Of a unique index: the rows that it is about.
        public var condition: String?

        var place: String { table.isEmpty ? name : "\(table).\(name)" }
        var key: Key { Key(kind: kind, place: place) }
    }
    struct Key: Hashable {
        var kind: Guard.Kind
        var place: String
    }
    /// PostgreSQL's major version that wrote the definitions out; another may write them otherwise.
    public var postgres: Int
    public var guards: [Guard]
    /// What is otherwise in a register that lies in partitions by subject year; not part of what is written.
    var byYear: [Guard] = []

    private enum CodingKeys: CodingKey { case postgres, guards }

    public enum Mistake: Error, CustomStringConvertible {
        case unreadable(String)
        public var description: String {
            switch self {
            case .unreadable(let path): "\(path) cannot be read; set CEREGISTRY_SQL_DIRECTORY"
            }
        }
    }

    /// - Parameter directory: the folder with the migrations.
    public init(directory: String) throws {
        let folder = URL(fileURLWithPath: directory, isDirectory: true)
        func read(_ name: String) throws -> GuardManifest {
            let url = folder.appendingPathComponent(name)
            guard let data = try? Data(contentsOf: url) else { throw Mistake.unreadable(url.path) }
            return try JSONDecoder().decode(GuardManifest.self, from: data)
        }
        self = try read("guards.json")
        byYear = try read("options/partition_by_subject_year.json").guards
    }

    init(postgres: Int, guards: [Guard]) {
        self.postgres = postgres
        self.guards = guards
    }

    /// As the file is written: one guard a line, so that a change reads as one.
    public func text() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let lines = try guards.map { "  " + String(decoding: try encoder.encode($0), as: UTF8.self) }
        return "{\"postgres\": \(postgres), \"guards\": [\n\(lines.joined(separator: ",\n"))\n]}\n"
    }

    static let reading = Statement(
        """
        SELECT current_setting('server_version_num')::int / 10000 AS major, g.* FROM (
            SELECT CASE k.contype WHEN 'c' THEN 'check' WHEN 'f' THEN 'foreignKey' WHEN 'u' THEN 'unique' WHEN 'p' THEN 'primaryKey'
                   ELSE 'exclusion' END AS kind, c.relname::text AS table_name, k.conname::text AS name,
                   pg_get_constraintdef(k.oid) AS definition,
                   ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY n (number, place)
                         JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = n.number ORDER BY place) AS columns,
                   f.relname::text AS target,
                   ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY n (number, place)
                         JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = n.number ORDER BY place) AS target_columns,
                   NULL::text AS condition
            FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid LEFT JOIN pg_class f ON f.oid = k.confrelid
            WHERE c.relnamespace = 'public'::regnamespace AND k.contype IN ('c', 'f', 'u', 'p', 'x') AND k.convalidated
              AND k.conparentid = 0
            UNION ALL
            SELECT 'unique', c.relname, x.relname, pg_get_indexdef(i.indexrelid),
                   ARRAY(SELECT a.attname::text FROM unnest(i.indkey) WITH ORDINALITY n (number, place)
                         JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = n.number ORDER BY place),
                   NULL, '{}', pg_get_expr(i.indpred, i.indrelid)
            FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_class x ON x.oid = i.indexrelid
            WHERE c.relnamespace = 'public'::regnamespace AND i.indisunique AND i.indisvalid
              AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid)
            UNION ALL
            SELECT 'notNull', c.relname, a.attname, 'NOT NULL', ARRAY[a.attname::text], NULL, '{}', NULL
            FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
            WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND a.attnotnull AND NOT a.attisdropped
            UNION ALL
            SELECT 'trigger', c.relname, g.tgname, pg_get_triggerdef(g.oid), NULL, NULL, '{}', NULL
            FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid
            WHERE c.relnamespace = 'public'::regnamespace AND NOT g.tgisinternal AND g.tgenabled IN ('O', 'A')
            UNION ALL
            SELECT 'policy', c.relname, p.polname,
                   concat_ws(' ', p.polcmd, p.polpermissive, (SELECT string_agg(r::regrole::text, ',' ORDER BY r::regrole::text) FROM unnest(p.polroles) r),
                             'USING', pg_get_expr(p.polqual, p.polrelid), 'CHECK', pg_get_expr(p.polwithcheck, p.polrelid)),
                   NULL, NULL, '{}', NULL
            FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid WHERE c.relnamespace = 'public'::regnamespace
            UNION ALL
            SELECT 'rowSecurity', c.relname, 'row security', 'ENABLE FORCE', NULL, NULL, '{}', NULL FROM pg_class c
            WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND c.relrowsecurity AND c.relforcerowsecurity
            UNION ALL
            SELECT 'function', '', p.oid::regprocedure::text,
                   concat_ws(' ', md5(concat_ws(' ', p.prosrc, array_to_string(p.proconfig, ','))), l.lanname, p.prorettype::regtype,
                             CASE WHEN p.prosecdef THEN 'definer' END, p.provolatile, p.proparallel, p.proowner::regrole), NULL, NULL, '{}', NULL
            FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang WHERE p.pronamespace = 'public'::regnamespace
              AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
            UNION ALL
            \(unescaped: GuardReading.definitions)
            UNION ALL
            \(unescaped: GuardReading.rights)
        ) g ORDER BY kind, table_name, name
        """)

    init(_ rows: QueryResult) throws {
        postgres = Int(try rows.first?.decode("major", as: Int32.self) ?? 0)
        guards = try rows.map { row in
            func list(_ column: String) throws -> [String]? {
                let names = try row.decodeIfPresent(column, as: [String].self) ?? []
                return names.isEmpty ? nil : names
            }
            return Guard(
                kind: try row.word("kind"), table: try row.decode("table_name"), name: try row.decode("name"),
                definition: try row.decode("definition"), columns: try list("columns"),
                target: try row.decodeIfPresent("target"), targetColumns: try list("target_columns"),
                condition: try row.decodeIfPresent("condition"))
        }
    }

    /// What this manifest asks for and `found` lacks or has otherwise, and what is there that it does not ask for: the place,
    /// and `missing`, `changed` or `added`. A table that no migration made is nobody's guard, whatever hangs on it.
    func losses(in found: GuardManifest) -> [(place: String, what: String)] {
        let major = found.postgres
        let (guards, found) = forms(with: found)
        let present = Dictionary(
            found.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
        let known = Set(guards.map { $0.key })
        let tables = Set(guards.map(\.table)).union([""])
        let added = found.filter {
            tables.contains($0.table) && !known.contains($0.key)
        }
        return added.map { ("\($0.kind.rawValue) \($0.place)", "added") }
            + guards.compactMap { wanted in
                guard let there = present[wanted.key] else {
                    return ("\(wanted.kind.rawValue) \(wanted.place)", "missing")
                }
                guard postgres != major || there.definition == wanted.definition else {
                    return ("\(wanted.kind.rawValue) \(wanted.place)", "changed")
                }
                return nil
            }
    }
}

extension RegistryStore {
    /// The guards of this register as they are.
    public func guardManifest() async throws -> GuardManifest {
        try await translating { try GuardManifest(try await pool.execute(GuardManifest.reading)) }
    }
}
