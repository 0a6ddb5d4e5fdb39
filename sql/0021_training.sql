-- The base's training up to the call (F1 to F3, M1, M2, P2): plans, sessions with their half-days, calls and the answers
-- to them. States and transitions: RegistryStore.docc/Training.md.

-- What the price bureau approved (P2): rows of the policy document, for the constraint on every fee.
CREATE TABLE approved_prices (
    notice       text NOT NULL,
    version      integer NOT NULL,
    document     text NOT NULL CONSTRAINT price_has_a_document CHECK (btrim(document) <> ''),
    fen_per_hour integer NOT NULL CONSTRAINT price_is_not_negative CHECK (fen_per_hour >= 0),
    valid_from   date NOT NULL,
    valid_until  date,
    PRIMARY KEY (notice, version, document),
    UNIQUE (notice, version, document, fen_per_hour),
    FOREIGN KEY (notice, version) REFERENCES policies
);

-- 培训计划: who should come in a subject year, from a unit to the base (F3); of other units a request for places (M2).
CREATE TABLE training_plans (
    id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    employer_id  uuid NOT NULL REFERENCES employers,
    subject_year integer NOT NULL,
    kind         text NOT NULL CONSTRAINT plan_kind_is_known CHECK (kind IN ('plan', 'request')),
    state        text NOT NULL DEFAULT 'sent' CONSTRAINT plan_state_is_known
                 CHECK (state IN ('sent', 'accepted', 'refused', 'withdrawn')),
    contact      text,
    note         text,
    -- The policy's day for plans (F3); nobody waits for a request.
    due_on       date,
    sent_on      date NOT NULL,
    is_late      boolean GENERATED ALWAYS AS (coalesce(sent_on > due_on, false)) STORED,
    -- The base's answer.
    places       integer CONSTRAINT plan_places_are_counted CHECK (places BETWEEN 0 AND 10000),
    answer_note  text,
    answered_by  uuid REFERENCES users,
    answered_on  date,
    recorded_by  uuid NOT NULL REFERENCES users,
    recorded_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT a_plan_has_a_day_to_be_sent CHECK ((kind = 'plan') = (due_on IS NOT NULL)),
    CONSTRAINT an_answer_has_its_person CHECK ((state IN ('accepted', 'refused')) = (answered_by IS NOT NULL)
                                               AND (answered_by IS NULL) = (answered_on IS NULL)),
    CONSTRAINT a_refused_plan_says_why CHECK (state <> 'refused' OR btrim(coalesce(answer_note, '')) <> '')
);
CREATE UNIQUE INDEX one_plan_for_each_unit_and_year ON training_plans (employer_id, subject_year)
    WHERE state IN ('sent', 'accepted');
CREATE INDEX training_plans_by_year ON training_plans (subject_year, state);

-- The life of a plan: sent, and then answered by an officer of the base or taken back; nothing after that.
CREATE FUNCTION check_plan_state() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF OLD.state <> 'sent' OR NEW.state = 'sent' THEN
        RAISE EXCEPTION 'a plan cannot go from % to %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'plan_state_follows', TABLE = 'training_plans';
    END IF;
    IF NEW.answered_by IS NOT NULL
       AND NOT EXISTS (SELECT FROM users u WHERE u.id = NEW.answered_by AND u.role = 'baseOfficer') THEN
        RAISE EXCEPTION 'the base answers plans (F3)'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'the_base_answers_plans', TABLE = 'training_plans';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER plan_state_follows BEFORE UPDATE OF state ON training_plans
    FOR EACH ROW EXECUTE FUNCTION check_plan_state();

CREATE TABLE training_plan_learners (
    plan_id      uuid NOT NULL REFERENCES training_plans,
    learner_id   uuid NOT NULL REFERENCES learners,
    proposed_on  date NOT NULL,
    recorded_by  uuid NOT NULL REFERENCES users,
    recorded_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (plan_id, learner_id)
);
CREATE INDEX training_plan_learners_by_learner ON training_plan_learners (learner_id);

