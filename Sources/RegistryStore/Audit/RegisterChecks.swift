import RegistryDomain

/// The ledger, what stands of it, and what was printed from it.
extension AuditCheck {
    static let register: [AuditCheck] = [
        AuditCheck(
            name: "hoursPositive", rule: .S2, recordKind: "entry",
            message: Text(zh: "学时不大于零（{detail}）", en: "hours not above zero ({detail})"),
            sql: "SELECT id::text AS record_id, hours::text AS detail FROM register_entries WHERE hours <= 0"),
        AuditCheck(
            name: "claimEnteredTwice", rule: .R4, recordKind: "entry", reach: .guarded,
            message: Text(zh: "同一申请或同一认定登记了不止一次", en: "one claim or one decision became two entries"),
            sql: """
                SELECT id::text AS record_id, '' AS detail
                FROM (SELECT id, count(*) OVER (PARTITION BY claim_id) AS of_claim, count(*) OVER (PARTITION BY decision_id) AS of_decision
                      FROM register_entries WHERE kind = 'recognition') e WHERE of_claim > 1 OR of_decision > 1
                """),
        AuditCheck(
            name: "sourceUsedTwice", rule: .O1, recordKind: "entry", reach: .register,
            message: Text(
                zh: "同一培训档案、班次或纸质证书（{detail}）有两条现行登记",
                en: "one record, session or paper ({detail}) stands in two entries"),
            sql: """
                SELECT id::text AS record_id, detail
                FROM (SELECT s.id, coalesce(s.session_code, s.paper_number, s.mode) AS detail,
                             count(*) OVER (PARTITION BY s.completion_record_id, s.session_code, s.paper_number,
                                            CASE WHEN s.completion_record_id IS NULL THEN s.person END,
                                            CASE WHEN s.paper_number IS NOT NULL THEN (s.subject_year, s.mode) END) AS uses
                      FROM \(AuditSQL.standing) s) u WHERE uses > 1
                """),
        AuditCheck(
            name: "yearRecognizedTwice", rule: .S2, recordKind: "entry",
            message: Text(zh: "{detail} 年度已经完成，又作了登记", en: "entered though {detail} was complete already"),
            sql: """
                SELECT s.id::text AS record_id, s.subject_year::text AS detail
                FROM (SELECT e.id, e.subject_year, e.recorded_at, max(e.hours) FILTER (WHERE e.mode = 'online') OVER before AS online,
                             sum(e.hours) FILTER (WHERE e.mode = 'faceToFace') OVER before AS face_to_face
                      FROM \(AuditSQL.standing) e
                      WINDOW before AS (PARTITION BY e.learner_id, e.subject_year ORDER BY e.entry_number
                                        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)) s
                JOIN \(AuditSQL.terms) t ON t.year = s.subject_year AND t.since <= s.recorded_at AND t.until > s.recorded_at
                GROUP BY s.id, s.subject_year
                HAVING bool_and(greatest(s.online, s.face_to_face) >= t.required_hours)
                """),
        AuditCheck(
            name: "standing", rule: .Q8, recordKind: "entry",
            message: Text(zh: "现行登记与登记、撤销的记录不符", en: "what stands does not follow from entries and reversals"),
            sql: """
                SELECT coalesce(e.id, s.entry_id)::text AS record_id, '' AS detail
                FROM \(AuditSQL.standing) e FULL JOIN standing_entries s ON s.entry_id = e.id
                WHERE (s.learner_id, s.subject_year, s.mode, s.hours, s.recognized_on, s.entry_number, s.completion_record_id,
                       s.session_code, s.paper_number)
                      IS DISTINCT FROM (e.person, e.subject_year, e.mode, e.hours, e.recognized_on, e.entry_number,
                                        e.completion_record_id, e.session_code, e.paper_number)
                """),
        AuditCheck(
            name: "completion", rule: .S2, recordKind: "learner",
            message: Text(
                zh: "{detail} 年度是否完成与学时之和不符", en: "completion of {detail} does not follow from the hours that stand"),
            sql: """
                SELECT s.learner_id::text AS record_id, s.subject_year::text AS detail
                FROM standing_entries s LEFT JOIN subject_years y ON y.year = s.subject_year
                GROUP BY s.learner_id, s.subject_year, y.required_hours
                HAVING count(*) FILTER (WHERE s.completes)
                       <> CASE WHEN coalesce(max(s.hours) FILTER (WHERE s.mode = 'online'), 0) >= y.required_hours
                                 OR coalesce(sum(s.hours) FILTER (WHERE s.mode = 'faceToFace'), 0) >= y.required_hours
                               THEN 1 ELSE 0 END
                """),
        AuditCheck(
            name: "completingEntry", rule: .S2, recordKind: "entry",
            message: Text(
                zh: "标为完成年度的不是使学时达到要求的那条登记",
                en: "marked as completing its year, and not the entry that reached the hours"),
            sql: """
                SELECT c.entry_id::text AS record_id, '' AS detail
                FROM standing_entries c JOIN subject_years y ON y.year = c.subject_year
                LEFT JOIN standing_entries b ON (b.learner_id, b.subject_year) = (c.learner_id, c.subject_year)
                     AND b.entry_number < c.entry_number
                WHERE c.completes
                GROUP BY c.entry_id, c.mode, c.hours, y.required_hours
                HAVING coalesce(max(b.hours) FILTER (WHERE b.mode = 'online'), 0) >= y.required_hours
                    OR coalesce(sum(b.hours) FILTER (WHERE b.mode = 'faceToFace'), 0) >= y.required_hours
                    OR c.hours + CASE c.mode WHEN 'online' THEN 0
                                 ELSE coalesce(sum(b.hours) FILTER (WHERE b.mode = 'faceToFace'), 0) END < y.required_hours
                """),
        AuditCheck(
            name: "reversal", rule: .Q8, recordKind: "entry",
            message: Text(
                zh: "撤销机构 {detail} 无权撤销，或没有理由，或撤销早于登记",
                en: "reversed by {detail}: it could not, or gave no reason, or did so before the entry"),
            sql: """
                SELECT r.entry_id::text AS record_id, r.reversed_by AS detail FROM reversals r
                LEFT JOIN register_entries e ON e.id = r.entry_id LEFT JOIN users u ON u.id = r.recorded_by
                WHERE e.id IS NULL OR r.reversed_by NOT IN ('city', e.recognized_by) OR r.reversed_on < e.recognized_on
                   OR btrim(r.reason) = '' OR u.authority IS DISTINCT FROM r.reversed_by
                   OR NOT \(AuditSQL.mayDo(.reverseEntry, at: "r.recorded_at"))
                """),
        AuditCheck(
            name: "certificate", rule: .R4, recordKind: "certificate", reach: .register,
            message: Text(
                zh: "证书所列登记不存在、不属于本人，或打印时不是现行登记",
                en: "the certificate lists an entry that is not there, not the person's, or did not stand"),
            sql: """
                SELECT DISTINCT c.id::text AS record_id, '' AS detail
                FROM certificates c JOIN learners l ON l.id = c.learner_id CROSS JOIN unnest(c.entries) p (id)
                LEFT JOIN register_entries e ON e.id = p.id LEFT JOIN learners o ON o.id = e.learner_id
                LEFT JOIN reversals r ON r.entry_id = e.id
                WHERE e.id IS NULL OR e.recognized_on > c.printed_on OR r.reversed_on < c.printed_on
                   OR (coalesce(o.merged_into, o.id) <> coalesce(l.merged_into, l.id)
                       AND NOT EXISTS (SELECT FROM merges m WHERE o.id IN (m.kept_id, m.merged_id) OR o.id = ANY (m.moved)))
                """),
        AuditCheck(
            name: "opening", rule: .Q10, recordKind: "entry",
            message: Text(
                zh: "补录登记没有纸质证书编号，或由基地补录", en: "an opening entry without the paper's number, or made by the base"),
            sql: """
                SELECT id::text AS record_id, '' AS detail FROM register_entries
                WHERE kind = 'opening' AND (btrim(coalesce(paper_number, '')) = '' OR claim_id IS NOT NULL OR decision_id IS NOT NULL
                                            OR recognized_by = 'base')
                """),
        AuditCheck(
            name: "openingBureau", rule: .Q10, severity: .warning, recordKind: "entry",
            message: Text(
                zh: "补录机构 {detail} 不是学员任职过的辖区", en: "an opening entry of {detail}, where the learner was never in post"),
            sql: bureau(
                "register_entries", kind: "a.kind = 'opening'", authority: "a.recognized_by")),
        AuditCheck(
            name: "excuseBureau", rule: .Q3, severity: .warning, recordKind: "excuse",
            message: Text(
                zh: "减免批准机构 {detail} 不是学员任职过的辖区", en: "an excuse of {detail}, where the learner was never in post"),
            sql: bureau("excuses", kind: "true", authority: "a.approved_by")),
    ]

    /// Records `a` of a bureau in whose area no employment of the person ever was.
    private static func bureau(_ table: String, kind: String, authority: String) -> String {
        """
        SELECT a.id::text AS record_id, \(authority) AS detail FROM \(table) a JOIN learners l ON l.id = a.learner_id
        WHERE \(kind) AND NOT EXISTS (
            SELECT FROM learners r JOIN employments m ON m.learner_id = r.id JOIN employers o ON o.id = m.employer_id
            WHERE coalesce(r.merged_into, r.id) = coalesce(l.merged_into, l.id)
              AND (o.area = \(authority) OR \(AuditSQL.hasMoved("o.id"))))
          AND NOT EXISTS (SELECT FROM merges m WHERE l.id IN (m.kept_id, m.merged_id))
        """
    }
}
