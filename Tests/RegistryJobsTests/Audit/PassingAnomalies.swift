/// What depends on the day of the run, and numbers that do not add up.
extension Anomaly {
    static let passingCases: [Anomaly] = [
        Anomaly(
            check: "claimWaiting", record: "open_claim",
            planted: [update("claims", "open_claim", "state_since = '2017-05-31'")],
            lawful: [update("claims", "open_claim", "state_since = '2017-06-01'")], day: "2017-07-01"),
        Anomaly(
            check: "claimWaiting", record: "open_claim",
            planted: [update("claims", "open_claim", "state_since = '2017-05-01'")],
            lawful: [update("claims", "open_claim", "state_since = '2017-05-01', state = 'returned'")],
            day: "2017-07-01"),
        Anomaly(
            check: "authorityWithoutOfficer", record: "(SELECT routed_to FROM claims WHERE id = county_claim)",
            planted: [disabling],
            lawful: [
                disabling,
                """
                INSERT INTO users (username, person_name, password_hash, role, authority)
                SELECT 'successor', '继任', '-', 'countyOfficer', c.routed_to FROM pick p JOIN claims c ON c.id = p.county_claim
                """,
            ]),
        Anomaly(
            check: "staleExcuse", record: "excuse",
            planted: [update("excuses", "excuse", "subject_year = 2017"), inPost(from: "2018-01-01")],
            lawful: [update("excuses", "excuse", "subject_year = 2018"), inPost(from: "2018-12-31")]),
        Anomaly(
            check: "staleExcuse", record: "excuse", planted: [ofACompleteYear],
            lawful: [
                ofACompleteYear,
                """
                INSERT INTO excuse_revocations (excuse_id, reason, revoked_on, recorded_by)
                SELECT p.excuse, '已完成', '2018-12-30', u.id FROM pick p, users u WHERE u.username = 'officer-city'
                """,
            ]),
        Anomaly(
            check: "employedAfterClosing", record: "idle_learner",
            planted: [closing("e.employed_from - 1")], lawful: [closing("e.employed_from")]),
        Anomaly(
            check: "dayAhead", record: "online_entry",
            planted: [
                update("register_entries", "online_entry", "recognized_on = '2019-01-02', recorded_at = '2019-01-01'")
            ],
            lawful: [
                update("register_entries", "online_entry", "recognized_on = '2019-01-02', recorded_at = '2019-01-03'")
            ]),
    ]

    private static let disabling = """
        UPDATE users u SET disabled_at = now() FROM pick p JOIN claims c ON c.id = p.county_claim WHERE u.authority = c.routed_to
        """

    private static func inPost(from day: String) -> String {
        "UPDATE employments t SET employed_from = '\(day)', employed_until = NULL FROM pick p WHERE t.learner_id = p.excused_learner"
    }

    private static let ofACompleteYear = """
        UPDATE excuses t SET subject_year = s.subject_year, learner_id = s.learner_id
        FROM pick p, (SELECT * FROM standing_entries WHERE completes AND subject_year = 2017 ORDER BY entry_id LIMIT 1) s
        WHERE t.id = p.excuse
        """

    /// The learner without claims is in post at an employer that closed on that day.
    private static func closing(_ day: String) -> String {
        """
        WITH unit AS (INSERT INTO employers (credit_code, name, kind, level, division, closed_on)
                      SELECT '12999999MB00000000', '另一县医院', 'publicInstitution', 'county', '511827', \(day)
                      FROM employments e JOIN pick p ON e.learner_id = p.idle_learner LIMIT 1 RETURNING id)
        UPDATE employments e SET employer_id = unit.id FROM unit, pick p WHERE e.learner_id = p.idle_learner
        """
    }

    static let countCases: [Anomaly] = [
        Anomaly(
            check: "certificateOmits", record: "certificate",
            planted: [printing("array_remove(t.entries, p.certified_entry)")], lawful: [printing("t.entries")]),
        Anomaly(
            check: "certificateOmits", record: "certificate",
            planted: [printing("array_remove(t.entries, p.certified_entry)")],
            lawful: [
                printing("array_remove(t.entries, p.certified_entry)"),
                reversal("certified_entry", by: "city", "officer-city"),
                "UPDATE reversals r SET recorded_at = now() - interval '1 year' FROM pick p WHERE r.entry_id = p.certified_entry",
            ]),
        Anomaly(
            check: "bulletinStatus", record: "online_learner",
            planted: ["UPDATE standing_entries t SET completes = false FROM pick p WHERE t.entry_id = p.online_entry"],
            lawful: [
                "UPDATE standing_entries t SET completes = false FROM pick p WHERE t.entry_id = p.online_entry",
                update("register_entries", "online_entry", "hours = 29"),
            ]),
        Anomaly(
            check: "bulletinStatus", record: "online_learner",
            planted: [update("register_entries", "online_entry", "hours = 29")],
            lawful: [update("register_entries", "online_entry", "hours = 31")]),
    ]

    static let bulletinCases: [Anomaly] = [
        Anomaly(
            check: "publication", record: "'2018-1'",
            planted: [update("register_entries", "online_entry", "recorded_at = now() + interval '1 hour'")],
            lawful: [reversal("online_entry", by: "city", "officer-city")]),
        Anomaly(
            check: "publication", record: "'2018-1'",
            planted: ["DELETE FROM register_entries t USING pick p WHERE t.id = p.online_entry"],
            lawful: [
                "INSERT INTO employers (credit_code, name, kind, level) VALUES ('12999999MB00000000', '新单位', 'enterprise', 'city')"
            ]),
    ]

    /// A certificate that was printed an hour after everything had come in.
    private static func printing(_ entries: String) -> String {
        update("certificates", "certificate", "recorded_at = now() + interval '1 hour', entries = \(entries)")
    }
}