-- 面授班次. Its code is what claims and entries cite as `session_code`.
CREATE TABLE training_sessions (
    id                    uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    code                  text NOT NULL CONSTRAINT training_session_code_is_taken UNIQUE
                          CONSTRAINT training_session_has_a_code CHECK (code = btrim(code) AND length(code) BETWEEN 1 AND 60),
    subject_year          integer NOT NULL,
    course_title          text NOT NULL,
    place                 text NOT NULL CONSTRAINT training_session_has_a_place CHECK (btrim(place) <> ''),
    places                integer NOT NULL CONSTRAINT training_places_are_counted CHECK (places BETWEEN 1 AND 1000),
    state                 text NOT NULL DEFAULT 'scheduled' CONSTRAINT training_session_state_is_known
                          CHECK (state IN ('scheduled', 'called', 'recognized', 'cancelled')),
    -- What the half-days come to; a deferred trigger holds them to it.
    hours                 integer NOT NULL CONSTRAINT session_hours_are_above_zero CHECK (hours BETWEEN 1 AND 300),
    starts_on             date NOT NULL,
    ends_on               date NOT NULL,
    fee_in_fen            integer NOT NULL CONSTRAINT fee_is_not_negative CHECK (fee_in_fen >= 0),
    price_notice          text NOT NULL,
    price_version         integer NOT NULL,
    price_document        text NOT NULL,
    approved_fen_per_hour integer NOT NULL,
    cancelled_on          date,
    cancelled_because     text,
    recorded_by           uuid NOT NULL REFERENCES users,
    recorded_on           date NOT NULL,
    recorded_at           timestamptz NOT NULL DEFAULT now(),
    UNIQUE (id, fee_in_fen),
    CONSTRAINT training_session_ends_after_it_starts CHECK (ends_on >= starts_on),
    CONSTRAINT price_was_approved FOREIGN KEY (price_notice, price_version, price_document, approved_fen_per_hour)
        REFERENCES approved_prices (notice, version, document, fen_per_hour),
    CONSTRAINT fee_is_within_the_approved_price CHECK (fee_in_fen <= hours * approved_fen_per_hour),
    CONSTRAINT a_cancellation_says_why CHECK ((state = 'cancelled') = (cancelled_on IS NOT NULL)
        AND (state <> 'cancelled' OR btrim(coalesce(cancelled_because, '')) <> ''))
);
CREATE INDEX training_sessions_by_year ON training_sessions (subject_year, starts_on, id);

CREATE TABLE training_half_days (
    id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    session_id uuid NOT NULL REFERENCES training_sessions,
    number     integer NOT NULL CHECK (number > 0),
    day        date NOT NULL,
    part       text NOT NULL CONSTRAINT half_day_part_is_known CHECK (part IN ('morning', 'afternoon', 'evening')),
    starts_at  timestamptz NOT NULL,
    ends_at    timestamptz NOT NULL,
    hours      integer NOT NULL CONSTRAINT half_day_hours_are_counted CHECK (hours BETWEEN 1 AND 8),
    room       text NOT NULL CONSTRAINT half_day_has_a_room CHECK (btrim(room) <> ''),
    teacher    text NOT NULL CONSTRAINT half_day_has_a_teacher CHECK (btrim(teacher) <> ''),
    topic      text,
    is_cancelled boolean NOT NULL DEFAULT false,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (session_id, number),
    UNIQUE (id, session_id),
    CONSTRAINT one_of_each_half_day UNIQUE (session_id, day, part),
    CONSTRAINT half_day_ends_after_it_starts CHECK (ends_at > starts_at),
    CONSTRAINT half_day_lies_in_its_day CHECK ((starts_at AT TIME ZONE 'Asia/Shanghai')::date = day
                                               AND (ends_at AT TIME ZONE 'Asia/Shanghai')::date = day),
    CONSTRAINT one_session_in_a_room EXCLUDE USING gist
        (room WITH =, tstzrange(starts_at, ends_at) WITH &&) WHERE (NOT is_cancelled),
    CONSTRAINT one_session_for_a_teacher EXCLUDE USING gist
        (teacher WITH =, tstzrange(starts_at, ends_at) WITH &&) WHERE (NOT is_cancelled)
);

