/// The base's training spoilt past all guards: each in the demo's season, each with the nearest thing that may be.
extension Anomaly {
    /// The session that was held, and the one that is called.
    private static let held = "(SELECT id FROM training_sessions ORDER BY starts_on LIMIT 1)"
    private static let coming =
        "(SELECT id FROM training_sessions WHERE state = 'called' ORDER BY starts_on DESC LIMIT 1)"
    private static let cancelled = "(SELECT id FROM training_sessions WHERE state = 'cancelled')"
    private static let first = "(SELECT id FROM training_half_days WHERE session_id = \(held) AND number = 1)"

    /// Somebody of the held session who was there in every half-day and passed.
    private static let person = """
        (SELECT i.learner_id FROM training_invitations i
         WHERE i.session_id = \(held) AND i.state = 'confirmed'
           AND (SELECT count(*) FROM training_attendance a WHERE a.session_id = i.session_id AND a.learner_id = i.learner_id) = 6
           AND EXISTS (SELECT FROM training_assessments a WHERE a.session_id = i.session_id AND a.learner_id = i.learner_id AND a.has_passed)
         ORDER BY i.rank LIMIT 1)
        """

    /// The entry of a session that the register did not run becomes one of the held session, its learner the person.
    private static let recognized = [
        "UPDATE training_sessions SET state = 'recognized' WHERE id = \(held)",
        """
        UPDATE register_entries e SET learner_id = \(person), hours = 30, subject_year = s.subject_year, session_code = s.code
        FROM pick p, training_sessions s WHERE e.id = p.session_entry AND s.id = \(held)
        """,
    ]

    private static func seen(_ half: String, _ learner: String) -> String {
        """
        INSERT INTO training_attendance (session_id, half_day_id, learner_id, is_present, method, seen_at, recorded_on, recorded_by)
        SELECT h.session_id, h.id, \(learner), true, 'list', h.starts_at, h.day, u.id
        FROM training_half_days h, users u WHERE h.id = \(half) AND u.username = 'officer-base'
        """
    }

    private static func moved(room: String, teacher: String) -> String {
        """
        UPDATE training_half_days h SET room = \(room), teacher = \(teacher), starts_at = f.starts_at, ends_at = f.ends_at, day = f.day
        FROM training_half_days f WHERE f.id = \(first) AND h.session_id = \(coming) AND h.number = 1
        """
    }

    /// A day of its own for the first half-day, whatever its hours say: days before or after the window's last.
    private static let untied = "ALTER TABLE training_half_days DROP CONSTRAINT half_day_lies_in_its_day"
    private static func day(_ shift: String) -> String {
        """
        UPDATE training_half_days h SET day = y.face_to_face_until \(shift) FROM subject_years y, training_sessions s
        WHERE h.id = \(first) AND s.id = h.session_id AND y.year = s.subject_year
        """
    }

