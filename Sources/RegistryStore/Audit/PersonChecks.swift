import RegistryDomain

/// Learners, their numbers, their records that became one.
extension AuditCheck {
    static let persons: [AuditCheck] = [
        AuditCheck(
            name: "idNumberCheckDigit", rule: .A1, severity: .warning, recordKind: "learner",
            message: Text(zh: "身份证号码的校验码或出生日期不对", en: "the check digit or the birth date of the ID number is wrong"),
            sql: """
                SELECT id::text AS record_id, '' AS detail FROM learners
                WHERE id NOT IN (SELECT learner_id FROM erased_learners) AND (id_number !~ '^[0-9]{6}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9X]$'
                   OR (\(weightedDigits)) % 11 <> 1)
                """),
        AuditCheck(
            name: "idNumberLost", rule: .A1, recordKind: "learner",
            message: Text(zh: "身份证号码没有指向该学员", en: "the learner's ID number does not lead to the learner"),
            sql: """
                SELECT l.id::text AS record_id, '' AS detail FROM learners l
                LEFT JOIN learner_id_numbers n ON n.id_number = l.id_number LEFT JOIN learners o ON o.id = n.learner_id
                WHERE coalesce(o.merged_into, o.id) IS DISTINCT FROM coalesce(l.merged_into, l.id)
                  AND l.id NOT IN (SELECT learner_id FROM erased_learners)
                """),
        AuditCheck(
            name: "samePersonTwice", rule: .A1, severity: .warning, recordKind: "learner", reach: .register,
            message: Text(
                zh: "可能是同一人的两条记录（同名、同日出生、同单位）", en: "perhaps one person twice: same name, birth date and unit"),
            sql: """
                SELECT id::text AS record_id, '' AS detail
                FROM (SELECT id, count(*) OVER (PARTITION BY name, substr(id_number, 7, 8), employer_id) AS alike
                      FROM learners WHERE merged_into IS NULL AND id NOT IN (SELECT learner_id FROM erased_learners)) a
                WHERE alike > 1
                """),
        AuditCheck(
            name: "merge", rule: .A1, recordKind: "learner",
            message: Text(zh: "记录合并与合并登记不符", en: "a merged record does not follow from the merges on record"),
            sql: """
                SELECT l.id::text AS record_id, '' AS detail FROM learners l LEFT JOIN learners k ON k.id = l.merged_into
                WHERE l.merged_into IS NOT NULL
                  AND (k.merged_into IS NOT NULL OR l.merged_into = l.id
                       OR NOT EXISTS (SELECT FROM merges m WHERE m.kept_id = l.merged_into
                                      AND (m.merged_id = l.id OR l.id = ANY (m.moved))
                                      AND NOT EXISTS (SELECT FROM merge_reversals r WHERE r.merge_id = m.id)))
                UNION ALL
                SELECT m.merged_id::text, '' FROM merges m JOIN learners l ON l.id = m.merged_id
                WHERE m.entries_before <> m.entries_after
                   OR (l.merged_into IS NULL AND NOT EXISTS (SELECT FROM merge_reversals r WHERE r.merge_id = m.id))
                """),
        AuditCheck(
            name: "excuse", rule: .Q3, recordKind: "excuse",
            message: Text(
                zh: "减免批准机构与批准人不符，或年度不存在，或没有理由和文件",
                en:
                    "approved by somebody who is not of the bureau, for a year that is none, or without reason and document"
            ),
            sql: """
                SELECT x.id::text AS record_id, x.approved_by AS detail FROM excuses x LEFT JOIN users u ON u.id = x.recorded_by
                WHERE u.authority IS DISTINCT FROM x.approved_by OR NOT \(AuditSQL.mayDo(.addExcuse, at: "x.recorded_at"))
                   OR x.subject_year NOT IN (SELECT t.year FROM \(AuditSQL.terms) t)
                   OR btrim(x.reason) = '' OR btrim(x.document) = ''
                """),
    ]

    /// ISO 7064 MOD 11-2 over all 18 characters: the weight of the `n`th is 2 to the power 18 - n, X counts 10, and the
    /// sum leaves 1. A test holds it to `IdentityNumber`.
    private static let weightedDigits: String = (1...18).map { place in
        "(CASE substr(id_number, \(place), 1) WHEN 'X' THEN 10 ELSE ascii(substr(id_number, \(place), 1)) - 48 END) * \((1 << (18 - place)) % 11)"
    }.joined(separator: " + ")