-- F2, and the session's own sums.
CREATE FUNCTION check_half_day() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM training_sessions s JOIN subject_years y ON y.year = s.subject_year
                   WHERE s.id = NEW.session_id AND NEW.day BETWEEN y.face_to_face_from AND y.face_to_face_until) THEN
        RAISE EXCEPTION '% lies outside the time for face-to-face training (F2)', NEW.day
            USING ERRCODE = 'check_violation', CONSTRAINT = 'half_day_lies_in_the_window', TABLE = 'training_half_days';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER half_day_is_lawful BEFORE INSERT OR UPDATE OF day, session_id ON training_half_days
    FOR EACH ROW EXECUTE FUNCTION check_half_day();

CREATE FUNCTION check_session_sums() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    session training_sessions;
BEGIN
    SELECT * INTO session FROM training_sessions WHERE id = NEW.id;
    IF (SELECT (coalesce(sum(hours), 0), min(day), max(day)) IS DISTINCT FROM
               (session.hours::bigint, session.starts_on, session.ends_on)
        FROM training_half_days WHERE session_id = session.id) THEN
        RAISE EXCEPTION 'the half-days of % do not come to its hours and days', session.code
            USING ERRCODE = 'check_violation', CONSTRAINT = 'half_days_make_the_session', TABLE = 'training_sessions';
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER half_days_make_the_session AFTER INSERT OR UPDATE OF hours, starts_on, ends_on ON training_sessions
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_session_sums();

-- The life of a session: scheduled, called, recognized; cancelled before anybody's hours were recognized.
CREATE FUNCTION check_session_state() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT (OLD.state, NEW.state) IN (('scheduled', 'called'), ('called', 'called'), ('called', 'recognized'),
                                      ('recognized', 'recognized'), ('scheduled', 'cancelled'), ('called', 'cancelled')) THEN
        RAISE EXCEPTION 'a session cannot go from % to %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'session_state_follows', TABLE = 'training_sessions';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER session_state_follows BEFORE UPDATE OF state ON training_sessions
    FOR EACH ROW EXECUTE FUNCTION check_session_state();

-- 调训通知: one draw for a session. Its seed and every candidate's keys are kept, so that the draw can be made again.
CREATE TABLE training_calls (
    id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    session_id  uuid NOT NULL REFERENCES training_sessions,
    number      integer NOT NULL CHECK (number > 0),
    seed        text NOT NULL CONSTRAINT a_draw_has_a_seed CHECK (btrim(seed) <> ''),
    answer_by   date NOT NULL,
    drawn_on    date NOT NULL,
    recorded_by uuid NOT NULL REFERENCES users,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (session_id, number),
    UNIQUE (id, session_id)
);

-- Who is on a session's list. `state` is a projection of calls and answers, written by triggers alone.
CREATE TABLE training_invitations (
    id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    call_id       uuid NOT NULL,
    session_id    uuid NOT NULL,
    learner_id    uuid NOT NULL REFERENCES learners,
    employer_id   uuid REFERENCES employers,
    -- The place in the session's order; the waiting list moves up by it.
    rank          integer NOT NULL CHECK (rank > 0),
    -- What the draw went by (F1): owes the year, must attend by M1, could not come earlier, the day of asking, the lot.
    owes          boolean NOT NULL,
    is_expected   boolean NOT NULL,
    missed_before integer NOT NULL CHECK (missed_before >= 0),
    asked_on      date NOT NULL,
    lot           text NOT NULL,
    state         text NOT NULL CONSTRAINT invitation_state_is_known
                  CHECK (state IN ('waiting', 'called', 'confirmed', 'declined', 'released')),
    state_since   date NOT NULL,
    moved_up_on   date,
    recorded_at   timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT invitation_of_its_call FOREIGN KEY (call_id, session_id) REFERENCES training_calls (id, session_id),
    CONSTRAINT one_place_for_each_learner UNIQUE (session_id, learner_id),
    CONSTRAINT one_learner_for_each_rank UNIQUE (session_id, rank)
);
CREATE INDEX training_invitations_by_learner ON training_invitations (learner_id, state);
CREATE INDEX training_invitations_by_employer ON training_invitations (employer_id);
CREATE INDEX training_invitations_by_call ON training_invitations (call_id);