    static let trainingCases: [Anomaly] = [
        Anomaly(
            check: "hoursWithoutAttendance", record: "session_entry",
            planted: recognized + [
                "DELETE FROM training_attendance WHERE learner_id = \(person) AND half_day_id = \(first)"
            ],
            lawful: recognized),
        Anomaly(
            check: "hoursWithoutAssessment", record: "session_entry",
            planted: recognized + ["UPDATE training_assessments SET mark = pass_mark - 1"],
            lawful: recognized + ["UPDATE training_assessments SET mark = pass_mark"]),
        Anomaly(
            check: "entryOutsideTheList", record: "session_entry",
            planted: recognized + ["UPDATE training_invitations SET state = 'declined' WHERE session_id = \(held)"],
            lawful: recognized),
        Anomaly(
            check: "entryOutsideTheList", record: "session_entry",
            planted: recognized + ["UPDATE training_sessions SET state = 'called' WHERE id = \(held)"]),
        Anomaly(
            check: "inTwoSessions", record: "(SELECT \(person))",
            planted: [
                moved(room: "'另一间'", teacher: "'另一位'"),
                seen("(SELECT id FROM training_half_days WHERE session_id = \(coming) AND number = 1)", person),
            ],
            lawful: [seen("(SELECT id FROM training_half_days WHERE session_id = \(coming) AND number = 1)", person)]),
        Anomaly(
            check: "roomOrTeacherTwice",
            record: """
                (SELECT h.session_id FROM training_half_days h WHERE h.id = least(\(first), (SELECT id FROM training_half_days
                 WHERE session_id = \(coming) AND number = 1)))
                """,
            planted: [
                "ALTER TABLE training_half_days DROP CONSTRAINT one_session_in_a_room",
                moved(room: "f.room", teacher: "'另一位'"),
            ],
            lawful: [moved(room: "'另一间'", teacher: "'另一位'")]),
        Anomaly(
            check: "roomOrTeacherTwice",
            record: """
                (SELECT h.session_id FROM training_half_days h WHERE h.id = least(\(first), (SELECT id FROM training_half_days
                 WHERE session_id = \(coming) AND number = 1)))
                """,
            planted: [
                "ALTER TABLE training_half_days DROP CONSTRAINT one_session_for_a_teacher",
                moved(room: "'另一间'", teacher: "f.teacher"),
            ]),
        Anomaly(
            check: "sessionWindow", record: held, planted: [untied, day("+ 1")], lawful: [untied, day("")]),
        Anomaly(
            check: "feeAboveApproved", record: coming,
            planted: [
                "ALTER TABLE training_sessions DROP CONSTRAINT fee_is_within_the_approved_price",
                "UPDATE training_sessions SET fee_in_fen = hours * approved_fen_per_hour + 1 WHERE id = \(coming)",
            ],
            lawful: ["UPDATE training_sessions SET fee_in_fen = hours * approved_fen_per_hour WHERE id = \(coming)"]),
        // The price was raised in the copy, past the policy.
        Anomaly(
            check: "feeAboveApproved", record: coming,
            planted: [
                """
                UPDATE training_sessions SET approved_fen_per_hour = approved_fen_per_hour * 2, fee_in_fen = fee_in_fen * 2
                WHERE id = \(coming)
                """
            ]),
        Anomaly(
            check: "feeAboveApproved", record: held,
            planted: ["UPDATE training_charges SET fee_in_fen = fee_in_fen + 1 WHERE session_id = \(held)"]),
        Anomaly(
            check: "feesDoNotAddUp", record: held,
            planted: ["UPDATE training_receipts SET amount_in_fen = amount_in_fen - 1 WHERE session_id = \(held)"],
            lawful: [
                """
                UPDATE training_receipts r SET amount_in_fen = (SELECT sum(fee_in_fen) FROM training_receipt_lines p WHERE p.receipt_id = r.id)
                """
            ]),
        Anomaly(
            check: "feesDoNotAddUp", record: cancelled,
            planted: [
                "DELETE FROM training_refunds WHERE charge_id = (SELECT charge_id FROM training_refunds ORDER BY charge_id LIMIT 1)"
            ]),
        Anomaly(
            check: "feesDoNotAddUp", record: cancelled,
            planted: ["UPDATE training_refunds SET refund_in_fen = refund_in_fen - 1"]),
        Anomaly(
            check: "receiptNumbers", record: "(SELECT year::text FROM training_receipts LIMIT 1)",
            planted: ["DELETE FROM training_receipts WHERE number = 2"],
            lawful: [
                "UPDATE training_numbers SET last = last - 1 WHERE kind = 'receipt'",
                "DELETE FROM training_receipts WHERE number = (SELECT max(number) FROM training_receipts)",
            ]),
        Anomaly(
            check: "receiptNumbers", record: "(SELECT year::text FROM training_numbers WHERE kind = 'receipt')",
            planted: ["UPDATE training_numbers SET last = last + 1 WHERE kind = 'receipt'"]),
        Anomaly(
            check: "receiptNumbers", record: "(SELECT year::text FROM training_receipts LIMIT 1)",
            planted: ["DELETE FROM training_numbers WHERE kind = 'receipt'"],
            lawful: ["INSERT INTO training_numbers (kind, year, last) VALUES ('receipt', 2031, 0)"]),
        Anomaly(
            check: "drawRepeated", record: coming,
            planted: [
                "UPDATE training_invitations SET lot = '0000000000000000' WHERE session_id = \(coming) AND rank = 9"
            ],
            lawful: ["UPDATE training_invitations SET rank = rank + 1000 WHERE session_id = \(coming)"]),
        Anomaly(
            check: "drawRepeated", record: coming,
            planted: [
                "ALTER TABLE training_invitations DROP CONSTRAINT one_learner_for_each_rank",
                "UPDATE training_invitations SET rank = 5 - rank WHERE session_id = \(coming) AND rank IN (2, 3)",
            ]),
        Anomaly(
            check: "placesOverbooked", record: held,
            planted: [
                """
                UPDATE training_sessions SET places = (SELECT count(*) FROM training_invitations
                WHERE session_id = \(held) AND state IN ('called', 'confirmed')) - 1 WHERE id = \(held)
                """
            ],
            lawful: [
                """
                UPDATE training_sessions SET places = (SELECT count(*) FROM training_invitations
                WHERE session_id = \(held) AND state IN ('called', 'confirmed')) WHERE id = \(held)
                """
            ]),
        Anomaly(
            check: "sessionState", record: held,
            planted: ["UPDATE training_sessions SET state = 'recognized' WHERE id = \(held)"],
            lawful: [
                "UPDATE training_sessions SET state = 'recognized' WHERE id = \(held)",
                """
                INSERT INTO training_recognitions (session_id, recognized_on, learners, hours, left_out, recorded_by)
                SELECT \(held), '2018-12-01', 1, 30, '[]', id FROM users WHERE username = 'officer-base'
                """,
            ]),
        Anomaly(
            check: "sessionState", record: cancelled,
            planted: ["UPDATE training_half_days SET is_cancelled = false WHERE session_id = \(cancelled)"]),
        Anomaly(
            check: "invitationState", record: called, planted: [confirmed],
            lawful: [
                """
                INSERT INTO training_answers (invitation_id, answer, answered_on, recorded_by)
                SELECT \(called), 'willCome', '2018-11-01', id FROM users WHERE username = 'officer-base'
                """, confirmed,
            ]),
        Anomaly(
            check: "bookings", record: called,
            planted: ["DELETE FROM training_bookings WHERE invitation_id = \(called)"],
            lawful: [
                "DELETE FROM training_bookings WHERE invitation_id = \(called)",
                "UPDATE training_invitations SET state = 'declined' WHERE id = \(called)",
            ]),
    ]

    /// Somebody who was called and has not answered: in the demo every third has.
    private static let called = """
        (SELECT i.id FROM training_invitations i WHERE i.session_id = \(coming) AND i.moved_up_on IS NULL
           AND i.rank % 3 <> 0 ORDER BY i.rank LIMIT 1)
        """
    private static let confirmed =
        "UPDATE training_invitations SET state = 'confirmed', state_since = '2018-11-01' WHERE id = \(called)"
}
