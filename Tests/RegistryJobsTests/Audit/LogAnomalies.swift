/// What somebody did to a record behind the log's back, or to the log.
extension Anomaly {
    private static let stranger = "00000000-0000-4000-8000-00000000000a"

    private static let entryOfNobody = clone(
        "register_entries", "opening_entry", "'id', '\(stranger)'::uuid, 'entry_number', 999999")
    private static let itsOpening = """
        INSERT INTO log_openings (kind, record_id, person_salt, learner_id, name, id_number, user_salt, user_id, username, user_name,
                                  text_salt)
        SELECT 'entry', '\(stranger)', sha256('a'), learner_id, name, id_number, sha256('b'), user_id, username, user_name, sha256('c')
        FROM log_openings o JOIN pick p ON o.record_id = p.opening_entry WHERE o.kind = 'entry'
        """
    private static let itsPlaceInLine = "INSERT INTO log_queue (kind, record_id) VALUES ('entry', '\(stranger)')"

    private static func erased(_ part: String, _ columns: String, of key: String) -> String {
        """
        UPDATE log_openings t SET \(columns), \(part)_erasure = gen_random_uuid() FROM pick p WHERE t.record_id = p.\(key)
        """
    }
    private static let noPerson = "person_salt = NULL, learner_id = NULL, name = NULL, id_number = NULL"
    private static let noUser = "user_salt = NULL, user_id = NULL, username = NULL, user_name = NULL"

    private static let renamed = update("learners", "online_learner", "name = '别人'")
    private static func corrected(_ field: String, _ column: String) -> String {
        """
        INSERT INTO learner_corrections (learner_id, field, old_value, new_value, reason, document, corrected_on, recorded_by)
        SELECT l.id, '\(field)', l.\(column), '别人', '更正', '户籍证明', '2018-12-01', u.id
        FROM pick p JOIN learners l ON l.id = p.online_learner, users u WHERE u.username = 'officer-city'
        """
    }

