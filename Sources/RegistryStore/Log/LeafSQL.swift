/// How a leaf is made from its record, in SQL; `LeafText` makes the same from an exported one, and a test holds the two to
/// each other. The format is described in the article TransparencyLog; it never changes for a leaf that is there, a new
/// form gets another `v`.
struct LeafSQL {
    let kind: LogRecordKind
    /// The record's table, aliased `r` in all that follows; its opening is `o`.
    let table: String
    let key: String
    /// The learner that the record is about, and the user whose record it is.
    let learner: String
    let user: String
    /// Needed to know the learner.
    let join: String
    /// Members in the order of their names, each a whole `"name":value` as text.
    private let members: [(name: String, value: String)]

    static let all = LogRecordKind.allCases.map { of($0) }

    static func of(_ kind: LogRecordKind) -> LeafSQL {
        switch kind {
        case .decision:
            LeafSQL(
                kind: kind, table: "decisions", key: "id", learner: "c.learner_id", user: "r.decided_by",
                join: "LEFT JOIN claims c ON c.id = r.claim_id",
                members: [
                    ("authority", string("r.authority")), ("claim", string("r.claim_id::text")),
                    ("decidedOn", day("r.decided_on")), ("decision", string("r.decision")),
                    ("id", string("r.id::text")), ("kind", "'\"decision\"'"), ("person", ""),
                    ("recordedAt", instant("r.recorded_at")), ("routing", "r.routing::text"), ("text", words(of: kind)),
                    ("user", ""), ("v", "'1'"),
                ])
        case .entry:
            LeafSQL(
                kind: kind, table: "register_entries", key: "id", learner: "r.learner_id", user: "r.recorded_by",
                join: "",
                members: [
                    ("authority", string("r.recognized_by")), ("claim", string("r.claim_id::text")),
                    ("completionRecord", string("r.completion_record_id::text")),
                    ("decision", string("r.decision_id::text")), ("entryNumber", "r.entry_number::text"),
                    ("hours", "r.hours::text"), ("id", string("r.id::text")), ("kind", "'\"entry\"'"),
                    ("mode", string("r.mode")), ("outcome", string("r.decision")), ("person", ""),
                    ("recognizedOn", day("r.recognized_on")), ("recordedAt", instant("r.recorded_at")),
                    ("session", string("r.session_code")), ("source", string("r.kind")), ("text", words(of: kind)),
                    ("user", ""), ("v", "'1'"), ("year", "r.subject_year::text"),
                ])
        case .reversal:
            LeafSQL(
                kind: kind, table: "reversals", key: "entry_id", learner: "e.learner_id", user: "r.recorded_by",
                join: "LEFT JOIN register_entries e ON e.id = r.entry_id",
                members: [
                    ("authority", string("r.reversed_by")), ("entry", string("r.entry_id::text")),
                    ("kind", "'\"reversal\"'"), ("person", ""), ("recordedAt", instant("r.recorded_at")),
                    ("reversedOn", day("r.reversed_on")), ("text", words(of: kind)), ("user", ""), ("v", "'1'"),
                ])
        // Who was erased is nobody's to know: there is no person.
        case .erasure:
            LeafSQL(
                kind: kind, table: "erasures", key: "id", learner: "NULL::uuid", user: "r.recorded_by", join: "",
                members: [
                    ("authority", "'\"city\"'"), ("erasedOn", day("r.erased_on")), ("id", string("r.id::text")),
                    ("kind", "'\"erasure\"'"), ("recordedAt", instant("r.recorded_at")), ("text", words(of: kind)),
                    ("user", ""), ("v", "'1'"),
                ])
        }
    }

    /// An array of `"name":value`, of the record and its opening.
    ///
    /// - Parameter erased: what a commitment is taken for whose salt was removed by law: `null` while there is no leaf,
    ///   later what the leaf says.
    func fragments(erased: (String) -> String = { _ in "NULL" }) -> String {
        let parts = members.map { name, value in
            let value =
                switch name {
                case "person": Self.commitment("o.person_salt", Self.person, erased("person"))
                case "user": Self.commitment("o.user_salt", Self.userName, erased("user"))
                case "text": Self.commitment("o.text_salt", value, erased("text"))
                default: value
                }
            return "'\"\(name)\":' || coalesce(\(value), 'null')"
        }
        return "ARRAY[\(parts.joined(separator: ", "))]"
    }

    /// The leaf's text of such an array.
    static func data(_ fragments: String) -> String { "'{' || array_to_string(\(fragments), ',') || '}'" }

    /// What the tree hashes of it (RFC 6962, 2.1).
    static func hash(_ data: String) -> String { "sha256('\\x00'::bytea || convert_to(\(data), 'UTF8'))" }

    private static let person = """
        '{"idNumber":' || to_json(o.id_number)::text || ',"learner":"' || o.learner_id || '","name":' || to_json(o.name)::text || '}'
        """
    private static let userName = """
        '{"name":' || to_json(o.user_name)::text || ',"user":"' || o.user_id || '","username":' || to_json(o.username)::text || '}'
        """

    /// What was written in words, as it is committed to.
    private static func words(of kind: LogRecordKind) -> String {
        switch kind {
        case .decision:
            """
            '{"answers":' || to_json(r.answers::text)::text || ',"reason":' || coalesce(to_json(r.reason)::text, 'null') || '}'
            """
        case .entry: "'{\"paperNumber\":' || to_json(r.paper_number)::text || '}'"
        case .reversal: "'{\"reason\":' || to_json(r.reason)::text || '}'"
        // The learner's record, by its pseudonym, belongs to what must not be changed.
        case .erasure:
            """
            '{"document":' || to_json(r.document)::text || ',"learner":"' || r.learner_id || '","reason":' || to_json(r.reason)::text || '}'
            """
        }
    }

    /// `"base64"` of SHA-256 over the salt and the canonical JSON that is committed to.
    private static func commitment(_ salt: String, _ opened: String, _ erased: String) -> String {
        "coalesce('\"' || encode(sha256(\(salt) || convert_to(\(opened), 'UTF8')), 'base64') || '\"', \(erased))"
    }

    /// PostgreSQL escapes in a JSON string what RFC 8785 escapes, and as it does.
    private static func string(_ text: String) -> String { "to_json(\(text))::text" }
    private static func day(_ date: String) -> String { "'\"' || \(plainDay(date)) || '\"'" }
    private static func instant(_ time: String) -> String { "'\"' || \(plainInstant(time)) || '\"'" }

    static func plainDay(_ date: String) -> String { "to_char(\(date), 'YYYY-MM-DD')" }
    /// Microseconds, UTC.
    static func plainInstant(_ time: String) -> String {
        "to_char(\(time) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
    }
}
