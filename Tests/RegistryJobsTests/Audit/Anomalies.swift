/// Something that must not be on the register, planted past all guards, and the nearest thing that may be.
///
/// Statements find their records in the temporary table `pick` (`AuditRegister.picks`).
struct Anomaly: Sendable {
    /// The check that finds it.
    var check: String
    /// SQL for the identifier that the finding names, over `pick`.
    var record: String
    var planted: [String]
    /// Left alone by the check; the demo register itself where empty.
    var lawful: [String] = []
    /// The business day of the run.
    var day = lastDay
    static let lastDay = "2018-12-31"

    static func update(_ table: String, _ key: String, _ change: String) -> String {
        "UPDATE \(table) t SET \(change) FROM pick p WHERE t.id = p.\(key)"
    }

    /// A second row with the same content but for `changes`, a JSON object of SQL values.
    static func clone(_ table: String, _ key: String, _ changes: String) -> String {
        """
        INSERT INTO \(table) OVERRIDING SYSTEM VALUE
        SELECT (jsonb_populate_record(t, jsonb_build_object(\(changes)))).* FROM \(table) t JOIN pick p ON t.id = p.\(key)
        """
    }

    static func evidence(_ key: String, _ field: String, _ value: String) -> String {
        "UPDATE claims t SET evidence = jsonb_set(evidence, '{\(field)}', to_jsonb(\(value))) FROM pick p WHERE t.id = p.\(key)"
    }

    static func routing(_ key: String, to authority: String, by user: String, reason: String) -> String {
        """
        INSERT INTO claim_routings (claim_id, routing, authority, reason, recorded_by, routed_on)
        SELECT p.\(key), 2, '\(authority)', '\(reason)', u.id, '2018-12-01' FROM pick p, users u WHERE u.username = '\(user)'
        """
    }

    static func reversal(_ key: String, by authority: String, _ user: String, on day: String = "'2018-12-31'::date")
        -> String
    {
        """
        INSERT INTO reversals (entry_id, reason, reversed_by, reversed_on, recorded_by)
        SELECT p.\(key), '重复', '\(authority)', \(day), u.id FROM pick p, users u WHERE u.username = '\(user)'
        """
    }

    static func event(_ key: String, _ event: String, _ state: String, by user: String = "officer-city") -> String {
        """
        INSERT INTO claim_events (claim_id, event, state, reason, occurred_on, recorded_by)
        SELECT p.\(key), '\(event)', '\(state)', '缺材料', '2018-12-30', u.id FROM pick p, users u WHERE u.username = '\(user)'
        """
    }

    static let merging = """
        INSERT INTO merges (kept_id, merged_id, reason, document, entries_before, entries_after, merged_on, recorded_by)
        SELECT p.online_learner, p.other_learner, '同一人', '户籍证明', 1, 1, '2018-12-01', u.id
        FROM pick p, users u WHERE u.username = 'officer-city'
        """
    static let merged = update("learners", "other_learner", "merged_into = p.online_learner")
    static let colleague = """
        INSERT INTO users (id, username, person_name, password_hash, role, authority)
        SELECT '00000000-0000-4000-8000-000000000001', 'colleague', '同事', '-', u.role, u.authority
        FROM users u JOIN pick p ON u.authority = p.online_authority WHERE u.role LIKE '%Officer' LIMIT 1
        """

    static let all: [Anomaly] =
        evidenceCases + routeCases + decisionCases + claimCases + registerCases + guardCases + catalogCases
        + peopleCases
        + passingCases + countCases + bulletinCases + logCases + sealCases + actCases + trainingCases

