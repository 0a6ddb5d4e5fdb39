-- Attendance, assessment and recognition (F1, Q4, R3). Records are never changed: a correction is a record that names the
-- one it corrects, and what counts now is a view.

-- The secret that the rotating code on a half-day's screen is signed with. It never leaves the program.
CREATE TABLE training_sign_in_keys (
    half_day_id uuid PRIMARY KEY REFERENCES training_half_days,
    key         bytea NOT NULL CONSTRAINT sign_in_key_is_long_enough CHECK (octet_length(key) = 32),
    recorded_at timestamptz NOT NULL DEFAULT now()
);

-- A list that was kept at the site and handed in later. Its id is made where the list is kept.
CREATE TABLE training_uploads (
    id          uuid PRIMARY KEY,
    session_id  uuid NOT NULL REFERENCES training_sessions,
    rows        integer NOT NULL CHECK (rows >= 0),
    recorded_by uuid NOT NULL REFERENCES users,
    recorded_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE training_attendance (
    id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    session_id  uuid NOT NULL,
    half_day_id uuid NOT NULL,
    learner_id  uuid NOT NULL REFERENCES learners,
    is_present  boolean NOT NULL,
    method      text NOT NULL CONSTRAINT attendance_method_is_known CHECK (method IN ('code', 'list', 'offline', 'correction')),
    -- When it was seen, by the clock of whoever saw it; null for a correction.
    seen_at     timestamptz,
    upload_id   uuid REFERENCES training_uploads,
    -- The record that this one takes the place of; a learner who was not recorded at all has none.
    corrects    uuid REFERENCES training_attendance CONSTRAINT a_record_is_corrected_once UNIQUE,
    reason      text,
    recorded_on date NOT NULL,
    recorded_by uuid NOT NULL REFERENCES users,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT attendance_of_its_session FOREIGN KEY (half_day_id, session_id) REFERENCES training_half_days (id, session_id),
    CONSTRAINT a_correction_says_why CHECK ((method = 'correction') = (btrim(coalesce(reason, '')) <> '')),
    CONSTRAINT only_a_correction_corrects CHECK (corrects IS NULL OR method = 'correction'),
    CONSTRAINT who_is_seen_is_there CHECK (method = 'correction' OR (is_present AND seen_at IS NOT NULL)),
    CONSTRAINT a_list_from_the_site_has_its_upload CHECK ((method = 'offline') = (upload_id IS NOT NULL))
);
CREATE UNIQUE INDEX one_sign_in_for_each_half_day ON training_attendance (half_day_id, learner_id) WHERE corrects IS NULL;
CREATE INDEX training_attendance_by_session ON training_attendance (session_id, learner_id);
CREATE INDEX training_attendance_by_learner ON training_attendance (learner_id);

CREATE VIEW training_attendance_now WITH (security_invoker = true) AS
SELECT a.* FROM training_attendance a WHERE NOT EXISTS (SELECT FROM training_attendance c WHERE c.corrects = a.id);

-- F1: only who was called signs in, on the day; Q8: what hours were recognized from is not corrected beneath them.
CREATE FUNCTION check_attendance() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    session training_sessions;
    half    training_half_days;
BEGIN
    SELECT * INTO session FROM training_sessions WHERE id = NEW.session_id;
    SELECT * INTO half FROM training_half_days WHERE id = NEW.half_day_id;
    IF session.state NOT IN ('called', 'recognized') OR NOT EXISTS (
        SELECT FROM training_invitations i WHERE i.session_id = NEW.session_id AND i.learner_id = NEW.learner_id
        AND i.state IN ('called', 'confirmed')) THEN
        RAISE EXCEPTION 'only who was called attends (F1)' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'who_attends_was_called', TABLE = 'training_attendance';
    END IF;
    IF (NEW.seen_at AT TIME ZONE 'Asia/Shanghai')::date <> half.day OR NEW.recorded_on < half.day THEN
        RAISE EXCEPTION 'attendance of % was seen on another day', half.day USING ERRCODE = 'check_violation',
            CONSTRAINT = 'attendance_is_seen_on_its_day', TABLE = 'training_attendance';
    END IF;
    IF NEW.corrects IS NOT NULL AND NOT EXISTS (
        SELECT FROM training_attendance a WHERE a.id = NEW.corrects AND a.half_day_id = NEW.half_day_id AND a.learner_id = NEW.learner_id) THEN
        RAISE EXCEPTION 'a correction is of the same half-day and learner' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'a_correction_is_of_the_same', TABLE = 'training_attendance';
    END IF;
    IF EXISTS (SELECT FROM standing_entries e WHERE e.session_code = session.code
               AND e.learner_id = (SELECT coalesce(l.merged_into, l.id) FROM learners l WHERE l.id = NEW.learner_id)) THEN
        RAISE EXCEPTION 'hours of this session stand on the register; reverse the entry first (Q8)'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'recognized_attendance_stays', TABLE = 'training_attendance';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER attendance_is_lawful BEFORE INSERT ON training_attendance FOR EACH ROW EXECUTE FUNCTION check_attendance();

-- 考核: every attempt is a record. After a pass there is no other; so the last attempt is the one that counts (Q4).
CREATE TABLE training_assessments (
    id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    session_id  uuid NOT NULL REFERENCES training_sessions,
    learner_id  uuid NOT NULL REFERENCES learners,
    attempt     integer NOT NULL CHECK (attempt > 0),
    mark        integer NOT NULL CONSTRAINT mark_is_counted CHECK (mark BETWEEN 0 AND 100),
    pass_mark   integer NOT NULL CHECK (pass_mark BETWEEN 1 AND 100),
    has_passed  boolean GENERATED ALWAYS AS (mark >= pass_mark) STORED,
    assessed_on date NOT NULL,
    corrects    uuid REFERENCES training_assessments CONSTRAINT a_mark_is_corrected_once UNIQUE,
    reason      text,
    recorded_by uuid NOT NULL REFERENCES users,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT a_corrected_mark_says_why CHECK ((corrects IS NOT NULL) = (btrim(coalesce(reason, '')) <> ''))
);
CREATE UNIQUE INDEX one_mark_for_each_attempt ON training_assessments (session_id, learner_id, attempt) WHERE corrects IS NULL;
CREATE INDEX training_assessments_by_learner ON training_assessments (learner_id);

CREATE VIEW training_results WITH (security_invoker = true) AS
SELECT DISTINCT ON (a.session_id, a.learner_id) a.session_id, a.learner_id, a.id, a.attempt, a.mark, a.has_passed, a.assessed_on
FROM training_assessments a
WHERE NOT EXISTS (SELECT FROM training_assessments c WHERE c.corrects = a.id)
ORDER BY a.session_id, a.learner_id, a.attempt DESC;

CREATE FUNCTION check_assessment() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    session training_sessions;
    held    record;
BEGIN
    SELECT * INTO session FROM training_sessions WHERE id = NEW.session_id;
    IF session.state NOT IN ('called', 'recognized') OR NOT EXISTS (
        SELECT FROM training_invitations i WHERE i.session_id = NEW.session_id AND i.learner_id = NEW.learner_id
        AND i.state IN ('called', 'confirmed')) THEN
        RAISE EXCEPTION 'only who was called is assessed (F1)' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'who_is_assessed_was_called', TABLE = 'training_assessments';
    END IF;
    IF NEW.assessed_on < session.starts_on THEN
        RAISE EXCEPTION 'assessed before the session began' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'assessed_after_the_start', TABLE = 'training_assessments';
    END IF;
    IF EXISTS (SELECT FROM standing_entries e WHERE e.session_code = session.code
               AND e.learner_id = (SELECT coalesce(l.merged_into, l.id) FROM learners l WHERE l.id = NEW.learner_id)) THEN
        RAISE EXCEPTION 'hours of this session stand on the register; reverse the entry first (Q8)'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'recognized_assessment_stays', TABLE = 'training_assessments';
    END IF;
    SELECT * INTO held FROM training_results r WHERE r.session_id = NEW.session_id AND r.learner_id = NEW.learner_id;
    IF NEW.corrects IS NULL AND (coalesce(held.has_passed, false) OR NEW.attempt <> coalesce(held.attempt, 0) + 1) THEN
        RAISE EXCEPTION 'an attempt follows a failed one' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'an_attempt_follows_a_failed_one', TABLE = 'training_assessments';
    END IF;
    IF NEW.corrects IS NOT NULL AND (held.id IS DISTINCT FROM NEW.corrects OR held.attempt IS DISTINCT FROM NEW.attempt) THEN
        RAISE EXCEPTION 'the mark that counts is corrected' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'the_mark_that_counts_is_corrected', TABLE = 'training_assessments';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER assessment_is_lawful BEFORE INSERT ON training_assessments FOR EACH ROW EXECUTE FUNCTION check_assessment();

-- What the base's own list says of one person and one session: the hours of the half-days attended, and the assessment.
-- No row where the register does not run that session. All records of a merged person count, each half-day once.
CREATE FUNCTION training_evidence(code text, learner uuid, OUT session_id uuid, OUT started_on date, OUT ended_on date, OUT hours integer,
                                  OUT has_passed boolean)
    RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT s.id, s.starts_on, s.ends_on,
           coalesce((SELECT sum(h.hours) FROM training_half_days h
                     WHERE h.session_id = s.id AND NOT h.is_cancelled AND EXISTS (
                         SELECT FROM training_attendance_now a WHERE a.half_day_id = h.id AND a.is_present
                         AND a.learner_id IN (SELECT person_records(learner, NULL)))), 0)::integer,
           coalesce((SELECT bool_or(r.has_passed) FROM training_results r
                     WHERE r.session_id = s.id AND r.learner_id IN (SELECT person_records(learner, NULL))), false)
    FROM training_sessions s WHERE s.code = $1
$$;

-- Hours of a session that the register runs follow from attendance, whoever claims them (F1, Q4).
CREATE FUNCTION check_session_hours() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    held record;
BEGIN
    SELECT * INTO held FROM training_evidence(NEW.session_code, NEW.learner_id);
    IF FOUND AND (held.hours <> NEW.hours OR NOT held.has_passed) THEN
        RAISE EXCEPTION 'attendance comes to % hours, assessment passed: %', held.hours, held.has_passed
            USING ERRCODE = 'check_violation', CONSTRAINT = 'hours_follow_from_attendance', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER hours_follow_from_attendance BEFORE INSERT ON register_entries
    FOR EACH ROW WHEN (NEW.session_code IS NOT NULL) EXECUTE FUNCTION check_session_hours();

-- One act of recognition for a session (R3); its entries are those of the claims that it decided.
CREATE TABLE training_recognitions (
    id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    session_id    uuid NOT NULL REFERENCES training_sessions,
    recognized_on date NOT NULL,
    learners      integer NOT NULL CHECK (learners >= 0),
    hours         integer NOT NULL CHECK (hours >= 0),
    -- Who was left out, with the codes of why.
    left_out      jsonb NOT NULL,
    recorded_by   uuid NOT NULL REFERENCES users,
    recorded_at   timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX training_recognitions_by_session ON training_recognitions (session_id);

CREATE FUNCTION conclude_session() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE training_sessions SET state = 'recognized' WHERE id = NEW.session_id AND state = 'called';
    RETURN NULL;
END
$$;
CREATE TRIGGER recognition_concludes AFTER INSERT ON training_recognitions FOR EACH ROW EXECUTE FUNCTION conclude_session();

DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['training_sign_in_keys', 'training_uploads', 'training_attendance', 'training_assessments',
                             'training_recognitions'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY owner_all ON %I TO ceregistry_owner USING (true) WITH CHECK (true)', t);
        EXECUTE format('CREATE POLICY auditor_reads ON %I FOR SELECT TO ceregistry_auditor USING (true)', t);
        EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON %I
            FOR EACH ROW EXECUTE FUNCTION refuse_change()', t);
        EXECUTE format('CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON %I
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['training_attendance', 'training_assessments'] LOOP
        EXECUTE format($policy$CREATE POLICY caller_reads ON %1$I FOR SELECT TO ceregistry_daemon USING (
            (SELECT caller_sees_all()) OR EXISTS (SELECT FROM learners l WHERE l.id = %1$I.learner_id))$policy$, t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['training_uploads', 'training_attendance', 'training_assessments', 'training_recognitions'] LOOP
        EXECUTE format($policy$CREATE POLICY base_records ON %I FOR INSERT TO ceregistry_daemon WITH CHECK (
            (SELECT caller_role() = 'baseOfficer') AND recorded_by = (SELECT caller_user()))$policy$, t);
    END LOOP;
END
$$;
CREATE POLICY base_reads ON training_uploads FOR SELECT TO ceregistry_daemon USING ((SELECT caller_sees_all()));
CREATE POLICY caller_reads ON training_recognitions FOR SELECT TO ceregistry_daemon USING ((SELECT caller_sees_all()));
CREATE POLICY signing_in_reads ON training_sign_in_keys FOR SELECT TO ceregistry_daemon USING (
    (SELECT caller_role() IN ('baseOfficer', 'learner')));
CREATE POLICY base_makes ON training_sign_in_keys FOR INSERT TO ceregistry_daemon WITH CHECK (
    (SELECT caller_role() = 'baseOfficer'));
CREATE POLICY learner_signs_in ON training_attendance FOR INSERT TO ceregistry_daemon WITH CHECK (
    (SELECT caller_role() = 'learner') AND method = 'code' AND learner_id = (SELECT caller_learner())
    AND recorded_by = (SELECT caller_user()));
-- The auditor checks no secrets.
DROP POLICY auditor_reads ON training_sign_in_keys;
