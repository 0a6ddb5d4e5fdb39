-- Applied after the migrations each time, since it follows the tables as they are: whatever a table comes to say of a person
-- goes here.

-- Empties everything that says who the person was. The caller's transaction has recorded the erasure, and every record of
-- the person in `erased_learners`; whatever of it happens, happens with that transaction or not at all.
CREATE OR REPLACE FUNCTION erase_person(erasure uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    gone CONSTANT text := '〔已依法删除〕';
    person  uuid := (SELECT learner_id FROM erasures WHERE id = erasure);
    records uuid[] := ARRAY(SELECT learner_id FROM erased_learners WHERE erasure_id = erasure);
    claimed uuid[];
    -- What a finding may name that is about the person.
    about   text[];
    numbers text[];
    names   text[];
    secrets text[];
    accounts uuid[] := ARRAY(SELECT id FROM users WHERE learner_id = ANY (records));
    -- Plans and sessions that the person is of: their words are about several people.
    planned  uuid[] := ARRAY(SELECT plan_id FROM training_plan_learners WHERE learner_id = ANY (records));
    attended uuid[] := ARRAY(SELECT session_id FROM training_invitations WHERE learner_id = ANY (records));
    record  uuid;
    number  text;
    secret  text;
BEGIN
    IF caller_role() IS DISTINCT FROM 'cityOfficer' OR person IS NULL OR NOT person = ANY (records)
       OR EXISTS (SELECT FROM erasures WHERE id = erasure AND recorded_at <> now())
       OR records <> ARRAY(SELECT r FROM person_records(person) r ORDER BY array_position(records, r)) THEN
        RAISE EXCEPTION 'a person is erased by the city bureau, with all records, once'
            USING ERRCODE = 'insufficient_privilege', CONSTRAINT = 'erased_by_the_city';
    END IF;
    claimed := ARRAY(SELECT id FROM claims WHERE learner_id = ANY (records));
    IF EXISTS (SELECT FROM claims WHERE id = ANY (claimed) AND state IN ('submitted', 'returned')) THEN
        RAISE EXCEPTION 'a claim is open' USING ERRCODE = 'check_violation', CONSTRAINT = 'erased_without_an_open_claim';
    END IF;
    IF EXISTS (SELECT FROM users WHERE learner_id = ANY (records) AND role <> 'learner') THEN
        RAISE EXCEPTION 'the person acts for an authority'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'erased_without_an_office';
    END IF;
    IF EXISTS (SELECT FROM log_queue q JOIN log_openings o ON (o.kind, o.record_id) = (q.kind, q.record_id)
               WHERE o.learner_id = ANY (records)) THEN
        RAISE EXCEPTION 'a record of the person is no leaf of the log yet'
            USING ERRCODE = 'object_not_in_prerequisite_state', CONSTRAINT = 'erased_after_the_log';
    END IF;
    IF EXISTS (SELECT FROM training_invitations i JOIN training_sessions s ON s.id = i.session_id
               WHERE i.learner_id = ANY (records) AND i.state IN ('waiting', 'called', 'confirmed') AND s.state = 'called'
                 AND s.ends_on >= (SELECT erased_on FROM erasures WHERE id = erasure)) THEN
        RAISE EXCEPTION 'the person is on the list of a session that is not over'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'erased_without_an_open_call';
    END IF;
    -- Numbers and addresses lead to a person wherever they are written; a name is looked for only beside the person's own
    -- records.
    numbers := ARRAY(SELECT id_number FROM learner_id_numbers WHERE learner_id = ANY (records)
                     UNION SELECT id_number FROM learners WHERE id = ANY (records)
                     UNION SELECT unnest(ARRAY[old_value, new_value]) FROM learner_corrections
                           WHERE learner_id = ANY (records) AND field = 'idNumber'
                     UNION SELECT record_number FROM completion_records WHERE learner_id = ANY (records)
                     UNION SELECT paper_number FROM register_entries WHERE learner_id = ANY (records) AND paper_number IS NOT NULL
                     UNION SELECT unnest(ARRAY[email, mobile]) FROM contacts WHERE learner_id = ANY (records) OR user_id = ANY (accounts)
                     UNION SELECT username FROM users WHERE id = ANY (accounts));
    names := ARRAY(SELECT name FROM learners WHERE id = ANY (records)
                   UNION SELECT name FROM certificates WHERE learner_id = ANY (records)
                   UNION SELECT name FROM notices WHERE learner_id = ANY (records)
                   UNION SELECT person_name FROM users WHERE id = ANY (accounts)
                   UNION SELECT unnest(ARRAY[old_value, new_value]) FROM learner_corrections
                         WHERE learner_id = ANY (records) AND field = 'name');
    -- What is too short to be told from other words leads to nobody where it stands alone. The longest first, since one may
    -- begin with another.
    numbers := ARRAY(SELECT n FROM unnest(numbers) n WHERE length(n) >= 5 AND n ~ '[0-9@]' ORDER BY length(n) DESC, n);
    names := ARRAY(SELECT n FROM unnest(names) n WHERE n IS NOT NULL ORDER BY length(n) DESC, n);
    secrets := numbers || names;
    IF EXISTS (SELECT FROM erasures e, unnest(secrets) s WHERE e.id = erasure AND strpos(e.reason || ' ' || e.document, s) > 0) THEN
        RAISE EXCEPTION 'the reason says what is to be erased'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'erasure_says_nothing_of_the_person';
    END IF;
    about := ARRAY(SELECT unnest(records || claimed)::text
                   UNION SELECT id::text FROM register_entries WHERE learner_id = ANY (records)
                   UNION SELECT id::text FROM decisions WHERE claim_id = ANY (claimed)
                   UNION SELECT id::text FROM excuses WHERE learner_id = ANY (records)
                   UNION SELECT id::text FROM certificates WHERE learner_id = ANY (records));
    PERFORM set_config('ceregistry.erasing', pg_current_xact_id()::text, true);
    INSERT INTO erased_words (kind, id, erasure_id)
    SELECT DISTINCT w.kind, w.id, erasure
    FROM (SELECT 'audit_findings' AS kind, run_id AS id, message::text AS words FROM audit_findings
          UNION ALL SELECT 'audit_acknowledgements', id, reason FROM audit_acknowledgements
          UNION ALL SELECT 'access_log', seal_number(id), reason FROM access_log
          UNION ALL SELECT 'employer_corrections', id, concat_ws(' ', reason, document) FROM employer_corrections
          UNION ALL SELECT 'training_plans', id, concat_ws(' ', contact, note, answer_note) FROM training_plans
          UNION ALL SELECT 'training_sessions', id, cancelled_because FROM training_sessions
          UNION ALL SELECT 'training_refunds', charge_id, reason FROM training_refunds) w
    CROSS JOIN unnest(numbers) n WHERE strpos(w.words, n) > 0
    UNION
    SELECT w.kind, w.id, erasure
    FROM (SELECT 'training_plans' AS kind, id, concat_ws(' ', contact, note, answer_note) AS words FROM training_plans WHERE id = ANY (planned)
          UNION ALL SELECT 'training_sessions', id, cancelled_because FROM training_sessions WHERE id = ANY (attended)
          UNION ALL SELECT 'training_refunds', f.charge_id, f.reason FROM training_refunds f JOIN training_charges c ON c.id = f.charge_id
                    WHERE c.session_id = ANY (attended)) w
    CROSS JOIN unnest(names) s WHERE strpos(w.words, s) > 0
    UNION
    SELECT 'audit_acknowledgements', a.id, erasure FROM audit_acknowledgements a WHERE a.record_id = ANY (about);
    PERFORM unseal(records, erasure);

    FOREACH record IN ARRAY records LOOP
        LOOP
            number := '000000' || lpad(floor(random() * 1e11)::bigint::text, 11, '0') || '0';
            EXIT WHEN NOT EXISTS (SELECT FROM learners WHERE id_number = number);
        END LOOP;
        UPDATE learners SET name = gone, id_number = number, gender = NULL, post = NULL, title = NULL, professional_since = NULL,
               version = version + 1 WHERE id = record;
    END LOOP;
    DELETE FROM learner_id_numbers WHERE learner_id = ANY (records);
    UPDATE learner_corrections SET old_value = NULL, new_value = NULL, reason = gone, document = gone WHERE learner_id = ANY (records);
    UPDATE excuses SET reason = gone, document = gone WHERE learner_id = ANY (records);
    UPDATE excuse_revocations SET reason = gone
        WHERE excuse_id IN (SELECT id FROM excuses WHERE learner_id = ANY (records));
    UPDATE merge_reversals SET reason = gone
        WHERE merge_id IN (SELECT id FROM merges WHERE kept_id = ANY (records) OR merged_id = ANY (records));
    UPDATE merges SET reason = gone, document = gone WHERE kept_id = ANY (records) OR merged_id = ANY (records);
    UPDATE kept_apart SET reason = gone WHERE first_id = ANY (records) OR second_id = ANY (records);
    UPDATE completion_records SET record_number = 'erased:' || id WHERE learner_id = ANY (records);
    UPDATE claims c SET reason = NULL, version = c.version + 1,
           evidence = (SELECT coalesce(jsonb_object_agg(e.key, CASE e.key WHEN 'recordNumber' THEN to_jsonb(coalesce(r.record_number, gone))
                                                               ELSE e.value END), '{}')
                       FROM jsonb_each(c.evidence) e LEFT JOIN completion_records r ON r.id = c.completion_record_id
                       WHERE e.key IN ('recordNumber', 'compulsoryHours', 'electiveHours', 'compulsoryFinishedOn', 'electiveStartedOn',
                                       'testPassedOn', 'sessionCode', 'startedOn', 'endedOn', 'hours', 'assessmentPassed'))
        WHERE c.id = ANY (claimed);
    UPDATE claim_routings SET reason = gone WHERE claim_id = ANY (claimed) AND reason IS NOT NULL;
    UPDATE claim_events SET reason = NULL, detail = NULL WHERE claim_id = ANY (claimed) AND (reason IS NOT NULL OR detail IS NOT NULL);
    UPDATE decisions d SET reason = CASE WHEN d.reason IS NOT NULL THEN gone END,
           answers = (SELECT coalesce(jsonb_object_agg(key, gone), '{}') FROM jsonb_object_keys(d.answers) key)
        WHERE claim_id = ANY (claimed);
    UPDATE register_entries SET paper_number = 'erased:' || id WHERE learner_id = ANY (records) AND paper_number IS NOT NULL;
    UPDATE standing_entries s SET paper_number = 'erased:' || s.entry_id
        FROM register_entries e WHERE e.id = s.entry_id AND e.learner_id = ANY (records) AND s.paper_number IS NOT NULL;
    UPDATE reversals SET reason = gone WHERE entry_id IN (SELECT id FROM register_entries WHERE learner_id = ANY (records));
    UPDATE certificates SET name = gone, holder = NULL WHERE learner_id = ANY (records);
    UPDATE notices SET name = gone, content = jsonb_set(content, '{holder}', jsonb_build_object('idNumberMasked', gone))
        WHERE learner_id = ANY (records);
    DELETE FROM contacts WHERE learner_id = ANY (records) OR user_id = ANY (accounts);
    -- One that is on its way too: what becomes of it is written after this (keep_erased_reminder).
    UPDATE reminders SET failure = CASE WHEN failure IS NOT NULL THEN gone END
        WHERE sent_at IS NULL AND (learner_id = ANY (records) OR user_id = ANY (accounts));
    UPDATE training_answers SET reason = gone
        WHERE reason IS NOT NULL AND invitation_id IN (SELECT id FROM training_invitations WHERE learner_id = ANY (records));
    UPDATE training_attendance SET reason = gone WHERE reason IS NOT NULL AND learner_id = ANY (records);
    UPDATE training_assessments SET reason = gone WHERE reason IS NOT NULL AND learner_id = ANY (records);
    UPDATE training_refunds SET reason = gone WHERE charge_id IN (SELECT id FROM training_charges WHERE learner_id = ANY (records));
    UPDATE access_log SET reason = NULL WHERE learner_id = ANY (records) AND reason IS NOT NULL;

    -- The leaves stay; without salts nothing can be tried against what they commit to.
    UPDATE log_openings SET person_salt = NULL, learner_id = NULL, name = NULL, id_number = NULL, person_erasure = erasure,
           text_salt = NULL, text_erasure = CASE WHEN text_salt IS NOT NULL THEN erasure ELSE text_erasure END
        WHERE learner_id = ANY (records);

    DELETE FROM sessions WHERE user_id = ANY (accounts);
    DELETE FROM idempotency_keys k WHERE k.user_id = ANY (accounts)
        OR EXISTS (SELECT FROM unnest(secrets || records::text[]) s WHERE strpos(k.response::text, s) > 0);
    UPDATE users SET username = 'erased-' || replace(id::text, '-', ''), person_name = gone, password_hash = '-', failed_logins = 0,
           locked_until = NULL, last_sign_in_at = NULL, disabled_at = coalesce(disabled_at, now())
        WHERE id = ANY (accounts);

    -- Reports that name what is gone.
    DELETE FROM import_findings f WHERE EXISTS (SELECT FROM unnest(secrets) s
        WHERE strpos(concat_ws(' ', f.found, f.expected, f.message::text), s) > 0);
    UPDATE import_jobs j SET file_name = NULL WHERE EXISTS (SELECT FROM unnest(secrets) s WHERE strpos(j.file_name, s) > 0);
    UPDATE import_jobs j SET first_findings = NULL WHERE EXISTS (SELECT FROM unnest(secrets) s WHERE strpos(j.first_findings::text, s) > 0);
    -- Uploaded files are kept for a week, in whatever encoding they came.
    DELETE FROM import_file_parts p USING import_jobs j WHERE j.id = p.job_id AND j.state IN ('done', 'failed');
    UPDATE import_jobs j SET problem = NULL WHERE EXISTS (SELECT FROM unnest(secrets) s WHERE strpos(j.problem::text, s) > 0);
    FOREACH number IN ARRAY numbers LOOP
        UPDATE audit_findings SET message = replace(message::text, number, gone)::jsonb WHERE strpos(message::text, number) > 0;
        UPDATE audit_open_findings SET detail = replace(detail, number, gone) WHERE strpos(detail, number) > 0;
        UPDATE audit_acknowledgements SET reason = replace(reason, number, gone) WHERE strpos(reason, number) > 0;
        UPDATE access_log SET reason = replace(reason, number, gone) WHERE strpos(reason, number) > 0;
        UPDATE employer_corrections SET reason = replace(reason, number, gone), document = replace(document, number, gone)
            WHERE strpos(concat_ws(' ', reason, document), number) > 0;
        UPDATE audit_staged_findings SET detail = replace(detail, number, gone) WHERE strpos(detail, number) > 0;
        UPDATE reminders SET failure = replace(failure, number, gone) WHERE sent_at IS NULL AND strpos(failure, number) > 0;
    END LOOP;
    FOREACH secret IN ARRAY secrets LOOP
        UPDATE training_plans SET contact = replace(contact, secret, gone), note = replace(note, secret, gone),
               answer_note = replace(answer_note, secret, gone)
            WHERE strpos(concat_ws(' ', contact, note, answer_note), secret) > 0 AND (secret = ANY (numbers) OR id = ANY (planned));
        UPDATE training_sessions SET cancelled_because = replace(cancelled_because, secret, gone)
            WHERE strpos(cancelled_because, secret) > 0 AND (secret = ANY (numbers) OR id = ANY (attended));
        UPDATE training_refunds f SET reason = replace(f.reason, secret, gone) FROM training_charges c
            WHERE c.id = f.charge_id AND strpos(f.reason, secret) > 0 AND (secret = ANY (numbers) OR c.session_id = ANY (attended));
    END LOOP;
    UPDATE audit_acknowledgements SET reason = gone WHERE record_id = ANY (about);
    PERFORM set_config('ceregistry.erasing', '', true);
END
$$;
