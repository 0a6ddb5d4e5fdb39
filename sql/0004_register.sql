-- The register: an append-only ledger of recognized hours (R4, Q8 to Q10), its reversals, and what stands now.

CREATE TABLE register_entries (
    id                   uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    entry_number         bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    kind                 text NOT NULL CHECK (kind IN ('recognition', 'opening')),
    learner_id           uuid NOT NULL REFERENCES learners,
    subject_year         integer NOT NULL,
    mode                 text NOT NULL CHECK (mode IN ('online', 'faceToFace')),
    hours                integer NOT NULL CONSTRAINT hours_are_above_zero CHECK (hours BETWEEN 1 AND 10000),
    claim_id             uuid UNIQUE,
    decision_id          uuid UNIQUE,
    decision             text CHECK (decision = 'recognize'),
    completion_record_id uuid REFERENCES completion_records,
    session_code         text,
    paper_number         text,
    recognized_by        text NOT NULL CHECK (recognized_by IN ('city', 'base') OR recognized_by ~ '^county:[0-9]{6}$'),
    recognized_on        date NOT NULL,
    recorded_by          uuid NOT NULL REFERENCES users,
    recorded_at          timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT entry_follows_a_recognition FOREIGN KEY (decision_id, claim_id, recognized_by, decision)
        REFERENCES decisions (id, claim_id, authority, decision),
    CONSTRAINT entry_has_its_source CHECK (CASE kind
        WHEN 'recognition' THEN claim_id IS NOT NULL AND decision_id IS NOT NULL AND decision IS NOT NULL AND paper_number IS NULL
             AND (mode = 'online') = (completion_record_id IS NOT NULL) AND (mode = 'faceToFace') = (session_code IS NOT NULL)
        WHEN 'opening' THEN claim_id IS NULL AND decision_id IS NULL AND decision IS NULL AND btrim(paper_number) <> ''
             AND completion_record_id IS NULL AND session_code IS NULL END)
);
CREATE INDEX register_entries_by_learner ON register_entries (learner_id, subject_year);

CREATE TABLE reversals (
    entry_id    uuid PRIMARY KEY REFERENCES register_entries,
    reason      text NOT NULL CONSTRAINT reversal_has_a_reason CHECK (btrim(reason) <> ''),
    reversed_by text NOT NULL,
    reversed_on date NOT NULL,
    recorded_by uuid NOT NULL REFERENCES users,
    recorded_at timestamptz NOT NULL DEFAULT now()
);

-- What stands: a projection of entries less reversals, written by triggers alone. Its keys are the promises.
-- `learner_id` is the person: the learner that others were merged into.
CREATE TABLE standing_entries (
    entry_id             uuid PRIMARY KEY REFERENCES register_entries,
    entry_number         bigint NOT NULL,
    learner_id           uuid NOT NULL,
    subject_year         integer NOT NULL,
    mode                 text NOT NULL,
    hours                integer NOT NULL,
    recognized_on        date NOT NULL,
    completes            boolean NOT NULL,
    completion_record_id uuid,
    session_code         text,
    paper_number         text
);
CREATE UNIQUE INDEX one_completing_recognition_stands ON standing_entries (learner_id, subject_year) WHERE completes;
CREATE UNIQUE INDEX one_standing_entry_for_each_record ON standing_entries (completion_record_id)
    WHERE completion_record_id IS NOT NULL;
CREATE INDEX standing_entries_by_learner ON standing_entries (learner_id, subject_year, mode);
CREATE UNIQUE INDEX one_standing_entry_for_each_session ON standing_entries (learner_id, session_code)
    WHERE session_code IS NOT NULL;
CREATE UNIQUE INDEX one_standing_entry_for_each_paper ON standing_entries (learner_id, subject_year, mode, paper_number)
    WHERE paper_number IS NOT NULL;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused; a wrong entry is reversed, never changed (Q8)', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'integrity_constraint_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'append_only';
END
$$;

