import RegistryDomain

/// What is lawful on one day and no longer on another, as of the run's business day.
extension AuditCheck {
    static let passing: [AuditCheck] = [
        AuditCheck(
            name: "claimWaiting", rule: .V1, severity: .warning, recordKind: "claim", reach: .register,
            message: Text(zh: "申请等待认定过久（{detail}）", en: "the claim has waited too long to be decided ({detail})"),
            sql: """
                SELECT c.id::text AS record_id, c.routed_to || ', ' || c.state_since AS detail
                FROM claims c JOIN subject_years y ON y.year = c.subject_year
                JOIN policies p ON p.notice = y.notice AND p.version = y.version
                WHERE c.state = 'submitted' AND (SELECT day FROM run) - c.state_since > (p.document ->> 'claimWaitingDays')::int
                """),
        AuditCheck(
            name: "authorityWithoutOfficer", rule: .R1, severity: .warning, recordKind: "authority", reach: .register,
            message: Text(
                zh: "有待认定的申请，而该机构没有可办理的人员", en: "claims wait for an authority that has nobody to decide them"),
            sql: """
                SELECT DISTINCT c.routed_to AS record_id, '' AS detail FROM claims c
                WHERE c.state = 'submitted' AND NOT EXISTS (
                    SELECT FROM users u WHERE u.authority = c.routed_to AND u.disabled_at IS NULL
                    AND u.role IN (\(AuditSQL.roles(.decideClaim))))
                """),
        AuditCheck(
            name: "staleExcuse", rule: .Q3, severity: .warning, recordKind: "excuse", reach: .register,
            message: Text(
                zh: "{detail} 年度的减免已经失去意义：该年度没有学习任务，或已经完成",
                en: "an excuse for {detail} that excuses nothing: the year was not owed, or is complete"),
            sql: """
                SELECT x.id::text AS record_id, x.subject_year::text AS detail
                FROM excuses x JOIN learners l ON l.id = x.learner_id JOIN subject_years y ON y.year = x.subject_year
                WHERE y.due_on < (SELECT day FROM run)
                  AND NOT EXISTS (SELECT FROM excuse_revocations v WHERE v.excuse_id = x.id)
                  AND (EXISTS (SELECT FROM standing_entries s WHERE s.learner_id = coalesce(l.merged_into, l.id)
                               AND s.subject_year = x.subject_year AND s.completes)
                       OR NOT EXISTS (
                           SELECT FROM learners m JOIN employments e ON e.learner_id = m.id
                           WHERE (m.id = coalesce(l.merged_into, l.id) OR m.merged_into = coalesce(l.merged_into, l.id))
                             AND e.retracted_at IS NULL AND extract(year FROM e.employed_from) <= x.subject_year
                             AND coalesce(extract(year FROM e.employed_until) >= x.subject_year, true)))
                """),
        AuditCheck(
            name: "employedAfterClosing", rule: .L1, recordKind: "learner",
            message: Text(zh: "到职日期（{detail}）晚于单位注销日期", en: "in post from {detail}, after the employer had closed"),
            sql: """
                SELECT e.learner_id::text AS record_id, e.employed_from::text AS detail
                FROM employments e JOIN employers o ON o.id = e.employer_id
                WHERE e.retracted_at IS NULL AND e.employed_from > o.closed_on
                """),
        AuditCheck(
            name: "dayAhead", rule: .Q11, recordKind: "entry", reach: .register,
            message: Text(
                zh: "认定日期（{detail}）尚未到来", en: "recognized on {detail}, a day that has not come yet"),
            // A run for a day of the past finds entries of later days, recorded then: that is as it should be.
            sql: """
                SELECT e.id::text AS record_id, e.recognized_on::text AS detail FROM register_entries e
                WHERE e.recognized_on > (SELECT day FROM run)
                  AND e.recognized_on > (e.recorded_at AT TIME ZONE 'Asia/Shanghai')::date
                """),
    ]
}
