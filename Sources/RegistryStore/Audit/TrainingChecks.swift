import RegistryDomain

/// The base's training, held against the register and the notice: hours that nobody attended, people in two places at one
/// moment, sessions outside their time, fees above the approval, draws that another drawing does not give. Each looks at
/// everything in every run: a season is small beside the register.
extension AuditCheck {
    static let training: [AuditCheck] = [
        AuditCheck(
            name: "hoursWithoutAttendance", rule: .F1, recordKind: "entry", reach: .register,
            message: Text(
                zh: "登记的面授学时与签到不符（{detail}）", en: "hours on the register that attendance does not come to ({detail})"),
            sql: """
                SELECT e.id::text AS record_id, s.code || ': ' || e.hours || ' <> ' || coalesce(sum(h.hours), 0) AS detail
                FROM training_sessions s JOIN \(AuditSQL.standing) e ON e.session_code = s.code
                LEFT JOIN training_half_days h ON h.session_id = s.id AND NOT h.is_cancelled AND EXISTS (
                    SELECT FROM training_attendance a JOIN public.learners l ON l.id = a.learner_id
                    WHERE a.half_day_id = h.id AND a.is_present AND coalesce(l.merged_into, l.id) = e.person
                      AND NOT EXISTS (SELECT FROM training_attendance c WHERE c.corrects = a.id))
                GROUP BY e.id, s.code, e.hours HAVING e.hours <> coalesce(sum(h.hours), 0)
                """),
        AuditCheck(
            name: "hoursWithoutAssessment", rule: .Q4, recordKind: "entry", reach: .register,
            message: Text(
                zh: "该班次（{detail}）考核未合格而登记了学时", en: "hours of session {detail} whose assessment was not passed"),
            sql: """
                SELECT e.id::text AS record_id, s.code AS detail
                FROM training_sessions s JOIN \(AuditSQL.standing) e ON e.session_code = s.code
                WHERE NOT EXISTS (
                    SELECT FROM training_assessments a JOIN public.learners l ON l.id = a.learner_id
                    WHERE a.session_id = s.id AND coalesce(l.merged_into, l.id) = e.person AND a.mark >= a.pass_mark
                      AND NOT EXISTS (SELECT FROM training_assessments c WHERE c.corrects = a.id))
                """),
        AuditCheck(
            name: "entryOutsideTheList", rule: .F1, recordKind: "entry", reach: .register,
            message: Text(
                zh: "登记了不在该班次（{detail}）名单上的人", en: "hours of somebody who is not on the list of session {detail}"),
            sql: """
                SELECT e.id::text AS record_id, s.code AS detail
                FROM training_sessions s JOIN \(AuditSQL.standing) e ON e.session_code = s.code
                WHERE s.state <> 'recognized' OR e.mode <> 'faceToFace' OR e.subject_year <> s.subject_year OR NOT EXISTS (
                    SELECT FROM training_invitations i JOIN public.learners l ON l.id = i.learner_id
                    WHERE i.session_id = s.id AND i.state IN ('called', 'confirmed') AND coalesce(l.merged_into, l.id) = e.person)
                """),
        AuditCheck(
            name: "inTwoSessions", rule: .F1, recordKind: "learner", reach: .register,
            message: Text(
                zh: "同一时间在两个班次签到（{detail}）", en: "signed in to two sessions at one moment ({detail})"),
            sql: """
                SELECT DISTINCT a.learner_id::text AS record_id, least(x.code, y.code) || ' / ' || greatest(x.code, y.code) AS detail
                FROM training_attendance a JOIN training_half_days h ON h.id = a.half_day_id JOIN training_sessions x ON x.id = h.session_id
                JOIN training_attendance b ON b.learner_id = a.learner_id AND b.half_day_id <> a.half_day_id AND b.is_present
                JOIN training_half_days k ON k.id = b.half_day_id JOIN training_sessions y ON y.id = k.session_id
                WHERE a.is_present AND h.starts_at < k.ends_at AND k.starts_at < h.ends_at
                  AND NOT EXISTS (SELECT FROM training_attendance c WHERE c.corrects IN (a.id, b.id))
                """),
        AuditCheck(
            name: "roomOrTeacherTwice", rule: .F1, recordKind: "trainingSession", reach: .register,
            message: Text(
                zh: "同一时间教室或教师被两个班次占用（{detail}）", en: "a room or a teacher in two sessions at one moment ({detail})"),
            sql: """
                SELECT h.session_id::text AS record_id, h.day || ' ' || CASE WHEN h.room = k.room THEN h.room ELSE h.teacher END AS detail
                FROM training_half_days h JOIN training_half_days k ON k.id > h.id AND (k.room = h.room OR k.teacher = h.teacher)
                WHERE NOT h.is_cancelled AND NOT k.is_cancelled AND h.starts_at < k.ends_at AND k.starts_at < h.ends_at
                """),
        AuditCheck(
            name: "sessionWindow", rule: .F2, recordKind: "trainingSession", reach: .register,
            message: Text(
                zh: "班次日期（{detail}）不在该年度面授时间内", en: "a session on {detail}, outside its year's time"),
            // As it was when it was scheduled: another notice may have come since.
            sql: """
                SELECT s.id::text AS record_id, h.day::text AS detail
                FROM training_sessions s JOIN training_half_days h ON h.session_id = s.id
                WHERE NOT EXISTS (SELECT FROM \(AuditSQL.terms) t
                    WHERE t.year = s.subject_year AND t.since <= s.recorded_at AND t.until > s.recorded_at
                      AND h.day BETWEEN t.face_to_face_from AND t.face_to_face_until)
                """),
        AuditCheck(
            name: "feeAboveApproved", rule: .P2, recordKind: "trainingSession", reach: .register,
            message: Text(
                zh: "收费（{detail} 分）超出物价局核定标准", en: "a fee ({detail} fen) above what the price bureau approved"),
            // Against the policy document itself, not against what was copied from it.
            sql: """
                SELECT s.id::text AS record_id, s.fee_in_fen::text AS detail FROM training_sessions s
                WHERE s.fee_in_fen > s.hours * coalesce((
                    SELECT (x ->> 'fenPerHour')::int FROM policies p CROSS JOIN jsonb_array_elements(p.document #> '{training,approvedPrices}') x
                    WHERE p.notice = s.price_notice AND p.version = s.price_version AND x ->> 'document' = s.price_document
                      AND s.starts_on >= (x ->> 'from')::date AND (x ->> 'until' IS NULL OR s.starts_on <= (x ->> 'until')::date)), 0)
                UNION ALL
                SELECT c.session_id::text, c.fee_in_fen::text FROM training_charges c JOIN training_sessions s ON s.id = c.session_id
                WHERE c.fee_in_fen <> s.fee_in_fen
                """),
        AuditCheck(
            name: "feesDoNotAddUp", rule: .P2, recordKind: "trainingSession", reach: .register,
            message: Text(
                zh: "收据、明细与退费不符（{detail}）", en: "receipts, their lines and refunds do not add up ({detail})"),
            sql: """
                SELECT r.session_id::text AS record_id, r.year || '-' || r.number AS detail FROM training_receipts r
                WHERE r.amount_in_fen <> (SELECT coalesce(sum(p.fee_in_fen), 0) FROM training_receipt_lines p WHERE p.receipt_id = r.id)
                UNION ALL
                SELECT c.session_id::text, coalesce(f.year || '-' || f.number, '—') FROM training_refunds f
                JOIN training_charges c ON c.id = f.charge_id LEFT JOIN training_receipt_lines p ON p.charge_id = c.id
                WHERE f.refund_in_fen <> coalesce(p.fee_in_fen, 0)
                UNION ALL
                SELECT s.id::text, 'cancelled' FROM training_sessions s JOIN training_charges c ON c.session_id = s.id
                WHERE s.state = 'cancelled' AND NOT EXISTS (SELECT FROM training_refunds f WHERE f.charge_id = c.id)
                """),
        AuditCheck(
            name: "receiptNumbers", rule: .P2, recordKind: "receiptYear", reach: .register,
            message: Text(zh: "收据号不连续（{detail}）", en: "receipt numbers with a gap ({detail})"),
            sql: """
                SELECT year::text AS record_id, count(*) || ' / ' || max(number) AS detail FROM training_receipts
                GROUP BY year HAVING count(*) <> max(number)
                UNION ALL
                SELECT year::text, count(*) || ' / ' || max(number) FROM training_refunds WHERE number IS NOT NULL
                GROUP BY year HAVING count(*) <> max(number)
                UNION ALL
                SELECT coalesce(n.year, g.year)::text, concat_ws(' ', coalesce(n.kind, g.kind), n.last, 'training_numbers')
                FROM training_numbers n FULL JOIN (
                    SELECT kind, year, max(number) AS last FROM (
                        SELECT 'receipt' AS kind, year, number FROM training_receipts
                        UNION ALL SELECT 'refund', year, number FROM training_refunds WHERE number IS NOT NULL) given
                    GROUP BY kind, year) g ON g.kind = n.kind AND g.year = n.year
                WHERE n.last IS DISTINCT FROM coalesce(g.last, 0)
                """),
        AuditCheck(
            name: "drawRepeated", rule: .F1, recordKind: "trainingSession", reach: .register,
            message: Text(
                zh: "重新抽签得不到同样的名单（{detail}）", en: "drawing again does not give the same list ({detail})"),
            sql: """
                SELECT i.session_id::text AS record_id, 'lot ' || i.rank AS detail
                FROM training_invitations i JOIN training_calls c ON c.id = i.call_id
                WHERE i.lot <> left(encode(sha256(convert_to(c.seed || ' ' || i.learner_id, 'UTF8')), 'hex'), 16)
                UNION ALL
                SELECT session_id::text, 'rank ' || rank FROM (
                    SELECT i.session_id, i.rank, row_number() OVER (PARTITION BY i.call_id ORDER BY i.rank) AS given,
                           row_number() OVER (PARTITION BY i.call_id ORDER BY i.owes DESC, i.is_expected DESC, i.missed_before DESC,
                                              i.asked_on, i.lot COLLATE "C", i.learner_id) AS drawn
                    FROM training_invitations i) o WHERE given <> drawn
                """),
        AuditCheck(
            name: "placesOverbooked", rule: .F1, recordKind: "trainingSession", reach: .register,
            message: Text(zh: "名额超出（{detail}）", en: "more people than places ({detail})"),
            sql: """
                SELECT s.id::text AS record_id, count(i.id) || ' > ' || s.places AS detail
                FROM training_sessions s JOIN training_invitations i ON i.session_id = s.id AND i.state IN ('called', 'confirmed')
                GROUP BY s.id, s.places HAVING count(i.id) > s.places
                """),
        AuditCheck(
            name: "sessionState", rule: .F1, recordKind: "trainingSession", reach: .register,
            message: Text(
                zh: "班次状态与调训、认定、取消不符（{detail}）",
                en: "the state of a session does not follow from its calls, recognitions and cancellation ({detail})"),
            sql: """
                SELECT s.id::text AS record_id, s.state AS detail FROM training_sessions s
                WHERE s.state <> CASE WHEN s.cancelled_on IS NOT NULL THEN 'cancelled'
                                      WHEN EXISTS (SELECT FROM training_recognitions r WHERE r.session_id = s.id) THEN 'recognized'
                                      WHEN EXISTS (SELECT FROM training_calls c WHERE c.session_id = s.id) THEN 'called'
                                      ELSE 'scheduled' END
                UNION ALL
                SELECT s.id::text, h.day || ' ' || h.part FROM training_sessions s JOIN training_half_days h ON h.session_id = s.id
                WHERE h.is_cancelled <> (s.cancelled_on IS NOT NULL)
                """),
        AuditCheck(
            name: "invitationState", rule: .F1, recordKind: "trainingInvitation", reach: .register,
            message: Text(
                zh: "名单上的状态与答复不符（{detail}）", en: "the state on a list does not follow from the answers ({detail})"),
            sql: """
                SELECT i.id::text AS record_id, i.state || ' ' || i.state_since AS detail
                FROM training_invitations i JOIN training_sessions s ON s.id = i.session_id JOIN training_calls c ON c.id = i.call_id
                LEFT JOIN LATERAL (SELECT a.answer, a.answered_on FROM training_answers a WHERE a.invitation_id = i.id
                                   ORDER BY a.recorded_at DESC, a.id LIMIT 1) a ON true
                WHERE (i.state, i.state_since) IS DISTINCT FROM CASE
                    WHEN a.answer = 'cannotCome' THEN ('declined'::text, a.answered_on)
                    WHEN s.cancelled_on IS NOT NULL THEN ('released'::text, s.cancelled_on)
                    WHEN a.answer = 'willCome' THEN ('confirmed'::text, a.answered_on)
                    WHEN i.moved_up_on IS NOT NULL THEN ('called'::text, i.moved_up_on)
                    WHEN i.state = 'waiting' THEN ('waiting'::text, c.drawn_on)
                    ELSE ('called'::text, c.drawn_on) END
                """),
        AuditCheck(
            name: "bookings", rule: .F1, recordKind: "trainingInvitation", reach: .register,
            message: Text(
                zh: "占位与名单不符（{detail}）", en: "what is booked is not what the list says ({detail})"),
            sql: """
                SELECT coalesce(b.invitation_id, x.id)::text AS record_id, coalesce(b.during::text, x.during::text) AS detail
                FROM (SELECT i.id, i.learner_id, h.id AS half_day_id, tstzrange(h.starts_at, h.ends_at) AS during
                      FROM training_invitations i JOIN training_half_days h ON h.session_id = i.session_id AND NOT h.is_cancelled
                      WHERE i.state IN ('called', 'confirmed')) x
                FULL JOIN training_bookings b ON (b.half_day_id, b.learner_id, b.invitation_id, b.during)
                    = (x.half_day_id, x.learner_id, x.id, x.during)
                WHERE b.invitation_id IS NULL OR x.id IS NULL
                """),
    ]
}
