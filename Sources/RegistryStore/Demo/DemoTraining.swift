import PostgresClient

/// A season of the base in the demo city: plans, a session that was held and waits for recognition, one that is called,
/// one that is scheduled, and one that was cancelled after money had been taken. Days lie in the last subject year's window;
/// identifiers follow from names, so that the same demo is the same again. Where the notice has no approved price there is
/// no training.
enum DemoTrainingStatements {
    static let all: [Statement] = terms + plans + sessions + calls + days + money

    private static let terms: [Statement] = [
        """
        CREATE TEMPORARY TABLE demo_season ON COMMIT DROP AS
        SELECT y.year, y.face_to_face_from AS opens, y.face_to_face_until AS closes,
               (t ->> 'trainingPlanDueOn')::date AS due_on, t #>> '{courseTitle,zh}' AS title,
               a.notice, a.version, a.document, a.fen_per_hour, base.id AS base, unit.id AS unit, unit.employer, own.learner
        FROM subject_years y JOIN policies p ON p.notice = y.notice AND p.version = y.version
        CROSS JOIN jsonb_array_elements(p.document -> 'subjectYears') t
        JOIN LATERAL (SELECT * FROM approved_prices x WHERE x.notice = y.notice AND x.version = y.version ORDER BY document LIMIT 1) a ON true
        CROSS JOIN (SELECT id FROM demo_users WHERE role = 'baseOfficer' LIMIT 1) base
        CROSS JOIN (SELECT id, employer FROM demo_users WHERE role = 'unitAdmin' LIMIT 1) unit
        CROSS JOIN (SELECT learner FROM demo_users WHERE role = 'learner' LIMIT 1) own
        WHERE (t ->> 'year')::int = y.year ORDER BY y.year DESC LIMIT 1
        """,
        """
        CREATE TEMPORARY TABLE demo_units ON COMMIT DROP AS
        SELECT e.id, e.level = 'city' AND e.kind = 'publicInstitution' AS is_expected,
               row_number() OVER (ORDER BY e.id <> s.employer, e.credit_code) AS number
        FROM demo_season s JOIN employers e ON e.id = s.employer
             OR e.id IN (SELECT c.id FROM employers c WHERE c.level = 'city' AND c.kind = 'publicInstitution' ORDER BY c.credit_code LIMIT 8)
             OR e.id IN (SELECT c.id FROM employers c WHERE c.level = 'county' ORDER BY c.credit_code LIMIT 2)
        """,
        // Of the held session and of the coming one; nobody is in both.
        """
        CREATE TEMPORARY TABLE demo_people ON COMMIT DROP AS
        SELECT l.id, u.id AS employer, u.number AS unit, u.is_expected,
               row_number() OVER (PARTITION BY u.id ORDER BY l.id = s.learner DESC, md5(l.id::text)) AS place,
               md5('plan ' || u.id)::uuid AS plan
        FROM demo_season s CROSS JOIN demo_units u JOIN learners l ON l.employer_id = u.id
        WHERE u.number <> 7 AND l.merged_into IS NULL
          AND (l.id = s.learner OR NOT EXISTS (SELECT FROM standing_entries e WHERE e.learner_id = l.id AND e.subject_year = s.year))
        """,
        "DELETE FROM demo_people WHERE place > 8",
    ]

    private static let plans: [Statement] = [
        """
        INSERT INTO training_plans (id, employer_id, subject_year, kind, state, contact, note, due_on, sent_on, places, answer_note,
                                    answered_by, answered_on, recorded_by)
        SELECT md5('plan ' || u.id)::uuid, u.id, s.year, CASE WHEN u.is_expected THEN 'plan' ELSE 'request' END,
               CASE u.number WHEN 5 THEN 'sent' WHEN 6 THEN 'refused' ELSE 'accepted' END, '办公室', NULL,
               CASE WHEN u.is_expected THEN s.due_on END, s.due_on - 12 + CASE u.number WHEN 4 THEN 17 ELSE u.number::int END,
               NULL, CASE u.number WHEN 6 THEN '人员名单与在岗情况不符，请核实后重报。' END,
               CASE u.number WHEN 5 THEN NULL ELSE s.base END, CASE u.number WHEN 5 THEN NULL ELSE s.due_on + 6 END, s.unit
        FROM demo_season s, demo_units u WHERE EXISTS (SELECT FROM demo_people p WHERE p.employer = u.id)
        """,
        """
        INSERT INTO training_plan_learners (plan_id, learner_id, proposed_on, recorded_by)
        SELECT p.plan, p.id, t.sent_on, s.unit FROM demo_season s, demo_people p JOIN training_plans t ON t.id = p.plan
        """,
    ]