    static let logCases: [Anomaly] = [
        Anomaly(
            check: "decisionLeaf", record: "online_decision",
            planted: [update("decisions", "online_decision", "reason = '另有原因'")],
            lawful: [erased("text", "text_salt = NULL", of: "online_decision")]),
        Anomaly(
            check: "decisionLeaf", record: "online_decision",
            planted: ["UPDATE log_openings t SET user_name = '某人' FROM pick p WHERE t.record_id = p.online_decision"],
            lawful: [erased("user", noUser, of: "online_decision")]),
        Anomaly(
            check: "entryLeaf", record: "online_entry",
            planted: [
                update("register_entries", "online_entry", "recorded_at = recorded_at + interval '1 microsecond'")
            ],
            lawful: [erased("person", noPerson, of: "online_entry")]),
        Anomaly(
            check: "entryLeaf", record: "online_entry",
            planted: ["DELETE FROM log_openings t USING pick p WHERE t.record_id = p.online_entry"],
            lawful: [update("claims", "online_claim", "version = version + 1")]),
        Anomaly(
            check: "entryLeaf", record: "opening_entry",
            planted: ["UPDATE log_openings t SET text_salt = NULL FROM pick p WHERE t.record_id = p.opening_entry"],
            lawful: [erased("text", "text_salt = NULL", of: "opening_entry")]),
        Anomaly(
            check: "reversalLeaf", record: "reversed_entry",
            planted: ["UPDATE reversals t SET reason = '另有原因' FROM pick p WHERE t.entry_id = p.reversed_entry"],
            lawful: [erased("person", noPerson, of: "reversed_entry")]),
        Anomaly(
            check: "leafMissing", record: "'\(stranger)'", planted: [entryOfNobody],
            lawful: [entryOfNobody, itsOpening, itsPlaceInLine]),
        Anomaly(
            check: "leafMissing", record: "online_entry",
            planted: ["DELETE FROM log_leaves t USING pick p WHERE t.record_id = p.online_entry"],
            lawful: [
                "DELETE FROM log_leaves t USING pick p WHERE t.record_id = p.online_entry",
                "INSERT INTO log_queue (kind, record_id) SELECT 'entry', online_entry FROM pick",
            ]),
        Anomaly(
            check: "leafWithoutRecord",
            record: "SELECT leaf_index FROM log_leaves WHERE kind = 'reversal' AND record_id = reversed_entry",
            planted: ["DELETE FROM reversals t USING pick p WHERE t.entry_id = p.reversed_entry"],
            lawful: ["UPDATE reversals t SET reason = '另有原因' FROM pick p WHERE t.entry_id = p.reversed_entry"]),
        Anomaly(
            check: "leafWaiting", record: "'\(stranger)'", planted: [itsPlaceInLine],
            lawful: [entryOfNobody, itsOpening, itsPlaceInLine]),
        Anomaly(
            check: "leafWaiting", record: "'\(stranger)'",
            planted: [
                entryOfNobody, itsOpening, itsPlaceInLine,
                "UPDATE register_entries SET recorded_at = now() - interval '25 hours' WHERE id = '\(stranger)'",
            ],
            lawful: [
                entryOfNobody, itsOpening, itsPlaceInLine,
                "UPDATE register_entries SET recorded_at = now() - interval '23 hours' WHERE id = '\(stranger)'",
            ]),
        Anomaly(
            check: "leafHash", record: "3", planted: ["UPDATE log_leaves SET data = data || ' ' WHERE leaf_index = 3"],
            lawful: [
                """
                UPDATE log_leaves SET data = data || ' ', hash = sha256('\\x00'::bytea || convert_to(data || ' ', 'UTF8'))
                WHERE leaf_index = 3
                """
            ]),
        Anomaly(
            check: "leafGap", record: "4", planted: ["DELETE FROM log_leaves WHERE leaf_index = 3"],
            lawful: ["DELETE FROM log_leaves WHERE leaf_index = (SELECT max(leaf_index) FROM log_leaves)"]),
        Anomaly(
            check: "leafGap", record: "1", planted: ["DELETE FROM log_leaves WHERE leaf_index = 0"],
            lawful: ["DELETE FROM log_leaves WHERE leaf_index >= 3"]),
        Anomaly(
            check: "identityUnrecorded", record: "online_learner", planted: [renamed],
            lawful: [corrected("name", "name"), renamed]),
        Anomaly(
            check: "identityUnrecorded", record: "online_learner",
            planted: [update("learners", "online_learner", "id_number = '511823190001010019'")],
            lawful: [
                corrected("idNumber", "id_number"),
                update("learners", "online_learner", "id_number = '511823190001010019'"),
            ]),
        Anomaly(
            check: "logNode", record: "'1/0'",
            planted: ["UPDATE log_nodes SET hash = sha256(hash) WHERE level = 1 AND node_index = 0"],
            lawful: ["DELETE FROM log_leaves WHERE leaf_index = (SELECT max(leaf_index) FROM log_leaves)"]),
        Anomaly(
            check: "logNode", record: "'1/0'", planted: ["DELETE FROM log_nodes WHERE level = 1 AND node_index = 0"],
            lawful: ["UPDATE log_leaves SET data = data || ' ' WHERE leaf_index = 3"]),
        Anomaly(
            check: "checkpoint", record: "SELECT count(*) FROM log_leaves",
            planted: ["UPDATE log_leaves SET hash = sha256(hash) WHERE leaf_index = 3"],
            lawful: [
                """
                INSERT INTO log_leaves (leaf_index, kind, record_id, data, hash)
                SELECT count(*), 'entry', '\(stranger)', '{}', sha256('\\x007b7d'::bytea) FROM log_leaves
                """
            ]),
        Anomaly(
            check: "checkpoint", record: "SELECT count(*) FROM log_leaves",
            planted: ["DELETE FROM log_leaves WHERE leaf_index = (SELECT max(leaf_index) FROM log_leaves)"],
            lawful: ["UPDATE log_leaves SET data = data || ' ' WHERE leaf_index = 3"]),
    ]
}
