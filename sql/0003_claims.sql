-- Completion records, claims, and the decisions on them.

CREATE TABLE completion_records (
    id                     uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    record_number          text NOT NULL UNIQUE CHECK (btrim(record_number) <> ''),
    learner_id             uuid NOT NULL REFERENCES learners,
    subject_year           integer NOT NULL,
    compulsory_hours       integer NOT NULL CONSTRAINT compulsory_hours_are_counted CHECK (compulsory_hours BETWEEN 0 AND 10000),
    elective_hours         integer NOT NULL CONSTRAINT elective_hours_are_counted CHECK (elective_hours BETWEEN 0 AND 10000),
    compulsory_finished_on date,
    elective_started_on    date,
    test_passed_on         date,
    -- Where the record came from: the provincial platform's file, or a claim that cited it first.
    source                 text NOT NULL CHECK (source IN ('platform', 'claim')),
    recorded_by            uuid NOT NULL REFERENCES users,
    recorded_at            timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX completion_records_by_learner ON completion_records (learner_id, subject_year);

CREATE TABLE claims (
    id                   uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    learner_id           uuid NOT NULL REFERENCES learners,
    subject_year         integer NOT NULL,
    mode                 text NOT NULL CHECK (mode IN ('online', 'faceToFace')),
    state                text NOT NULL DEFAULT 'submitted'
                         CHECK (state IN ('submitted', 'returned', 'recognized', 'rejected', 'withdrawn')),
    hours                integer NOT NULL CONSTRAINT claimed_hours_are_above_zero CHECK (hours BETWEEN 1 AND 10000),
    completion_record_id uuid REFERENCES completion_records,
    session_code         text,
    -- The evidence as it was handed in, in the API's words.
    evidence             jsonb NOT NULL,
    reason               text,
    rules                text[] NOT NULL,
    flags                text[] NOT NULL DEFAULT '{}',
    assumptions          text[] NOT NULL DEFAULT '{}',
    -- The authority that may decide it now, and which routing that is (Q7).
    routed_to            text NOT NULL,
    routing              integer NOT NULL DEFAULT 1,
    -- Employer and area on the day of submission, for who may see it.
    employer_id          uuid REFERENCES employers,
    area                 text NOT NULL,
    submitted_by         uuid NOT NULL REFERENCES users,
    submitted_on         date NOT NULL,
    -- The business day on which it came to its present state: what a queue's waiting time counts from.
    state_since          date NOT NULL,
    version              integer NOT NULL DEFAULT 1,
    recorded_at          timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT online_claim_cites_a_record CHECK ((mode = 'online') = (completion_record_id IS NOT NULL)),
    CONSTRAINT face_to_face_claim_cites_a_session CHECK ((mode = 'faceToFace') = (session_code IS NOT NULL))
);
-- What is open may not be claimed a second time; after a rejection or withdrawal it may.
CREATE UNIQUE INDEX one_open_online_claim_for_each_year ON claims (learner_id, subject_year)
    WHERE mode = 'online' AND state IN ('submitted', 'returned');
CREATE UNIQUE INDEX one_open_claim_for_each_session ON claims (learner_id, session_code)
    WHERE mode = 'faceToFace' AND state IN ('submitted', 'returned');
CREATE INDEX claims_by_learner ON claims (learner_id);
CREATE INDEX claims_queue ON claims (routed_to, state, state_since, id);
CREATE INDEX claims_by_area ON claims (area, state, state_since, id);
CREATE INDEX claims_by_employer ON claims (employer_id);
CREATE INDEX claims_by_record ON claims (completion_record_id);

CREATE TABLE claim_routings (
    claim_id    uuid NOT NULL REFERENCES claims,
    routing     integer NOT NULL,
    authority   text NOT NULL CHECK (authority IN ('city', 'base') OR authority ~ '^county:[0-9]{6}$'),
    reason      text,
    recorded_by uuid NOT NULL REFERENCES users,
    routed_on   date NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (claim_id, routing),
    UNIQUE (claim_id, routing, authority)
);

CREATE TABLE claim_events (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    claim_id    uuid NOT NULL REFERENCES claims,
    event       text NOT NULL CHECK (event IN ('submit', 'recognize', 'return', 'reject', 'withdraw', 'resubmit', 'reroute')),
    state       text NOT NULL,
    reason      text,
    detail      jsonb,
    occurred_on date NOT NULL,
    recorded_by uuid NOT NULL REFERENCES users,
    recorded_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX claim_events_by_claim ON claim_events (claim_id, id);

CREATE TABLE decisions (
    id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    claim_id    uuid NOT NULL REFERENCES claims,
    routing     integer NOT NULL,
    authority   text NOT NULL,
    decision    text NOT NULL CHECK (decision IN ('recognize', 'return', 'reject')),
    reason      text,
    answers     jsonb NOT NULL DEFAULT '{}',
    decided_by  uuid NOT NULL REFERENCES users,
    decided_on  date NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT decided_by_the_routed_authority FOREIGN KEY (claim_id, routing, authority)
        REFERENCES claim_routings (claim_id, routing, authority),
    CONSTRAINT a_refusal_says_why CHECK (decision = 'recognize' OR btrim(coalesce(reason, '')) <> ''),
    CONSTRAINT decision_and_claim UNIQUE (id, claim_id, authority, decision)
);
CREATE INDEX decisions_by_claim ON decisions (claim_id);

-- A decision is made on a submitted claim, by the authority it lies with, by a person of that authority who is
-- not the learner, and with every flag answered (R1 to R3, Q6).
CREATE FUNCTION check_decision() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    claim   claims;
    decider users;
BEGIN
    SELECT * INTO claim FROM claims WHERE id = NEW.claim_id;
    SELECT * INTO decider FROM users WHERE id = NEW.decided_by;
    IF claim.state <> 'submitted' OR claim.routing <> NEW.routing THEN
        RAISE EXCEPTION 'claim % is not open before %', NEW.claim_id, NEW.authority
            USING ERRCODE = 'check_violation', CONSTRAINT = 'decision_on_an_open_claim', TABLE = 'decisions';
    END IF;
    IF decider.authority IS DISTINCT FROM NEW.authority THEN
        RAISE EXCEPTION 'the decider is not of %', NEW.authority
            USING ERRCODE = 'check_violation', CONSTRAINT = 'decider_is_of_the_authority', TABLE = 'decisions';
    END IF;
    IF EXISTS (SELECT FROM learners d JOIN learners l ON coalesce(l.merged_into, l.id) = coalesce(d.merged_into, d.id)
               WHERE d.id = decider.learner_id AND l.id = claim.learner_id) THEN
        RAISE EXCEPTION 'nobody decides their own claim'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'nobody_decides_their_own_claim', TABLE = 'decisions';
    END IF;
    IF NOT claim.flags <@ ARRAY(SELECT key FROM jsonb_each_text(NEW.answers) WHERE btrim(value) <> '') THEN
        RAISE EXCEPTION 'a flag is not answered'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'every_flag_is_answered', TABLE = 'decisions';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER decision_is_lawful BEFORE INSERT ON decisions FOR EACH ROW EXECUTE FUNCTION check_decision();

-- Where a claim lies, for telling "not yours" from "not there" without showing the claim.
CREATE FUNCTION claim_routed_to(claim uuid) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp AS $$ SELECT routed_to FROM claims WHERE id = claim $$;
CREATE FUNCTION learner_exists(learner uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp AS $$ SELECT EXISTS (SELECT FROM learners WHERE id = learner) $$;
-- Whether a record number is taken, by whomever: an import says so of another county's record without showing it.
CREATE FUNCTION completion_record_exists(number text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp AS $$ SELECT EXISTS (SELECT FROM completion_records WHERE record_number = number) $$;