    private static let sessions: [Statement] = [
        """
        CREATE TEMPORARY TABLE demo_sessions ON COMMIT DROP AS
        SELECT md5('session ' || n)::uuid AS id, s.year || '-M0' || n AS code, n,
               CASE n WHEN 1 THEN s.opens + 36 WHEN 2 THEN s.opens + 64 WHEN 3 THEN s.closes - 17 ELSE s.closes - 3 END AS day,
               CASE n WHEN 1 THEN 60 WHEN 3 THEN 10 ELSE 30 END AS places
        FROM demo_season s CROSS JOIN generate_series(1, 4) n
        """,
        """
        INSERT INTO training_sessions (id, code, subject_year, course_title, place, places, hours, starts_on, ends_on, fee_in_fen,
            price_notice, price_version, price_document, approved_fen_per_hour, recorded_by, recorded_on)
        SELECT x.id, x.code, s.year, s.title, '雅安职业技术学院', x.places, 30, x.day, x.day + 2, 30 * s.fen_per_hour,
               s.notice, s.version, s.document, s.fen_per_hour, s.base, s.opens
        FROM demo_season s, demo_sessions x
        """,
        """
        INSERT INTO training_half_days (id, session_id, number, day, part, starts_at, ends_at, hours, room, teacher, topic)
        SELECT md5('half ' || x.n || ' ' || h)::uuid, x.id, h, x.day + (h - 1) / 2, CASE h % 2 WHEN 1 THEN 'morning' ELSE 'afternoon' END,
               (x.day + (h - 1) / 2 + CASE h % 2 WHEN 1 THEN time '08:30' ELSE time '14:00' END) AT TIME ZONE 'Asia/Shanghai',
               (x.day + (h - 1) / 2 + CASE h % 2 WHEN 1 THEN time '12:00' ELSE time '17:30' END) AT TIME ZONE 'Asia/Shanghai',
               5, '教学楼A30' || x.n, CASE x.n % 2 WHEN 1 THEN '曾老师' ELSE '何老师' END, NULL
        FROM demo_sessions x CROSS JOIN generate_series(1, 6) h
        """,
        """
        INSERT INTO training_sign_in_keys (half_day_id, key)
        SELECT id, uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) FROM training_half_days
        """,
    ]

    private static let calls: [Statement] = [
        """
        INSERT INTO training_calls (id, session_id, number, seed, answer_by, drawn_on, recorded_by)
        SELECT md5('call ' || x.n)::uuid, x.id, 1, 'demo-' || x.n, x.day - 7, x.day - 20, s.base FROM demo_season s, demo_sessions x WHERE x.n < 4
        """,
        "UPDATE training_sessions t SET state = 'called' FROM demo_sessions x WHERE x.id = t.id AND x.n < 4",
        """
        INSERT INTO training_invitations (id, call_id, session_id, learner_id, employer_id, rank, owes, is_expected, missed_before, asked_on,
                                          lot, state, state_since)
        SELECT md5('invitation ' || o.n || ' ' || o.learner)::uuid, md5('call ' || o.n)::uuid, o.session, o.learner, o.employer, o.rank, true,
               o.is_expected, 0, o.asked_on, o.lot, CASE WHEN o.rank <= o.places THEN 'called' ELSE 'waiting' END, o.day - 20
        FROM (SELECT x.n, x.id AS session, x.places, x.day, p.id AS learner, p.employer, p.is_expected, l.proposed_on AS asked_on, k.lot,
                     row_number() OVER (PARTITION BY x.n ORDER BY p.is_expected DESC, l.proposed_on, k.lot COLLATE "C", p.id) AS rank
              FROM demo_sessions x JOIN demo_people p ON CASE x.n WHEN 1 THEN p.place BETWEEN 2 AND 5 WHEN 2 THEN p.place = 6
                                                             WHEN 3 THEN p.place IN (1, 7, 8) ELSE false END
              JOIN training_plan_learners l ON l.plan_id = p.plan AND l.learner_id = p.id
              JOIN training_plans t ON t.id = p.plan AND t.state = 'accepted'
              CROSS JOIN LATERAL (SELECT left(encode(sha256(convert_to('demo-' || x.n || ' ' || p.id, 'UTF8')), 'hex'), 16) AS lot) k) o
        """,
        """
        INSERT INTO training_answers (id, invitation_id, answer, reason, answered_on, recorded_by)
        SELECT md5('answer ' || i.id)::uuid, i.id, CASE WHEN i.rank % 7 = 3 THEN 'cannotCome' ELSE 'willCome' END,
               CASE WHEN i.rank % 7 = 3 THEN '当周外出执行任务' END, x.day - 10, s.unit
        FROM demo_season s, training_invitations i JOIN demo_sessions x ON x.id = i.session_id
        WHERE i.state = 'called' AND (x.n < 3 OR i.rank % 3 = 0) ORDER BY i.session_id, i.rank
        """,
    ]

