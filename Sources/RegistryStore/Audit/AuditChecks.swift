import RegistryDomain

/// One check of the audit: a statement over the whole register that returns a row for each record that is wrong, with
/// the columns `record_id` and `detail`. Numbers and dates come from `subject_years` and `policy_routes`, written by
/// `policy load`; none stands here.
struct AuditCheck: Sendable {
    var name: String
    var rule: RuleID
    var severity: AuditFinding.Severity
    var recordKind: String
    /// `{detail}` stands for what the statement says.
    var message: Text
    var sql: String

    /// What rules, constraints, triggers and row-level security should have guaranteed, looked at again as if they had not.
    static let all: [AuditCheck] = window + recognition + register + people
}

extension AuditCheck {
    fileprivate static let window: [AuditCheck] = [
        AuditCheck(
            name: "onlineWindow", rule: .O3, severity: .error, recordKind: "entry",
            message: Text(zh: "测试或学习日期（{detail}）不在网络学习时间内", en: "a day of study or test ({detail}) outside the time for online study"),
            sql: """
                SELECT e.id::text AS record_id, concat_ws(', ', r.compulsory_finished_on, r.elective_started_on, r.test_passed_on) AS detail
                FROM register_entries e JOIN completion_records r ON r.id = e.completion_record_id
                JOIN subject_years y ON y.year = e.subject_year
                WHERE NOT (coalesce(r.compulsory_finished_on, y.online_from) BETWEEN y.online_from AND y.online_until
                       AND coalesce(r.elective_started_on, y.online_from) BETWEEN y.online_from AND y.online_until
                       AND coalesce(r.test_passed_on, y.online_from) BETWEEN y.online_from AND y.online_until)
                """),
        AuditCheck(
            name: "testPassed", rule: .O1, severity: .error, recordKind: "entry",
            message: Text(zh: "登记所依据的培训档案没有测试通过日期", en: "the completion record behind the entry has no passed test"),
            sql: """
                SELECT e.id::text AS record_id, '' AS detail FROM register_entries e
                JOIN completion_records r ON r.id = e.completion_record_id WHERE r.test_passed_on IS NULL
                """),
        AuditCheck(
            name: "onlineHours", rule: .O1, severity: .error, recordKind: "entry",
            message: Text(zh: "必修或选修学时不足（{detail}）", en: "compulsory or elective hours missing ({detail})"),
            sql: """
                SELECT e.id::text AS record_id, r.compulsory_hours || ' + ' || r.elective_hours AS detail
                FROM register_entries e JOIN completion_records r ON r.id = e.completion_record_id
                JOIN subject_years y ON y.year = e.subject_year
                WHERE r.compulsory_hours < y.compulsory_hours OR r.elective_hours < y.elective_hours
                """),
        AuditCheck(
            name: "studyOrder", rule: .O2, severity: .error, recordKind: "entry",
            message: Text(zh: "必修课学完之前已开始选修课（{detail}）", en: "elective study before the compulsory courses were finished ({detail})"),
            sql: """
                SELECT e.id::text AS record_id, r.elective_started_on || ' < ' || r.compulsory_finished_on AS detail
                FROM register_entries e JOIN completion_records r ON r.id = e.completion_record_id
                WHERE r.elective_started_on < r.compulsory_finished_on
                """),
        AuditCheck(
            name: "faceToFaceWindow", rule: .F2, severity: .error, recordKind: "entry",
            message: Text(zh: "面授日期（{detail}）不在本年度面授时间内", en: "a training session ({detail}) outside its year's time"),
            sql: """
                SELECT e.id::text AS record_id, (c.evidence ->> 'startedOn') || '–' || (c.evidence ->> 'endedOn') AS detail
                FROM register_entries e JOIN claims c ON c.id = e.claim_id JOIN subject_years y ON y.year = e.subject_year
                WHERE e.mode = 'faceToFace'
                  AND NOT ((c.evidence ->> 'startedOn')::date BETWEEN y.face_to_face_from AND y.face_to_face_until
                       AND (c.evidence ->> 'endedOn')::date BETWEEN y.face_to_face_from AND y.face_to_face_until)
                """),
        AuditCheck(
            name: "assessment", rule: .Q4, severity: .error, recordKind: "entry",
            message: Text(zh: "面授考核未合格而登记了学时", en: "hours of a session whose assessment was not passed"),
            sql: """
                SELECT e.id::text AS record_id, '' AS detail FROM register_entries e JOIN claims c ON c.id = e.claim_id
                WHERE e.mode = 'faceToFace' AND NOT coalesce((c.evidence ->> 'assessmentPassed')::boolean, false)
                """),
        AuditCheck(
            name: "evidenceAfterClaim", rule: .Q11, severity: .error, recordKind: "claim",
            message: Text(zh: "证明材料日期（{detail}）晚于提交日", en: "evidence dated {detail}, after the day it was handed in"),
            sql: """
                SELECT c.id::text AS record_id, coalesce(r.test_passed_on, (c.evidence ->> 'endedOn')::date)::text AS detail
                FROM claims c LEFT JOIN completion_records r ON r.id = c.completion_record_id
                WHERE coalesce(r.test_passed_on, (c.evidence ->> 'endedOn')::date) > c.state_since
                """),
    ]

