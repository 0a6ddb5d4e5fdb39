import RegistryDomain

/// What was recognized, held against the evidence and the notice that was in force.
extension AuditCheck {
    static let evidence: [AuditCheck] = [
        AuditCheck(
            name: "onlineWindow", rule: .O3, recordKind: "entry",
            message: Text(
                zh: "学习或测试日期（{detail}）不在网络学习时间内",
                en: "a day of study or test ({detail}) outside the time for online study"),
            sql: """
                SELECT e.id::text AS record_id,
                       concat_ws(', ', e.compulsory_finished_on, e.elective_started_on, e.test_passed_on) AS detail
                FROM \(AuditSQL.recognized) e
                WHERE e.mode = 'online' AND NOT EXISTS (
                    SELECT FROM \(AuditSQL.terms) t WHERE \(AuditSQL.inForce)
                    AND least(e.compulsory_finished_on, e.elective_started_on, e.test_passed_on, t.online_until) >= t.online_from
                    AND greatest(e.compulsory_finished_on, e.elective_started_on, e.test_passed_on, t.online_from) <= t.online_until)
                """),
        AuditCheck(
            name: "onlineHours", rule: .O1, recordKind: "entry",
            message: Text(zh: "必修或选修学时不足（{detail}）", en: "compulsory or elective hours missing ({detail})"),
            sql: """
                SELECT e.id::text AS record_id, e.compulsory_hours || ' + ' || e.elective_hours AS detail
                FROM \(AuditSQL.recognized) e
                WHERE e.mode = 'online' AND NOT EXISTS (
                    SELECT FROM \(AuditSQL.terms) t WHERE \(AuditSQL.inForce)
                    AND e.compulsory_hours >= t.compulsory_hours AND e.elective_hours >= t.elective_hours)
                """),
        AuditCheck(
            name: "testPassed", rule: .O1, recordKind: "entry",
            message: Text(zh: "登记所依据的培训档案没有测试通过日期", en: "the completion record behind the entry has no passed test"),
            sql: """
                SELECT e.id::text AS record_id, '' AS detail FROM \(AuditSQL.recognized) e
                WHERE e.mode = 'online' AND e.test_passed_on IS NULL
                """),
        AuditCheck(
            name: "studyOrder", rule: .O2, recordKind: "entry",
            message: Text(
                zh: "必修课学完之前已开始选修课（{detail}）",
                en: "elective study before the compulsory courses were finished ({detail})"),
            sql: """
                SELECT e.id::text AS record_id, e.elective_started_on || ' < ' || e.compulsory_finished_on AS detail
                FROM \(AuditSQL.recognized) e WHERE e.elective_started_on < e.compulsory_finished_on
                """),
        AuditCheck(
            name: "testBeforeStudy", rule: .O4, recordKind: "entry",
            message: Text(zh: "学完之前已通过测试（{detail}）", en: "the test was passed ({detail}) before study was finished"),
            sql: """
                SELECT e.id::text AS record_id, e.test_passed_on::text AS detail FROM \(AuditSQL.recognized) e
                WHERE e.test_passed_on < greatest(e.compulsory_finished_on, e.elective_started_on)
                """),
        AuditCheck(
            name: "faceToFaceWindow", rule: .F2, recordKind: "entry",
            message: Text(zh: "面授日期（{detail}）不在本年度面授时间内", en: "a training session ({detail}) outside its year's time"),
            sql: """
                SELECT e.id::text AS record_id, e.started_on || '–' || e.ended_on AS detail FROM \(AuditSQL.recognized) e
                WHERE e.mode = 'faceToFace' AND (e.ended_on >= e.started_on AND EXISTS (
                    SELECT FROM \(AuditSQL.terms) t WHERE \(AuditSQL.inForce)
                    AND e.started_on >= t.face_to_face_from AND e.ended_on <= t.face_to_face_until)) IS NOT TRUE
                """),
        AuditCheck(
            name: "assessment", rule: .Q4, recordKind: "entry",
            message: Text(zh: "面授考核未合格而登记了学时", en: "hours of a session whose assessment was not passed"),
            sql: """
                SELECT e.id::text AS record_id, '' AS detail FROM \(AuditSQL.recognized) e
                WHERE e.mode = 'faceToFace' AND (e.evidence ->> 'assessmentPassed')::boolean IS NOT TRUE
                """),
        AuditCheck(
            name: "recognizedBeforeEvidence", rule: .Q11, recordKind: "entry",
            message: Text(zh: "认定日期早于学习结束日期（{detail}）", en: "recognized before the study had ended on {detail}"),
            sql: """
                SELECT e.id::text AS record_id,
                       greatest(e.compulsory_finished_on, e.elective_started_on, e.test_passed_on, e.started_on, e.ended_on)::text AS detail
                FROM \(AuditSQL.recognized) e
                WHERE e.recognized_on < greatest(e.compulsory_finished_on, e.elective_started_on, e.test_passed_on, e.started_on,
                                                 e.ended_on)
                """),
        AuditCheck(
            name: "evidenceAfterClaim", rule: .Q11, recordKind: "claim",
            message: Text(zh: "证明材料日期（{detail}）晚于提交日", en: "evidence dated {detail}, after the day it was handed in"),
            sql: """
                SELECT c.id::text AS record_id, c.dated::text AS detail
                FROM (SELECT c.id, greatest((c.evidence ->> 'compulsoryFinishedOn')::date, (c.evidence ->> 'electiveStartedOn')::date,
                                            (c.evidence ->> 'testPassedOn')::date, (c.evidence ->> 'startedOn')::date,
                                            (c.evidence ->> 'endedOn')::date) AS dated FROM claims c) c
                JOIN (SELECT claim_id, max(occurred_on) AS handed_in FROM claim_events WHERE event IN ('submit', 'resubmit')
                      GROUP BY claim_id) v ON v.claim_id = c.id
                WHERE c.dated > v.handed_in
                """),
        AuditCheck(
            name: "evidenceDiffers", rule: .O1, recordKind: "claim",
            message: Text(
                zh: "申请材料与培训档案不符（{detail}）",
                en: "the claim's evidence is not what the completion record says ({detail})"),
            sql: """
                SELECT c.id::text AS record_id, r.record_number AS detail
                FROM claims c JOIN completion_records r ON r.id = c.completion_record_id
                WHERE c.evidence ->> 'recordNumber' IS DISTINCT FROM r.record_number
                   OR (c.evidence ->> 'compulsoryHours')::int IS DISTINCT FROM r.compulsory_hours
                   OR (c.evidence ->> 'electiveHours')::int IS DISTINCT FROM r.elective_hours
                   OR (c.evidence ->> 'compulsoryFinishedOn')::date <> r.compulsory_finished_on
                   OR (c.evidence ->> 'electiveStartedOn')::date <> r.elective_started_on
                   OR (c.evidence ->> 'testPassedOn')::date <> r.test_passed_on
                """),
        AuditCheck(
            name: "claimHours", rule: .Q9, recordKind: "entry",
            message: Text(
                zh: "登记的学时、年度或学习方式与申请不符（{detail}）", en: "the entry's hours, year or mode are not the claim's ({detail})"
            ),
            sql: """
                SELECT e.id::text AS record_id, e.hours || ' ≠ ' || e.claimed_hours AS detail FROM \(AuditSQL.recognized) e
                WHERE (e.hours, e.mode, e.subject_year, e.learner_id)
                      IS DISTINCT FROM (e.claimed_hours, e.claimed_mode, e.claimed_year, e.claimant)
                   OR e.hours IS DISTINCT FROM CASE e.mode WHEN 'online' THEN e.compulsory_hours + e.elective_hours
                                               ELSE (e.evidence ->> 'hours')::int END
                """),
        AuditCheck(
            name: "recordOfAnother", rule: .O1, recordKind: "claim",
            message: Text(zh: "培训档案属于另一名学员或另一年度", en: "the completion record is another learner's or another year's"),
            sql: """
                SELECT c.id::text AS record_id, '' AS detail FROM claims c
                JOIN completion_records r ON r.id = c.completion_record_id
                JOIN learners a ON a.id = c.learner_id JOIN learners b ON b.id = r.learner_id
                WHERE r.subject_year <> c.subject_year
                   OR (coalesce(a.merged_into, a.id) <> coalesce(b.merged_into, b.id)
                       -- A merge that was taken back leaves the records where they were.
                       AND NOT EXISTS (SELECT FROM merges m WHERE b.id IN (m.kept_id, m.merged_id) OR b.id = ANY (m.moved)))
                """),
    ]
}