-- When whoever has a place must be where: nobody is in two rooms at one moment. Written by a trigger alone.
CREATE TABLE training_bookings (
    half_day_id   uuid NOT NULL REFERENCES training_half_days,
    learner_id    uuid NOT NULL REFERENCES learners,
    invitation_id uuid NOT NULL REFERENCES training_invitations,
    during        tstzrange NOT NULL,
    PRIMARY KEY (half_day_id, learner_id),
    CONSTRAINT one_training_at_a_time EXCLUDE USING gist (learner_id WITH =, during WITH &&)
);
CREATE INDEX training_bookings_by_invitation ON training_bookings (invitation_id);

CREATE FUNCTION keep_bookings() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.state IN ('called', 'confirmed') THEN
        INSERT INTO training_bookings (half_day_id, learner_id, invitation_id, during)
        SELECT h.id, NEW.learner_id, NEW.id, tstzrange(h.starts_at, h.ends_at) FROM training_half_days h
        WHERE h.session_id = NEW.session_id AND NOT h.is_cancelled
        ON CONFLICT (half_day_id, learner_id) DO NOTHING;
    ELSE
        DELETE FROM training_bookings WHERE invitation_id = NEW.id;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER bookings_follow AFTER INSERT OR UPDATE OF state ON training_invitations
    FOR EACH ROW EXECUTE FUNCTION keep_bookings();

-- F1: no more are called than there are places.
CREATE FUNCTION check_places() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    session training_sessions;
BEGIN
    SELECT * INTO session FROM training_sessions WHERE id = NEW.session_id;
    IF NEW.state IN ('called', 'confirmed')
       AND (SELECT count(*) FROM training_invitations i WHERE i.session_id = session.id AND i.state IN ('called', 'confirmed'))
           > session.places THEN
        RAISE EXCEPTION 'session % has % places', session.code, session.places
            USING ERRCODE = 'check_violation', CONSTRAINT = 'no_more_are_called_than_places', TABLE = 'training_invitations';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER places_suffice AFTER INSERT OR UPDATE OF state ON training_invitations
    FOR EACH ROW EXECUTE FUNCTION check_places();

CREATE TABLE training_answers (
    id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    invitation_id uuid NOT NULL REFERENCES training_invitations,
    answer        text NOT NULL CONSTRAINT answer_is_known CHECK (answer IN ('willCome', 'cannotCome')),
    reason        text,
    answered_on   date NOT NULL,
    recorded_by   uuid NOT NULL REFERENCES users,
    recorded_at   timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT who_cannot_come_says_why CHECK (answer = 'willCome' OR btrim(coalesce(reason, '')) <> '')
);
CREATE INDEX training_answers_by_invitation ON training_answers (invitation_id, recorded_at);

-- Free places go to whoever waits, in the order of ranks. Passed over, and left waiting: who is elsewhere at that hour, and
-- who has, with what stands and the places held, the year's hours already.
CREATE FUNCTION move_up(session uuid, on_day date) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
DECLARE
    free      integer;
    candidate record;
BEGIN
    SELECT s.places - (SELECT count(*) FROM training_invitations i WHERE i.session_id = s.id AND i.state IN ('called', 'confirmed'))
    INTO free FROM training_sessions s WHERE s.id = session AND s.state = 'called' AND s.ends_on >= on_day;
    FOR candidate IN SELECT i.id FROM training_invitations i
                     WHERE i.session_id = session AND i.state = 'waiting' AND training_hours_missing(i.learner_id, session) > 0
                     ORDER BY i.rank LOOP
        EXIT WHEN coalesce(free, 0) <= 0;
        BEGIN
            UPDATE training_invitations SET state = 'called', state_since = on_day, moved_up_on = on_day WHERE id = candidate.id;
            free := free - 1;
        EXCEPTION WHEN exclusion_violation THEN
            CONTINUE;
        END;
    END LOOP;
END
$$;