    fileprivate static let recognition: [AuditCheck] = [
        AuditCheck(
            name: "route", rule: .R2, severity: .error, recordKind: "entry",
            message: Text(zh: "认定机构 {detail} 与应认定的机构不符", en: "recognized by {detail}, not by the authority that the route names"),
            sql: """
                SELECT e.id::text AS record_id, e.recognized_by AS detail
                FROM register_entries e JOIN claims c ON c.id = e.claim_id
                LEFT JOIN employers o ON o.id = c.employer_id
                LEFT JOIN subject_years y ON y.year = e.subject_year
                LEFT JOIN policy_routes p ON p.notice = y.notice AND p.version = y.version AND p.mode = e.mode AND p.level = o.level
                WHERE NOT EXISTS (SELECT FROM claim_routings g WHERE g.claim_id = c.id AND g.routing > 1)
                  AND o.id IS NOT NULL AND p.authority IS NOT NULL
                  AND NOT EXISTS (SELECT FROM employer_corrections k WHERE k.employer_id = o.id AND k.field IN ('level', 'division'))
                  AND e.recognized_by <> CASE p.authority WHEN 'county' THEN 'county:' || o.division ELSE p.authority END
                """),
        AuditCheck(
            name: "decider", rule: .R1, severity: .error, recordKind: "decision",
            message: Text(zh: "作出认定的人员不属于该机构（{detail}）", en: "decided by somebody who is not of the authority ({detail})"),
            sql: """
                SELECT d.id::text AS record_id, d.authority AS detail
                FROM decisions d LEFT JOIN users u ON u.id = d.decided_by
                WHERE u.id IS NULL OR u.authority IS DISTINCT FROM d.authority
                   OR u.role NOT IN ('countyOfficer', 'cityOfficer', 'baseOfficer')
                """),
        AuditCheck(
            name: "ownDecision", rule: .R1, severity: .error, recordKind: "decision",
            message: Text(zh: "认定人认定了本人的申请", en: "somebody decided their own claim"),
            sql: """
                SELECT d.id::text AS record_id, '' AS detail
                FROM decisions d JOIN users u ON u.id = d.decided_by JOIN claims c ON c.id = d.claim_id
                JOIN learners own ON own.id = u.learner_id JOIN learners l ON l.id = c.learner_id
                WHERE coalesce(own.merged_into, own.id) = coalesce(l.merged_into, l.id)
                """),
        AuditCheck(
            name: "decisionRouting", rule: .R1, severity: .error, recordKind: "decision",
            message: Text(zh: "认定机构 {detail} 不是申请所在的机构", en: "decided by {detail}, where the claim did not lie"),
            sql: """
                SELECT d.id::text AS record_id, d.authority AS detail FROM decisions d
                LEFT JOIN claim_routings g ON g.claim_id = d.claim_id AND g.routing = d.routing
                WHERE g.authority IS DISTINCT FROM d.authority
                """),
        AuditCheck(
            name: "flagAnswered", rule: .Q6, severity: .error, recordKind: "decision",
            message: Text(zh: "认定时没有答复标记", en: "a flag of the claim was not answered"),
            sql: """
                SELECT d.id::text AS record_id, '' AS detail FROM decisions d JOIN claims c ON c.id = d.claim_id
                WHERE d.decision = 'recognize'
                  AND NOT c.flags <@ ARRAY(SELECT key FROM jsonb_each_text(d.answers) WHERE btrim(value) <> '')
                """),
        AuditCheck(
            name: "entryWithoutDecision", rule: .R4, severity: .error, recordKind: "entry",
            message: Text(zh: "登记没有相应的认定", en: "an entry without a recognizing decision of its own authority"),
            sql: """
                SELECT e.id::text AS record_id, '' AS detail FROM register_entries e
                LEFT JOIN decisions d ON d.id = e.decision_id AND d.claim_id = e.claim_id AND d.decision = 'recognize'
                                         AND d.authority = e.recognized_by AND d.decided_on = e.recognized_on AND d.decided_by = e.recorded_by
                WHERE e.kind = 'recognition' AND d.id IS NULL
                """),
        AuditCheck(
            name: "decisionWithoutEntry", rule: .R4, severity: .error, recordKind: "decision",
            message: Text(zh: "认定没有形成登记", en: "a recognition that became no entry"),
            sql: """
                SELECT d.id::text AS record_id, '' AS detail FROM decisions d
                LEFT JOIN register_entries e ON e.decision_id = d.id
                WHERE d.decision = 'recognize' AND e.id IS NULL
                """),
        AuditCheck(
            name: "claimState", rule: .R4, severity: .error, recordKind: "claim",
            message: Text(zh: "申请的状态（{detail}）与其经过不符", en: "the claim's state ({detail}) does not follow from its history"),
            sql: """
                SELECT c.id::text AS record_id, c.state AS detail FROM claims c
                LEFT JOIN LATERAL (SELECT v.state FROM claim_events v WHERE v.claim_id = c.id ORDER BY v.id DESC LIMIT 1) last ON true
                WHERE last.state IS DISTINCT FROM c.state
                   OR (c.state = 'recognized') <> EXISTS (SELECT FROM register_entries e WHERE e.claim_id = c.id)
                """),
        AuditCheck(
            name: "claimHours", rule: .Q9, severity: .error, recordKind: "entry",
            message: Text(zh: "登记的学时与申请不符（{detail}）", en: "the entry's hours are not the claim's ({detail})"),
            sql: """
                SELECT e.id::text AS record_id, e.hours || ' ≠ ' || c.hours AS detail
                FROM register_entries e JOIN claims c ON c.id = e.claim_id
                LEFT JOIN completion_records r ON r.id = e.completion_record_id
                WHERE e.hours <> c.hours OR e.mode <> c.mode OR e.subject_year <> c.subject_year OR e.learner_id <> c.learner_id
                   OR e.hours <> coalesce(r.compulsory_hours + r.elective_hours, (c.evidence ->> 'hours')::int)
                """),
    ]