    private static let days: [Statement] = [
        """
        INSERT INTO training_uploads (id, session_id, rows, recorded_by)
        SELECT md5('upload')::uuid, x.id, 12, s.base FROM demo_season s, demo_sessions x WHERE x.n = 1
        """,
        // The network was away in the fifth half-day; two people missed one each.
        """
        INSERT INTO training_attendance (id, session_id, half_day_id, learner_id, is_present, method, seen_at, upload_id, recorded_on, recorded_by)
        SELECT md5('seen ' || h.id || i.learner_id)::uuid, i.session_id, h.id, i.learner_id, true, CASE h.number WHEN 5 THEN 'offline' ELSE 'list' END,
               h.starts_at, CASE h.number WHEN 5 THEN md5('upload')::uuid END, h.day, s.base
        FROM demo_season s, demo_sessions x JOIN training_invitations i ON i.session_id = x.id AND i.state IN ('called', 'confirmed')
        JOIN training_half_days h ON h.session_id = x.id
        WHERE x.n = 1 AND NOT (i.rank = 2 AND h.number = 2) AND NOT (i.rank = 5 AND h.number = 6) ORDER BY h.number, i.rank
        """,
        """
        INSERT INTO training_attendance (id, session_id, half_day_id, learner_id, is_present, method, reason, recorded_on, recorded_by)
        SELECT md5('corrected ' || h.id)::uuid, i.session_id, h.id, i.learner_id, true, 'correction', '手机没电，现场点名册有签字。', h.day, s.base
        FROM demo_season s, demo_sessions x JOIN training_invitations i ON i.session_id = x.id AND i.state IN ('called', 'confirmed')
        JOIN training_half_days h ON h.session_id = x.id AND h.number = 2
        WHERE x.n = 1 AND i.rank = 2
        """,
        """
        INSERT INTO training_assessments (id, session_id, learner_id, attempt, mark, pass_mark, assessed_on, recorded_by)
        SELECT md5('mark ' || i.id)::uuid, i.session_id, i.learner_id, 1, CASE WHEN i.rank % 9 = 4 THEN 48 ELSE 65 + i.rank % 30 END, 60,
               x.day + 2, s.base
        FROM demo_season s, demo_sessions x JOIN training_invitations i ON i.session_id = x.id AND i.state IN ('called', 'confirmed')
        WHERE x.n = 1 AND i.rank <> 1
        """,
    ]

    private static let money: [Statement] = [
        """
        INSERT INTO training_charges (id, session_id, learner_id, payer, employer_id, fee_in_fen, charged_on, recorded_by)
        SELECT md5('charge ' || i.id)::uuid, i.session_id, i.learner_id, 'unit', i.employer_id, t.fee_in_fen, x.day - 5, s.base
        FROM demo_season s, demo_sessions x JOIN training_sessions t ON t.id = x.id
        JOIN training_invitations i ON i.session_id = x.id AND i.state IN ('called', 'confirmed') WHERE x.n < 3
        """,
        // A receipt for every unit of the second session and every other of the first.
        """
        INSERT INTO training_receipts (id, year, number, session_id, employer_id, amount_in_fen, received_on, recorded_by)
        SELECT md5('receipt ' || r.session_id || r.employer_id)::uuid, r.year, next_training_number('receipt', r.year), r.session_id,
               r.employer_id, r.amount, r.day - 4, r.base
        FROM (SELECT c.session_id, c.employer_id, sum(c.fee_in_fen) AS amount, x.day, s.year, s.base
              FROM demo_season s, demo_sessions x JOIN training_charges c ON c.session_id = x.id JOIN demo_units u ON u.id = c.employer_id
              WHERE x.n = 2 OR u.number % 2 = 1 GROUP BY c.session_id, c.employer_id, x.day, x.n, u.number, s.year, s.base
              ORDER BY x.n, u.number) r
        """,
        """
        INSERT INTO training_receipt_lines (charge_id, receipt_id, session_id, fee_in_fen)
        SELECT c.id, r.id, c.session_id, c.fee_in_fen FROM training_receipts r
        JOIN training_charges c ON c.session_id = r.session_id AND c.employer_id = r.employer_id
        """,
        """
        UPDATE training_sessions t SET state = 'cancelled', cancelled_on = x.day - 1, cancelled_because = '授课教师因故不能到校'
        FROM demo_sessions x WHERE x.id = t.id AND x.n = 2
        """,
        """
        INSERT INTO training_refunds (charge_id, year, number, refund_in_fen, reason, refunded_on, recorded_by)
        SELECT c.id, s.year, next_training_number('refund', s.year), c.fee_in_fen, '班次取消', x.day - 1, s.base
        FROM demo_season s, demo_sessions x JOIN training_charges c ON c.session_id = x.id WHERE x.n = 2
        """,
    ]
}