-- What a learner lacks in the session's year beside the hours that stand and the other places held.
CREATE FUNCTION training_hours_missing(learner uuid, session uuid) RETURNS integer LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
    SELECT (y.required_hours
            - coalesce((SELECT CASE WHEN bool_or(e.completes) THEN y.required_hours
                                    ELSE coalesce(sum(e.hours) FILTER (WHERE e.mode = 'faceToFace'), 0) END
                        FROM standing_entries e
                        WHERE e.subject_year = s.subject_year
                          AND e.learner_id = (SELECT coalesce(l.merged_into, l.id) FROM learners l WHERE l.id = learner)), 0)
            - coalesce((SELECT sum(o.hours) FROM training_invitations i JOIN training_sessions o ON o.id = i.session_id
                        WHERE i.learner_id = learner AND i.state IN ('called', 'confirmed') AND o.id <> s.id
                          AND o.subject_year = s.subject_year AND o.state = 'called'), 0))::integer
    FROM training_sessions s JOIN subject_years y ON y.year = s.subject_year WHERE s.id = session
$$;

CREATE FUNCTION settle_answer() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    session    training_sessions;
    invitation training_invitations;
BEGIN
    -- Answers of one session take turns, so that a place is given once.
    SELECT s.* INTO session FROM training_sessions s
    WHERE s.id = (SELECT i.session_id FROM training_invitations i WHERE i.id = NEW.invitation_id) FOR NO KEY UPDATE;
    SELECT * INTO invitation FROM training_invitations WHERE id = NEW.invitation_id;
    IF session.state <> 'called' OR invitation.state IN ('declined', 'released') THEN
        RAISE EXCEPTION 'this call is not open' USING ERRCODE = 'check_violation', CONSTRAINT = 'answer_to_an_open_call',
            TABLE = 'training_answers';
    END IF;
    IF NEW.answer = 'willCome' AND invitation.state = 'waiting' THEN
        RAISE EXCEPTION 'whoever waits has no place to accept' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'who_waits_has_no_place', TABLE = 'training_answers';
    END IF;
    UPDATE training_invitations
    SET state = CASE NEW.answer WHEN 'willCome' THEN 'confirmed' ELSE 'declined' END, state_since = NEW.answered_on
    WHERE id = invitation.id;
    IF NEW.answer = 'cannotCome' AND invitation.state IN ('called', 'confirmed') THEN
        PERFORM move_up(session.id, NEW.answered_on);
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER answer_counts AFTER INSERT ON training_answers FOR EACH ROW EXECUTE FUNCTION settle_answer();

-- A cancelled session frees its rooms, its teachers and its learners.
CREATE FUNCTION free_session() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE training_half_days SET is_cancelled = true WHERE session_id = NEW.id;
    UPDATE training_invitations SET state = 'released', state_since = NEW.cancelled_on
    WHERE session_id = NEW.id AND state IN ('waiting', 'called', 'confirmed');
    RETURN NULL;
END
$$;
CREATE TRIGGER cancelled_session_is_free AFTER UPDATE OF state ON training_sessions
    FOR EACH ROW WHEN (NEW.state = 'cancelled' AND OLD.state <> 'cancelled') EXECUTE FUNCTION free_session();

-- How the places of a session stand, for whoever sees only some of its list.
CREATE FUNCTION training_places(session uuid) RETURNS jsonb LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT jsonb_build_object('called', count(*) FILTER (WHERE i.state = 'called'), 'confirmed', count(*) FILTER (WHERE i.state = 'confirmed'),
                              'waiting', count(*) FILTER (WHERE i.state = 'waiting'), 'declined', count(*) FILTER (WHERE i.state = 'declined'))
    FROM training_invitations i WHERE i.session_id = session
$$;