    private static let evidenceCases: [Anomaly] = [
        Anomaly(
            check: "onlineWindow", record: "online_entry",
            planted: [update("completion_records", "online_record", "test_passed_on = '2019-01-01'")],
            lawful: [update("completion_records", "online_record", "test_passed_on = '2018-12-31'")]),
        Anomaly(
            check: "onlineWindow", record: "online_entry",
            planted: [update("completion_records", "online_record", "compulsory_finished_on = '2017-05-31'")],
            lawful: [update("completion_records", "online_record", "compulsory_finished_on = '2017-06-01'")]),
        Anomaly(
            check: "onlineHours", record: "online_entry",
            planted: [update("completion_records", "online_record", "compulsory_hours = 9, elective_hours = 21")],
            lawful: [update("completion_records", "online_record", "compulsory_hours = 12, elective_hours = 20")]),
        Anomaly(
            check: "onlineHours", record: "online_entry",
            planted: [update("completion_records", "online_record", "compulsory_hours = 11, elective_hours = 19")]),
        Anomaly(
            check: "testPassed", record: "online_entry",
            planted: [
                update("completion_records", "online_record", "test_passed_on = NULL"),
                update("claims", "online_claim", "evidence = evidence - 'testPassedOn'"),
            ],
            lawful: [update("completion_records", "online_record", "test_passed_on = NULL")]),
        Anomaly(
            check: "studyOrder", record: "online_entry",
            planted: [
                update("completion_records", "online_record", "elective_started_on = compulsory_finished_on - 1")
            ],
            lawful: [update("completion_records", "online_record", "elective_started_on = compulsory_finished_on")]),
        Anomaly(
            check: "testBeforeStudy", record: "online_entry",
            planted: [update("completion_records", "online_record", "elective_started_on = test_passed_on + 1")],
            lawful: [update("completion_records", "online_record", "elective_started_on = test_passed_on")]),
        Anomaly(
            check: "faceToFaceWindow", record: "session_entry",
            planted: [evidence("session_claim", "endedOn", "t.subject_year || '-12-03'")],
            lawful: [evidence("session_claim", "endedOn", "t.subject_year || '-11-30'")]),
        Anomaly(
            check: "faceToFaceWindow", record: "session_entry",
            planted: [evidence("session_claim", "startedOn", "t.subject_year || '-05-31'")],
            lawful: [evidence("session_claim", "startedOn", "t.subject_year || '-06-01'")]),
        Anomaly(
            check: "assessment", record: "session_entry",
            planted: [evidence("session_claim", "assessmentPassed", "false")],
            lawful: [evidence("session_claim", "assessmentPassed", "true")]),
        Anomaly(
            check: "recognizedBeforeEvidence", record: "online_entry",
            planted: [
                """
                UPDATE register_entries t SET recognized_on = r.test_passed_on - 1 FROM pick p, completion_records r
                WHERE t.id = p.online_entry AND r.id = p.online_record
                """
            ],
            lawful: [
                """
                UPDATE register_entries t SET recognized_on = r.test_passed_on FROM pick p, completion_records r
                WHERE t.id = p.online_entry AND r.id = p.online_record
                """
            ]),
        Anomaly(
            check: "evidenceAfterClaim", record: "online_claim",
            planted: [evidence("online_claim", "testPassedOn", "t.submitted_on + 1")],
            lawful: [evidence("online_claim", "testPassedOn", "t.submitted_on")]),
        Anomaly(
            check: "evidenceDiffers", record: "online_claim",
            planted: [update("completion_records", "online_record", "elective_hours = elective_hours + 1")],
            lawful: [update("completion_records", "online_record", "compulsory_finished_on = NULL")]),
        Anomaly(
            check: "claimHours", record: "online_entry",
            planted: [update("register_entries", "online_entry", "hours = 31")],
            lawful: [
                update("register_entries", "online_entry", "hours = 40"),
                update("claims", "online_claim", "hours = 40"),
                update("completion_records", "online_record", "elective_hours = 40 - compulsory_hours"),
            ]),
        Anomaly(
            check: "recordOfAnother", record: "online_claim",
            planted: [update("completion_records", "online_record", "learner_id = p.other_learner")],
            lawful: [update("completion_records", "online_record", "learner_id = p.other_learner"), merged]),
    ]