    /// Employers, employments, and where learners lie because of them.
    static let places: [AuditCheck] = [
        AuditCheck(
            name: "creditCodeCheckCharacter", rule: .A1, severity: .warning, recordKind: "employer",
            message: Text(zh: "统一社会信用代码的校验码不对", en: "the check character of the credit code is wrong"),
            sql: """
                SELECT o.id::text AS record_id, '' AS detail FROM employers o
                WHERE (SELECT sum((strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(o.credit_code, place, 1)) - 1)
                                  * CASE place WHEN 18 THEN 1 ELSE power(3, place - 1)::bigint % 31 END)
                       FROM generate_series(1, 18) place) % 31 <> 0
                   OR o.credit_code !~ '^[0-9A-HJ-NPQRTUWXY]{18}$'
                """),
        AuditCheck(
            name: "employerWithoutAuthority", rule: .R2, recordKind: "employer",
            message: Text(
                zh: "该单位学员的{detail}学时没有认定机构", en: "no authority recognizes {detail} hours of this employer's learners"),
            sql: """
                SELECT o.id::text AS record_id, m.mode AS detail FROM employers o CROSS JOIN (VALUES ('online'), ('faceToFace')) m (mode)
                WHERE o.merged_into IS NULL AND NOT EXISTS (
                    SELECT FROM policies p CROSS JOIN jsonb_array_elements(p.document -> 'routes') w
                    JOIN jsonb_array_elements(p.document -> 'authorities') a
                         ON a ->> 'id' = CASE w ->> 'authority' WHEN 'county' THEN 'county:' || o.division ELSE w ->> 'authority' END
                    WHERE w ->> 'mode' = m.mode AND w ->> 'level' = o.level)
                """),
        AuditCheck(
            name: "employerMerge", rule: .L1, recordKind: "employer", reach: .register,
            message: Text(
                zh: "单位的合并去向（{detail}）与更正记录不符",
                en: "where the employer was merged ({detail}) does not follow from its corrections"),
            sql: """
                SELECT o.id::text AS record_id, coalesce(o.merged_into::text, '—') AS detail
                FROM employers o LEFT JOIN (
                    WITH RECURSIVE merges (id, target) AS (
                        SELECT employer_id, new_value::uuid FROM employer_corrections WHERE field = 'mergedInto'
                    ), steps (id, target) AS (
                        SELECT id, target FROM merges UNION SELECT s.id, m.target FROM steps s JOIN merges m ON m.id = s.target
                    )
                    SELECT id, target FROM steps WHERE target NOT IN (SELECT id FROM merges)) s ON s.id = o.id
                WHERE o.merged_into IS DISTINCT FROM s.target
                """),
        AuditCheck(
            name: "employmentsOverlap", rule: .Q12, recordKind: "learner",
            message: Text(zh: "任职时间重叠，或结束早于开始", en: "employments overlap, or one ends before it begins"),
            sql: """
                SELECT DISTINCT learner_id::text AS record_id, '' AS detail
                FROM (SELECT learner_id, employed_from, employed_until,
                             max(coalesce(employed_until, 'infinity')) OVER (PARTITION BY learner_id ORDER BY employed_from, id
                                 ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
                      FROM employments WHERE retracted_at IS NULL) p
                WHERE employed_from <= before OR employed_until < employed_from
                """),
        AuditCheck(
            name: "learnerWithoutEmployer", rule: .L1, severity: .warning, recordKind: "learner",
            message: Text(zh: "学员没有任何任职记录", en: "a learner without any employment"),
            sql: """
                SELECT l.id::text AS record_id, '' AS detail FROM learners l
                WHERE l.merged_into IS NULL AND NOT EXISTS (
                    SELECT FROM employments e JOIN learners m ON m.id = e.learner_id
                    WHERE coalesce(m.merged_into, m.id) = l.id AND e.retracted_at IS NULL)
                """),
        AuditCheck(
            name: "retraction", rule: .Q12, recordKind: "learner",
            message: Text(
                zh: "任职记录被撤回（{detail}起），而没有同时登记缩短后的任职",
                en: "an employment (from {detail}) was retracted without the shorter one that takes its place"),
            sql: """
                SELECT e.learner_id::text AS record_id, e.employed_from::text AS detail FROM employments e
                WHERE e.retracted_at IS NOT NULL AND NOT EXISTS (
                    SELECT FROM employments s WHERE (s.learner_id, s.employer_id, s.employed_from) = (e.learner_id, e.employer_id, e.employed_from)
                    AND s.recorded_at = e.retracted_at AND s.id <> e.id)
                """),
        AuditCheck(
            name: "openingRemoved", rule: .Q8, recordKind: "record", reach: .register,
            message: Text(
                zh: "透明日志的开启信息（{detail}）被删除，而没有依法删除的记录",
                en: "what opens a leaf ({detail}) was removed, and no erasure on record says why"),
            sql: """
                SELECT o.record_id::text AS record_id, o.kind AS detail FROM log_openings o
                WHERE num_nonnulls(o.person_erasure, o.user_erasure, o.text_erasure) > 0
                  AND EXISTS (SELECT FROM unnest(ARRAY[o.person_erasure, o.user_erasure, o.text_erasure]) e
                              WHERE e IS NOT NULL AND e NOT IN (SELECT id FROM erasures))
                """),
        AuditCheck(
            name: "erased", rule: .L1, recordKind: "learner",
            message: Text(
                zh: "依法删除的人员仍有个人信息，或删除之后又有新的记录（{detail}）",
                en: "something about an erased person is left, or was recorded afterwards ({detail})"),
            sql: """
                SELECT x.learner_id::text AS record_id, w.detail
                FROM erased_learners x JOIN learners l ON l.id = x.learner_id CROSS JOIN LATERAL (
                    SELECT 'learners' AS detail WHERE num_nonnulls(l.gender, l.post, l.title, l.professional_since) > 0
                        OR l.id_number NOT LIKE '000000%'
                    UNION ALL
                    SELECT 'log_openings' FROM log_openings t WHERE t.learner_id = x.learner_id
                    UNION ALL
                    SELECT 'learner_id_numbers' FROM learner_id_numbers t WHERE t.learner_id = x.learner_id
                    UNION ALL
                    SELECT 'learner_corrections' FROM learner_corrections t
                    WHERE t.learner_id = x.learner_id AND num_nonnulls(t.old_value, t.new_value) > 0
                    UNION ALL
                    SELECT 'certificates' FROM certificates t
                    WHERE t.learner_id = x.learner_id AND (t.name <> l.name OR t.holder IS NOT NULL OR t.recorded_at > x.recorded_at)
                    UNION ALL
                    SELECT 'notices' FROM notices t
                    WHERE t.learner_id = x.learner_id AND (t.name <> l.name OR t.recorded_at > x.recorded_at
                          OR t.content -> 'holder' <> jsonb_build_object('idNumberMasked', l.name))
                    UNION ALL
                    SELECT 'training_answers' FROM training_answers t JOIN training_invitations i ON i.id = t.invitation_id
                    WHERE i.learner_id = x.learner_id AND (t.reason <> l.name OR t.recorded_at > x.recorded_at)
                    UNION ALL
                    SELECT 'reminders' FROM reminders t WHERE t.learner_id = x.learner_id AND t.failure <> l.name
                    UNION ALL
                    SELECT 'training_attendance' FROM training_attendance t
                    WHERE t.learner_id = x.learner_id AND (t.reason <> l.name OR t.recorded_at > x.recorded_at)
                    UNION ALL
                    SELECT 'training_assessments' FROM training_assessments t
                    WHERE t.learner_id = x.learner_id AND (t.reason <> l.name OR t.recorded_at > x.recorded_at)
                    UNION ALL
                    SELECT 'completion_records' FROM completion_records t
                    WHERE t.learner_id = x.learner_id AND (t.record_number NOT LIKE 'erased:%' OR t.recorded_at > x.recorded_at)
                    UNION ALL
                    SELECT 'register_entries' FROM register_entries t
                    WHERE t.learner_id = x.learner_id AND (t.paper_number NOT LIKE 'erased:%' OR t.recorded_at > x.recorded_at)
                    UNION ALL
                    SELECT 'claims' FROM claims t
                    WHERE t.learner_id = x.learner_id AND (t.reason IS NOT NULL OR t.recorded_at > x.recorded_at)
                    UNION ALL
                    SELECT 'employments' FROM employments t WHERE t.learner_id = x.learner_id AND t.recorded_at > x.recorded_at
                    UNION ALL
                    SELECT 'excuses' FROM excuses t WHERE t.learner_id = x.learner_id AND t.recorded_at > x.recorded_at) w
                """),
        AuditCheck(
            name: "learnerPlace", rule: .Q12, recordKind: "learner",
            message: Text(
                zh: "学员所属单位或辖区与任职记录不符", en: "the learner's unit or area does not follow from the employments"),
            sql: """
                SELECT l.id::text AS record_id, '' AS detail
                FROM learners l JOIN (
                    SELECT DISTINCT ON (coalesce(m.merged_into, m.id)) coalesce(m.merged_into, m.id) AS person, k.id AS employer_id, k.area
                    FROM employments e JOIN learners m ON m.id = e.learner_id JOIN employers o ON o.id = e.employer_id
                    JOIN employers k ON k.id = coalesce(o.merged_into, o.id)
                    WHERE e.retracted_at IS NULL
                    ORDER BY coalesce(m.merged_into, m.id), e.employed_from DESC, e.employed_until DESC NULLS FIRST) p
                    ON p.person = coalesce(l.merged_into, l.id)
                WHERE (l.employer_id, l.area) IS DISTINCT FROM (p.employer_id, p.area)
                """),
    ]
}