CREATE FUNCTION training_session_exists(session uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp AS $$ SELECT EXISTS (SELECT FROM training_sessions WHERE id = session) $$;
CREATE FUNCTION training_invitation_exists(invitation uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp AS $$ SELECT EXISTS (SELECT FROM training_invitations WHERE id = invitation) $$;
CREATE FUNCTION training_plan_exists(plan uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp AS $$ SELECT EXISTS (SELECT FROM training_plans WHERE id = plan) $$;

-- Row-level security: the timetable is for everybody who is signed in; plans for the unit, its bureau and the base; lists
-- for whoever sees the learner.
DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['approved_prices', 'training_plans', 'training_plan_learners', 'training_sessions', 'training_half_days',
                             'training_calls', 'training_invitations', 'training_bookings', 'training_answers'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY owner_all ON %I TO ceregistry_owner USING (true) WITH CHECK (true)', t);
        EXECUTE format('CREATE POLICY auditor_reads ON %I FOR SELECT TO ceregistry_auditor USING (true)', t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['training_sessions', 'training_half_days', 'training_calls'] LOOP
        EXECUTE format('CREATE POLICY caller_reads ON %I FOR SELECT TO ceregistry_daemon USING ((SELECT caller_role() IS NOT NULL))', t);
        EXECUTE format($policy$CREATE POLICY base_schedules ON %I FOR INSERT TO ceregistry_daemon WITH CHECK (
            (SELECT caller_role() = 'baseOfficer'))$policy$, t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['training_plan_learners', 'training_invitations', 'training_bookings'] LOOP
        EXECUTE format($policy$CREATE POLICY caller_reads ON %1$I FOR SELECT TO ceregistry_daemon USING (
            (SELECT caller_sees_all()) OR EXISTS (SELECT FROM learners l WHERE l.id = %1$I.learner_id))$policy$, t);
    END LOOP;
END
$$;
-- Prices are loaded with their policy, by whoever loads it; everybody may know them.
CREATE POLICY everybody_reads ON approved_prices FOR SELECT TO ceregistry_daemon USING (true);
CREATE POLICY policy_loads ON approved_prices FOR INSERT TO ceregistry_daemon WITH CHECK (true);
CREATE POLICY base_moves ON training_sessions FOR UPDATE TO ceregistry_daemon USING ((SELECT caller_role() = 'baseOfficer'));
CREATE POLICY base_calls ON training_invitations FOR INSERT TO ceregistry_daemon WITH CHECK (
    (SELECT caller_role() = 'baseOfficer'));
CREATE POLICY caller_reads ON training_plans FOR SELECT TO ceregistry_daemon USING (
    (SELECT caller_sees_all()) OR employer_id = (SELECT caller_employer())
    OR ((SELECT caller_role() IN ('countyOfficer', 'clerk'))
        AND EXISTS (SELECT FROM employers e WHERE e.id = employer_id AND e.area = (SELECT caller_authority()))));
CREATE POLICY unit_sends ON training_plans FOR INSERT TO ceregistry_daemon WITH CHECK (
    (SELECT caller_role() = 'unitAdmin') AND employer_id = (SELECT caller_employer()) AND recorded_by = (SELECT caller_user()));
CREATE POLICY plan_moves ON training_plans FOR UPDATE TO ceregistry_daemon USING (
    (SELECT caller_role() = 'baseOfficer')
    OR ((SELECT caller_role() = 'unitAdmin') AND employer_id = (SELECT caller_employer())));
CREATE POLICY unit_proposes ON training_plan_learners FOR INSERT TO ceregistry_daemon WITH CHECK (
    (SELECT caller_role() = 'unitAdmin') AND recorded_by = (SELECT caller_user())
    AND EXISTS (SELECT FROM training_plans p WHERE p.id = plan_id AND p.employer_id = (SELECT caller_employer())));
CREATE POLICY caller_reads ON training_answers FOR SELECT TO ceregistry_daemon USING (
    EXISTS (SELECT FROM training_invitations i WHERE i.id = invitation_id));
CREATE POLICY called_answer ON training_answers FOR INSERT TO ceregistry_daemon WITH CHECK (
    recorded_by = (SELECT caller_user()) AND (SELECT caller_role() IN ('learner', 'unitAdmin', 'baseOfficer'))
    AND EXISTS (SELECT FROM training_invitations i WHERE i.id = invitation_id
                AND ((SELECT caller_role() <> 'learner') OR i.learner_id = (SELECT caller_learner()))));

DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['approved_prices', 'training_calls', 'training_answers', 'training_plan_learners'] LOOP
        EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON %I
            FOR EACH ROW EXECUTE FUNCTION refuse_change()', t);
        EXECUTE format('CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON %I
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', t);
    END LOOP;
END
$$;