    fileprivate static let register: [AuditCheck] = [
        AuditCheck(
            name: "hoursPositive", rule: .S2, severity: .error, recordKind: "entry",
            message: Text(zh: "学时不大于零（{detail}）", en: "hours not above zero ({detail})"),
            sql: "SELECT id::text AS record_id, hours::text AS detail FROM register_entries WHERE hours <= 0"),
        AuditCheck(
            name: "recordUsedTwice", rule: .O1, severity: .error, recordKind: "entry",
            message: Text(zh: "同一培训档案登记了不止一次", en: "one completion record stands in two entries"),
            sql: """
                SELECT id::text AS record_id, '' AS detail
                FROM (SELECT e.id, count(*) OVER (PARTITION BY e.completion_record_id) AS uses FROM register_entries e
                      WHERE e.completion_record_id IS NOT NULL AND NOT EXISTS (SELECT FROM reversals r WHERE r.entry_id = e.id)) u
                WHERE uses > 1
                """),
        AuditCheck(
            name: "recordOfAnother", rule: .O1, severity: .error, recordKind: "entry",
            message: Text(zh: "培训档案属于另一名学员", en: "the completion record is another learner's"),
            sql: """
                SELECT e.id::text AS record_id, '' AS detail FROM register_entries e
                JOIN completion_records r ON r.id = e.completion_record_id
                JOIN learners a ON a.id = e.learner_id JOIN learners b ON b.id = r.learner_id
                WHERE coalesce(a.merged_into, a.id) <> coalesce(b.merged_into, b.id) OR r.subject_year <> e.subject_year
                """),
        AuditCheck(
            name: "yearRecognizedTwice", rule: .S2, severity: .error, recordKind: "learner",
            message: Text(zh: "{detail} 年度有两条完成登记", en: "two online recognitions stand for {detail}"),
            sql: """
                SELECT e.learner_id::text AS record_id, e.subject_year::text AS detail
                FROM register_entries e JOIN subject_years y ON y.year = e.subject_year
                WHERE e.mode = 'online' AND e.hours >= y.required_hours
                  AND NOT EXISTS (SELECT FROM reversals r WHERE r.entry_id = e.id)
                GROUP BY e.learner_id, e.subject_year HAVING count(*) > 1
                """),
        AuditCheck(
            name: "standing", rule: .Q8, severity: .error, recordKind: "entry",
            message: Text(zh: "现行登记与登记、撤销的记录不符", en: "what stands does not follow from entries and reversals"),
            sql: """
                SELECT coalesce(e.id, s.entry_id)::text AS record_id, '' AS detail
                FROM (SELECT e.id, e.entry_number, coalesce(l.merged_into, l.id) AS person, e.subject_year, e.mode, e.hours, e.recognized_on
                      FROM register_entries e JOIN learners l ON l.id = e.learner_id
                      WHERE NOT EXISTS (SELECT FROM reversals r WHERE r.entry_id = e.id)) e
                FULL JOIN standing_entries s ON s.entry_id = e.id
                WHERE (s.learner_id, s.subject_year, s.mode, s.hours, s.recognized_on, s.entry_number)
                      IS DISTINCT FROM (e.person, e.subject_year, e.mode, e.hours, e.recognized_on, e.entry_number)
                """),
        AuditCheck(
            name: "completion", rule: .S2, severity: .error, recordKind: "learner",
            message: Text(zh: "{detail} 年度是否完成与学时之和不符", en: "completion of {detail} does not follow from the hours that stand"),
            sql: """
                SELECT s.learner_id::text AS record_id, s.subject_year::text AS detail
                FROM standing_entries s JOIN subject_years y ON y.year = s.subject_year
                GROUP BY s.learner_id, s.subject_year, y.required_hours
                HAVING bool_or(s.completes) <> (coalesce(max(s.hours) FILTER (WHERE s.mode = 'online'), 0) >= y.required_hours
                       OR coalesce(sum(s.hours) FILTER (WHERE s.mode = 'faceToFace'), 0) >= y.required_hours)
                """),
        AuditCheck(
            name: "reversal", rule: .Q8, severity: .error, recordKind: "entry",
            message: Text(zh: "撤销机构 {detail} 无权撤销，或撤销早于登记", en: "reversed by {detail}, which could not, or before it was made"),
            sql: """
                SELECT e.id::text AS record_id, r.reversed_by AS detail FROM reversals r JOIN register_entries e ON e.id = r.entry_id
                LEFT JOIN users u ON u.id = r.recorded_by
                WHERE r.reversed_by NOT IN ('city', e.recognized_by) OR r.reversed_on < e.recognized_on
                   OR u.authority IS DISTINCT FROM r.reversed_by
                """),
        AuditCheck(
            name: "certificate", rule: .R4, severity: .error, recordKind: "certificate",
            message: Text(zh: "证书所列登记不存在或不属于本人", en: "the certificate lists entries that are not the person's"),
            sql: """
                SELECT c.id::text AS record_id, '' AS detail FROM certificates c JOIN learners l ON l.id = c.learner_id
                WHERE EXISTS (SELECT FROM unnest(c.entries) p (id) LEFT JOIN register_entries e ON e.id = p.id
                              WHERE e.id IS NULL)
                """),
        AuditCheck(
            name: "opening", rule: .Q10, severity: .error, recordKind: "entry",
            message: Text(zh: "补录登记没有纸质证书编号", en: "an opening entry without the paper's number"),
            sql: """
                SELECT id::text AS record_id, '' AS detail FROM register_entries
                WHERE kind = 'opening' AND (btrim(coalesce(paper_number, '')) = '' OR claim_id IS NOT NULL)
                """),
    ]