    private static let routeCases: [Anomaly] = [
        Anomaly(
            check: "route", record: "online_entry",
            planted: [update("register_entries", "online_entry", "recognized_by = 'county:999999'")],
            lawful: [
                update("register_entries", "online_entry", "recognized_by = 'county:999999'"),
                routing("online_claim", to: "county:999999", by: "officer-city", reason: "调动"),
            ]),
        Anomaly(
            check: "route", record: "session_entry",
            planted: [update("register_entries", "session_entry", "recognized_by = 'city'")]),
        Anomaly(
            check: "claimRoute", record: "county_claim",
            planted: [
                "UPDATE claim_routings t SET authority = 'city' FROM pick p WHERE t.claim_id = p.county_claim"
            ],
            lawful: [
                "UPDATE claim_routings t SET authority = 'city' FROM pick p WHERE t.claim_id = p.county_claim",
                """
                INSERT INTO employer_corrections (employer_id, field, old_value, new_value, reason, corrected_on, recorded_by)
                SELECT c.employer_id, 'level', 'city', 'county', '下放', '2018-12-01', u.id
                FROM claims c JOIN pick p ON c.id = p.county_claim JOIN users u ON u.username = 'officer-city'
                """,
            ]),
        Anomaly(
            check: "claimRouting", record: "county_claim",
            planted: [update("claims", "county_claim", "routed_to = 'city'")],
            lawful: [
                update("claims", "county_claim", "routed_to = 'city', routing = 2, rules = t.rules || 'Q7'::text"),
                routing("county_claim", to: "city", by: "officer-city", reason: "调动"),
            ]),
        Anomaly(
            check: "reroute", record: "county_claim",
            planted: [routing("county_claim", to: "city", by: "clerk-city", reason: "调动")],
            lawful: [routing("county_claim", to: "city", by: "officer-city", reason: "调动")]),
        Anomaly(
            check: "reroute", record: "county_claim",
            planted: [routing("county_claim", to: "city", by: "officer-city", reason: " ")]),
        Anomaly(
            check: "reroute", record: "county_online_claim",
            planted: [routing("county_online_claim", to: "base", by: "officer-city", reason: "调动")]),
        Anomaly(
            check: "flagMissing", record: "flagged_claim", planted: [update("claims", "flagged_claim", "flags = '{}'")],
            lawful: [
                update("claims", "flagged_claim", "flags = '{}'"),
                """
                UPDATE employers o SET kind = 'enterprise' FROM claims c JOIN pick p ON c.id = p.flagged_claim
                WHERE o.id = c.employer_id
                """,
            ]),
        Anomaly(
            check: "submitter", record: "county_claim",
            planted: [
                "UPDATE claims t SET submitted_by = u.id FROM pick p, users u WHERE t.id = p.county_claim AND u.username = 'auditor-demo'"
            ],
            lawful: [
                "UPDATE claims t SET submitted_by = u.id FROM pick p, users u WHERE t.id = p.county_claim AND u.username = 'officer-city'"
            ]),
        Anomaly(
            check: "submitter", record: "county_claim",
            planted: [
                """
                UPDATE claims t SET submitted_by = u.id FROM pick p, users u
                WHERE t.id = p.county_claim AND u.role = 'countyOfficer' AND u.authority <> t.area
                """
            ]),
        Anomaly(
            check: "submitter", record: "county_claim",
            planted: [
                "UPDATE users u SET learner_id = p.other_learner FROM pick p WHERE u.username = 'learner-demo'",
                "UPDATE claims t SET submitted_by = u.id FROM pick p, users u WHERE t.id = p.county_claim AND u.username = 'learner-demo'",
            ],
            lawful: [
                """
                UPDATE users u SET learner_id = c.learner_id FROM pick p JOIN claims c ON c.id = p.county_claim
                WHERE u.username = 'learner-demo'
                """,
                "UPDATE claims t SET submitted_by = u.id FROM pick p, users u WHERE t.id = p.county_claim AND u.username = 'learner-demo'",
            ]),
    ]