CREATE FUNCTION stand_entries() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    -- Two decisions about one person take turns, so that hours of sessions add up (Q4).
    PERFORM FROM learners WHERE id IN (SELECT coalesce(l.merged_into, l.id) FROM learners l JOIN added a ON a.learner_id = l.id)
        ORDER BY id FOR NO KEY UPDATE;
    INSERT INTO standing_entries (entry_id, entry_number, learner_id, subject_year, mode, hours, recognized_on, completes,
                                  completion_record_id, session_code, paper_number)
    SELECT f.id, f.entry_number, f.person, f.subject_year, f.mode, f.hours, f.recognized_on,
           coalesce(CASE f.mode WHEN 'online' THEN f.hours >= y.required_hours
                    ELSE f.running + coalesce((SELECT sum(s.hours) FROM standing_entries s WHERE s.learner_id = f.person
                         AND s.subject_year = f.subject_year AND s.mode = 'faceToFace'), 0) >= y.required_hours END, false),
           f.completion_record_id, f.session_code, f.paper_number
    FROM (SELECT a.*, coalesce(l.merged_into, l.id) AS person,
                 sum(a.hours) OVER (PARTITION BY coalesce(l.merged_into, l.id), a.subject_year, a.mode
                                    ORDER BY a.entry_number) AS running
          FROM added a JOIN learners l ON l.id = a.learner_id) f
    LEFT JOIN subject_years y ON y.year = f.subject_year;
    RETURN NULL;
END
$$;

-- Says again which entry completes each year of these persons: after a reversal, a merge, or a merge taken back.
CREATE FUNCTION settle_completion(persons uuid[]) RETURNS void LANGUAGE sql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
    UPDATE standing_entries SET completes = false
    WHERE learner_id = ANY (persons) AND completes;
    UPDATE standing_entries s SET completes = true
    FROM (SELECT DISTINCT ON (learner_id, subject_year) entry_id
          FROM (SELECT s.*, y.required_hours, sum(s.hours) OVER (PARTITION BY s.learner_id, s.subject_year, s.mode
                                                                ORDER BY s.entry_number) AS running
                FROM standing_entries s JOIN subject_years y ON y.year = s.subject_year
                WHERE s.learner_id = ANY (persons)) r
          WHERE CASE mode WHEN 'online' THEN hours ELSE running END >= required_hours
          ORDER BY learner_id, subject_year, entry_number) first
    WHERE s.entry_id = first.entry_id;
$$;

CREATE FUNCTION unstand_entries() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    persons uuid[];
BEGIN
    PERFORM FROM learners WHERE id IN (SELECT s.learner_id FROM standing_entries s JOIN added a USING (entry_id))
        ORDER BY id FOR NO KEY UPDATE;
    WITH gone AS (DELETE FROM standing_entries s USING added a WHERE s.entry_id = a.entry_id RETURNING s.learner_id)
    SELECT array_agg(DISTINCT learner_id) INTO persons FROM gone;
    PERFORM settle_completion(persons);
    RETURN NULL;
END
$$;

CREATE FUNCTION check_reversal() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.reversed_by <> 'city' AND NOT EXISTS
       (SELECT FROM register_entries WHERE id = NEW.entry_id AND recognized_by = NEW.reversed_by) THEN
        RAISE EXCEPTION 'an entry is reversed by the authority that made it or by the city bureau (Q8)'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'reversed_by_its_authority_or_the_city', TABLE = 'reversals';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER entry_stands AFTER INSERT ON register_entries
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION stand_entries();
CREATE TRIGGER reversal_is_lawful BEFORE INSERT ON reversals FOR EACH ROW EXECUTE FUNCTION check_reversal();
CREATE TRIGGER entry_no_longer_stands AFTER INSERT ON reversals
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION unstand_entries();

CREATE TABLE certificates (
    id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    code        text NOT NULL UNIQUE,
    learner_id  uuid NOT NULL REFERENCES learners,
    -- The entries that it printed; it is superseded once one of them is reversed (Q8).
    entries     uuid[] NOT NULL,
    name        text NOT NULL,
    printed_on  date NOT NULL,
    recorded_by uuid NOT NULL REFERENCES users,
    recorded_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX certificates_by_learner ON certificates (learner_id);

-- When a policy is loaded, hours that stood before may complete a year, or no longer do.
CREATE FUNCTION settle_subject_year(of_year integer) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM settle_completion(ARRAY(SELECT DISTINCT learner_id FROM standing_entries WHERE subject_year = of_year));
END
$$;

-- Moves what stands of the persons that a merge (or its reversal) touched to where the learners now point.
CREATE FUNCTION settle_merge(persons uuid[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE standing_entries SET completes = false WHERE completes AND learner_id = ANY (persons);
    UPDATE standing_entries s SET learner_id = coalesce(l.merged_into, l.id)
    FROM register_entries e JOIN learners l ON l.id = e.learner_id
    WHERE s.entry_id = e.id AND (s.learner_id = ANY (persons) OR l.id = ANY (persons))
      AND s.learner_id <> coalesce(l.merged_into, l.id);
    PERFORM settle_completion(persons);
    PERFORM place_persons(persons);
END
$$;

CREATE FUNCTION entry_exists(entry uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp AS $$ SELECT EXISTS (SELECT FROM register_entries WHERE id = entry) $$;