    fileprivate static let people: [AuditCheck] = [
        AuditCheck(
            name: "learnerWithoutEmployer", rule: .L1, severity: .warning, recordKind: "learner",
            message: Text(zh: "学员没有任何任职记录", en: "a learner without any employment"),
            sql: """
                SELECT l.id::text AS record_id, '' AS detail FROM learners l
                WHERE l.merged_into IS NULL AND l.employer_id IS NULL
                """),
        AuditCheck(
            name: "learnerPlace", rule: .Q12, severity: .error, recordKind: "learner",
            message: Text(zh: "学员所属单位或辖区与任职记录不符", en: "the learner's unit or area does not follow from the employments"),
            sql: """
                SELECT l.id::text AS record_id, '' AS detail FROM learners l JOIN employers o ON o.id = l.employer_id
                WHERE l.area <> o.area OR o.merged_into IS NOT NULL
                """),
        AuditCheck(
            name: "idNumberLost", rule: .A1, severity: .error, recordKind: "learner",
            message: Text(zh: "身份证号码没有指向该学员", en: "the learner's ID number does not lead to the learner"),
            sql: """
                SELECT l.id::text AS record_id, '' AS detail FROM learners l
                LEFT JOIN learner_id_numbers n ON n.id_number = l.id_number AND n.learner_id = l.id WHERE n.id_number IS NULL
                """),
        AuditCheck(
            name: "samePersonTwice", rule: .A1, severity: .warning, recordKind: "learner",
            message: Text(zh: "可能是同一人的两条记录（同名、同日出生、同单位）", en: "perhaps one person twice: same name, birth date and unit"),
            sql: """
                SELECT id::text AS record_id, '' AS detail
                FROM (SELECT id, count(*) OVER (PARTITION BY name, substr(id_number, 7, 8), employer_id) AS alike
                      FROM learners WHERE merged_into IS NULL) a WHERE alike > 1
                """),
        AuditCheck(
            name: "employmentsOverlap", rule: .Q12, severity: .error, recordKind: "learner",
            message: Text(zh: "任职时间重叠", en: "employments overlap"),
            sql: """
                SELECT DISTINCT learner_id::text AS record_id, '' AS detail
                FROM (SELECT learner_id, employed_from,
                             lag(coalesce(employed_until, 'infinity')) OVER (PARTITION BY learner_id ORDER BY employed_from) AS before
                      FROM employments WHERE retracted_at IS NULL) p WHERE employed_from <= before
                """),
        AuditCheck(
            name: "excuse", rule: .Q3, severity: .error, recordKind: "excuse",
            message: Text(zh: "减免批准机构与批准人不符，或年度不存在", en: "approved by somebody who is not of the bureau, or for a year that is none"),
            sql: """
                SELECT x.id::text AS record_id, x.approved_by AS detail FROM excuses x
                LEFT JOIN users u ON u.id = x.recorded_by LEFT JOIN subject_years y ON y.year = x.subject_year
                WHERE u.authority IS DISTINCT FROM x.approved_by OR y.year IS NULL
                """),
        AuditCheck(
            name: "countyWithoutDivision", rule: .R2, severity: .error, recordKind: "employer",
            message: Text(zh: "县（区）级单位没有行政区划", en: "a county employer without a division"),
            sql: "SELECT id::text AS record_id, '' AS detail FROM employers WHERE level = 'county' AND division IS NULL"),
    ]
}