    private static let decisionCases: [Anomaly] = [
        Anomaly(
            check: "decider", record: "online_decision",
            planted: [
                "UPDATE decisions t SET decided_by = u.id FROM pick p, users u WHERE t.id = p.online_decision AND u.username = 'clerk-city'"
            ],
            lawful: [
                colleague,
                update("decisions", "online_decision", "decided_by = '00000000-0000-4000-8000-000000000001'"),
            ]),
        Anomaly(
            check: "ownDecision", record: "online_decision",
            planted: [
                """
                UPDATE users u SET learner_id = p.online_learner FROM pick p JOIN decisions d ON d.id = p.online_decision
                WHERE u.id = d.decided_by
                """
            ],
            lawful: [
                """
                UPDATE users u SET learner_id = p.idle_learner FROM pick p JOIN decisions d ON d.id = p.online_decision
                WHERE u.id = d.decided_by
                """
            ]),
        Anomaly(
            check: "decisionRouting", record: "online_decision",
            planted: [update("decisions", "online_decision", "authority = 'county:999999'")],
            lawful: [
                update("decisions", "online_decision", "authority = 'county:999999', routing = 2"),
                routing("online_claim", to: "county:999999", by: "officer-city", reason: "调动"),
            ]),
        Anomaly(
            check: "flagAnswered", record: "flagged_decision",
            planted: [update("decisions", "flagged_decision", #"answers = '{"faceToFaceExpected": " "}'"#)],
            lawful: [update("decisions", "flagged_decision", #"answers = '{"faceToFaceExpected": "同意", "other": ""}'"#)]
        ),
        Anomaly(
            check: "refusalWithoutReason", record: "returned_decision",
            planted: [
                "ALTER TABLE decisions DROP CONSTRAINT a_refusal_says_why",
                update("decisions", "returned_decision", "reason = ' '"),
            ],
            lawful: [update("decisions", "online_decision", "reason = NULL")]),
        Anomaly(
            check: "decisionBeforeClaim", record: "online_decision",
            planted: [
                """
                UPDATE decisions t SET decided_on = c.submitted_on - 1 FROM pick p JOIN claims c ON c.id = p.online_claim
                WHERE t.id = p.online_decision
                """
            ],
            lawful: [
                """
                UPDATE decisions t SET decided_on = c.submitted_on FROM pick p JOIN claims c ON c.id = p.online_claim
                WHERE t.id = p.online_decision
                """
            ]),
        Anomaly(
            check: "entryWithoutDecision", record: "online_entry",
            planted: ["DELETE FROM decisions t USING pick p WHERE t.id = p.online_decision"],
            lawful: [
                update("decisions", "online_decision", "decided_on = t.decided_on + 1"),
                update("register_entries", "online_entry", "recognized_on = t.recognized_on + 1"),
            ]),
        Anomaly(
            check: "entryWithoutDecision", record: "online_entry",
            planted: [update("decisions", "online_decision", "decision = 'reject', reason = '不符'")]),
        Anomaly(
            check: "decisionWithoutEntry", record: "online_decision",
            planted: ["DELETE FROM register_entries t USING pick p WHERE t.id = p.online_entry"],
            lawful: [
                "DELETE FROM register_entries t USING pick p WHERE t.id = p.online_entry",
                update("decisions", "online_decision", "decision = 'reject', reason = '不符'"),
            ]),
        Anomaly(
            check: "recorder", record: "opening_entry",
            planted: [
                """
                UPDATE register_entries t SET recorded_by = u.id FROM pick p, users u
                WHERE t.id = p.opening_entry AND u.username = 'clerk-city'
                """
            ]),
        Anomaly(
            check: "recorder", record: "online_entry",
            planted: [
                """
                UPDATE register_entries t SET recorded_by = u.id FROM pick p, users u
                WHERE t.id = p.online_entry AND u.username = 'officer-base'
                """
            ],
            lawful: [
                colleague,
                update("register_entries", "online_entry", "recorded_by = '00000000-0000-4000-8000-000000000001'"),
            ]),
    ]

    private static let claimCases: [Anomaly] = [
        Anomaly(
            check: "claimState", record: "online_claim",
            planted: [update("claims", "online_claim", "state = 'submitted'")]),
        Anomaly(
            check: "claimState", record: "open_claim", planted: [update("claims", "open_claim", "state = 'withdrawn'")],
            lawful: [
                update("claims", "open_claim", "state = 'withdrawn', state_since = '2018-12-30'"),
                event("open_claim", "withdraw", "withdrawn"),
            ]),
        Anomaly(
            check: "claimHistory", record: "online_claim", planted: [event("online_claim", "withdraw", "withdrawn")],
            lawful: [
                event("open_claim", "return", "returned"), event("open_claim", "resubmit", "submitted"),
                event("open_claim", "reroute", "submitted"), event("open_claim", "reject", "rejected"),
            ]),
        Anomaly(
            check: "claimHistory", record: "open_claim", planted: [event("open_claim", "resubmit", "submitted")]),
        Anomaly(
            check: "decisionTold", record: "open_claim", planted: [event("open_claim", "return", "returned")],
            lawful: [event("open_claim", "withdraw", "withdrawn")]),
        Anomaly(
            check: "decisionTold", record: "online_claim",
            planted: [
                "DELETE FROM claim_events t USING pick p WHERE t.claim_id = p.online_claim AND t.event = 'recognize'"
            ]),
        Anomaly(
            check: "claimOpenTwice", record: "open_claim",
            planted: [
                "DROP INDEX one_open_online_claim_for_each_year", "DROP INDEX one_open_claim_for_each_session",
                clone("claims", "open_claim", "'id', gen_random_uuid()"),
            ],
            lawful: [clone("claims", "open_claim", "'id', gen_random_uuid(), 'state', 'withdrawn'")]),
    ]

    private static let ofNoNotice = "subject_year NOT IN (SELECT year FROM subject_years)"

    private static let registerCases: [Anomaly] = [
        Anomaly(
            check: "hoursPositive", record: "session_entry",
            planted: [
                "ALTER TABLE register_entries DROP CONSTRAINT hours_are_above_zero",
                update("register_entries", "session_entry", "hours = 0"),
            ],
            lawful: [update("register_entries", "session_entry", "hours = 1")]),
        Anomaly(
            check: "claimEnteredTwice", record: "online_entry",
            planted: [
                "ALTER TABLE register_entries DROP CONSTRAINT register_entries_claim_id_key",
                clone(
                    "register_entries", "online_entry",
                    "'id', gen_random_uuid(), 'entry_number', 90000001, 'decision_id', gen_random_uuid()"),
            ],
            lawful: [second("online_entry")]),
        Anomaly(
            check: "sourceUsedTwice", record: "online_entry", planted: [second("online_entry")],
            lawful: [second("online_entry"), reversal("online_entry", by: "city", "officer-city")]),
        Anomaly(
            check: "sourceUsedTwice", record: "session_entry", planted: [second("session_entry")],
            lawful: [second("session_entry", ", 'learner_id', p.other_learner")]),
        Anomaly(
            check: "sourceUsedTwice", record: "opening_entry",
            planted: [clone("register_entries", "opening_entry", "'id', gen_random_uuid(), 'entry_number', 90000001")],
            lawful: [
                clone(
                    "register_entries", "opening_entry",
                    "'id', gen_random_uuid(), 'entry_number', 90000001, 'paper_number', '另一本'")
            ]),
        Anomaly(
            check: "yearRecognizedTwice", record: "'00000000-0000-4000-8000-000000000002'",
            planted: [
                second("online_entry", ", 'mode', 'faceToFace', 'completion_record_id', NULL, 'session_code', 'X'")
            ],
            lawful: [
                second("online_entry", ", 'mode', 'faceToFace', 'completion_record_id', NULL, 'session_code', 'X'"),
                reversal("online_entry", by: "city", "officer-city"),
            ]),
        Anomaly(
            check: "standing", record: "online_entry",
            planted: ["DELETE FROM standing_entries t USING pick p WHERE t.entry_id = p.online_entry"],
            lawful: [
                "DELETE FROM standing_entries t USING pick p WHERE t.entry_id = p.online_entry",
                reversal("online_entry", by: "city", "officer-city"),
            ]),
        Anomaly(
            check: "standing", record: "reversed_entry",
            planted: ["DELETE FROM reversals t USING pick p WHERE t.entry_id = p.reversed_entry"]),
        Anomaly(
            check: "completion", record: "online_learner",
            planted: ["UPDATE standing_entries t SET completes = false FROM pick p WHERE t.entry_id = p.online_entry"]),
        // Of a year before the notice, which nothing completes.
        Anomaly(
            check: "completion",
            record: "(SELECT learner_id FROM standing_entries WHERE \(ofNoNotice) ORDER BY entry_id LIMIT 1)",
            planted: [
                """
                UPDATE standing_entries SET completes = true
                WHERE entry_id = (SELECT entry_id FROM standing_entries WHERE \(ofNoNotice) ORDER BY entry_id LIMIT 1)
                """
            ]),
        Anomaly(
            check: "completion", record: "online_learner",
            planted: ["UPDATE standing_entries t SET hours = 29 FROM pick p WHERE t.entry_id = p.online_entry"],
            lawful: ["UPDATE standing_entries t SET hours = 31 FROM pick p WHERE t.entry_id = p.online_entry"]),
        Anomaly(
            check: "reversal", record: "online_entry",
            planted: [reversal("online_entry", by: "county:999999", "officer-city")],
            lawful: [reversal("online_entry", by: "city", "officer-city")]),
        Anomaly(
            check: "reversal", record: "online_entry",
            planted: [
                reversal(
                    "online_entry", by: "city", "officer-city",
                    on: "(SELECT recognized_on - 1 FROM register_entries WHERE id = p.online_entry)")
            ],
            lawful: [
                reversal(
                    "online_entry", by: "city", "officer-city",
                    on: "(SELECT recognized_on FROM register_entries WHERE id = p.online_entry)")
            ]),
        Anomaly(
            check: "certificate", record: "certificate",
            planted: [update("certificates", "certificate", "entries = t.entries || gen_random_uuid()")]),
        Anomaly(
            check: "certificate", record: "certificate",
            planted: [update("certificates", "certificate", "entries = t.entries || p.foreign_entry")],
            lawful: [update("certificates", "certificate", "entries = '{}'")]),
        Anomaly(
            check: "certificate", record: "certificate",
            planted: [
                reversal(
                    "certified_entry", by: "city", "officer-city",
                    on: "(SELECT printed_on - 1 FROM certificates WHERE id = p.certificate)")
            ],
            lawful: [
                reversal(
                    "certified_entry", by: "city", "officer-city",
                    on: "(SELECT printed_on FROM certificates WHERE id = p.certificate)")
            ]),
        Anomaly(
            check: "opening", record: "opening_entry",
            planted: [
                "ALTER TABLE register_entries DROP CONSTRAINT entry_has_its_source",
                update("register_entries", "opening_entry", "paper_number = NULL"),
            ],
            lawful: [update("register_entries", "opening_entry", "paper_number = '证'")]),
        Anomaly(
            check: "openingBureau", record: "opening_entry",
            planted: [update("register_entries", "opening_entry", "recognized_by = 'county:999999'")],
            lawful: [
                update("register_entries", "opening_entry", "recognized_by = 'county:999999'"),
                earlierPost("opening_learner"),
            ]),
        Anomaly(
            check: "excuseBureau", record: "excuse",
            planted: [update("excuses", "excuse", "approved_by = 'county:999999'")],
            lawful: [update("excuses", "excuse", "approved_by = 'county:999999'"), earlierPost("excused_learner")]),
    ]

    /// Another entry with the same content, of another claim.
    private static func second(_ key: String, _ changes: String = "") -> String {
        clone(
            "register_entries", key,
            """
            'id', '00000000-0000-4000-8000-000000000002', 'entry_number', 90000001, 'claim_id', gen_random_uuid(),
            'decision_id', gen_random_uuid()\(changes)
            """)
    }

    /// A period that was retracted later, in a county of its own.
    private static func earlierPost(_ learner: String) -> String {
        """
        WITH unit AS (INSERT INTO employers (credit_code, name, kind, level, division)
                      VALUES ('12999999MB00000000', '另一县医院', 'publicInstitution', 'county', '999999') RETURNING id)
        INSERT INTO employments (learner_id, employer_id, employed_from, employed_until, retracted_at)
        SELECT p.\(learner), unit.id, '1990-01-01', '1990-12-31', now() FROM pick p, unit
        """
    }

    private static let guardCases: [Anomaly] = [
        Anomaly(
            check: "guardDisabled", record: "'register_entries.append_only'",
            planted: ["ALTER TABLE register_entries DISABLE TRIGGER append_only"],
            lawful: ["ALTER TABLE register_entries ENABLE ALWAYS TRIGGER append_only"]),
        Anomaly(
            check: "guardDisabled", record: "'learners'", planted: ["ALTER TABLE learners NO FORCE ROW LEVEL SECURITY"]),
        Anomaly(
            check: "guardMissing", record: "'reversals'", planted: ["DROP TRIGGER append_only_truncate ON reversals"],
            lawful: ["DROP TRIGGER reversal_is_lawful ON reversals"]),
        Anomaly(
            check: "policyTables", record: "'2018'",
            planted: ["UPDATE subject_years SET required_hours = 20 WHERE year = 2018"],
            lawful: ["UPDATE subject_years SET required_hours = 30 WHERE year = 2018"]),
        Anomaly(
            check: "policyTables", record: "'2017-87'",
            planted: ["UPDATE policy_routes SET authority = 'city' WHERE mode = 'online' AND level = 'county'"]),
        Anomaly(
            check: "orphan", record: "online_claim",
            planted: ["DELETE FROM completion_records t USING pick p WHERE t.id = p.online_record"],
            lawful: ["DELETE FROM certificates t USING pick p WHERE t.id = p.certificate"]),
        Anomaly(
            check: "keyTwice", record: "other_learner",
            planted: [
                "ALTER TABLE learners DROP CONSTRAINT learners_id_number_key",
                """
                UPDATE learners t SET id_number = o.id_number FROM pick p JOIN learners o ON o.id = p.online_learner
                WHERE t.id = p.other_learner
                """,
            ],
            lawful: [
                "INSERT INTO learner_id_numbers (id_number, learner_id) SELECT '510000190001010000', p.other_learner FROM pick p"
            ]),
    ]

    private static let peopleCases: [Anomaly] = [
        Anomaly(
            check: "idNumberCheckDigit", record: "other_learner",
            planted: [
                update(
                    "learners", "other_learner",
                    "id_number = left(id_number, 17) || CASE right(id_number, 1) WHEN '7' THEN '6' ELSE '7' END")
            ],
            lawful: [update("learners", "other_learner", "id_number = '11010519491231002X'")]),
        Anomaly(
            check: "idNumberLost", record: "other_learner",
            planted: ["DELETE FROM learner_id_numbers t USING pick p WHERE t.learner_id = p.other_learner"]),
        Anomaly(
            check: "idNumberLost", record: "other_learner",
            planted: [
                "UPDATE learner_id_numbers t SET learner_id = p.online_learner FROM pick p WHERE t.learner_id = p.other_learner"
            ],
            lawful: [
                "UPDATE learner_id_numbers t SET learner_id = p.online_learner FROM pick p WHERE t.learner_id = p.other_learner",
                merged,
            ]),
        Anomaly(
            check: "samePersonTwice", record: "other_learner", planted: [alike("")],
            lawful: [alike("|| '1'")]),
        Anomaly(check: "merge", record: "other_learner", planted: [merged], lawful: [merged, merging]),
        Anomaly(check: "merge", record: "other_learner", planted: [merging]),
        Anomaly(
            check: "excuse", record: "excuse", planted: [update("excuses", "excuse", "approved_by = 'county:999999'")],
            lawful: [
                """
                INSERT INTO excuse_revocations (excuse_id, reason, revoked_on, recorded_by)
                SELECT p.excuse, '已返岗', '2018-12-30', u.id FROM pick p, users u WHERE u.username = 'officer-city'
                """
            ]),
        Anomaly(check: "excuse", record: "excuse", planted: [update("excuses", "excuse", "subject_year = 2031")]),
        Anomaly(
            check: "creditCodeCheckCharacter", record: "employer",
            planted: [
                update(
                    "employers", "employer",
                    "credit_code = left(credit_code, 17) || CASE right(credit_code, 1) WHEN '7' THEN '6' ELSE '7' END")
            ],
            lawful: [update("employers", "employer", "credit_code = '91350100M000100Y43'")]),
        Anomaly(
            check: "employerWithoutAuthority", record: "employer",
            planted: [update("employers", "employer", "level = 'county', division = '999999'")],
            lawful: [update("employers", "employer", "level = 'county', division = '511827'")]),
        Anomaly(
            check: "employmentsOverlap", record: "idle_learner",
            planted: ["ALTER TABLE employments DROP CONSTRAINT one_employer_at_a_time", furtherPost("1989-12-31")],
            lawful: [furtherPost("1990-01-01")]),
        Anomaly(
            check: "learnerWithoutEmployer", record: "idle_learner",
            planted: ["DELETE FROM employments t USING pick p WHERE t.learner_id = p.idle_learner"],
            lawful: [
                "DELETE FROM employments t USING pick p WHERE t.learner_id = p.idle_learner",
                update("learners", "idle_learner", "merged_into = p.online_learner"),
            ]),
        Anomaly(
            check: "learnerPlace", record: "idle_learner",
            planted: [update("learners", "idle_learner", "area = 'county:999999'")]),
        Anomaly(
            check: "learnerPlace", record: "idle_learner",
            planted: [
                "UPDATE employers o SET merged_into = p.employer FROM pick p JOIN learners l ON l.id = p.idle_learner WHERE o.id = l.employer_id"
            ],
            lawful: [
                "UPDATE employers o SET merged_into = p.employer FROM pick p JOIN learners l ON l.id = p.idle_learner WHERE o.id = l.employer_id",
                "SELECT place_employer(p.employer) FROM pick p",
            ]),
    ]

    private static func alike(_ name: String) -> String {
        """
        UPDATE learners t SET name = o.name \(name), employer_id = o.employer_id, id_number = left(o.id_number, 14) || '9999'
        FROM pick p JOIN learners o ON o.id = p.online_learner WHERE t.id = p.other_learner
        """
    }

    /// Two periods long ago, the second beginning on that day; the first ends on 31 December 1989.
    private static func furtherPost(_ from: String) -> String {
        """
        INSERT INTO employments (learner_id, employer_id, employed_from, employed_until)
        SELECT p.idle_learner, p.employer, d.a, d.b
        FROM pick p, (VALUES ('1989-01-01'::date, '1989-12-31'::date), ('\(from)', '1990-12-31')) d (a, b)
        """
    }
}
