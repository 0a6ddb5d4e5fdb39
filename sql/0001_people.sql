-- Employers, learners and the dated facts about them (DOMAIN.md: L1, Q2, Q7, Q12).

CREATE TABLE employers (
    id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    credit_code text NOT NULL UNIQUE CONSTRAINT credit_code_has_18_characters CHECK (credit_code ~ '^[0-9A-Z]{18}$'),
    name        text NOT NULL CONSTRAINT employer_has_a_name CHECK (btrim(name) <> ''),
    kind        text NOT NULL CHECK (kind IN ('publicInstitution', 'enterprise', 'nonPublicOrganization')),
    level       text NOT NULL CHECK (level IN ('city', 'county', 'zone')),
    division    text CONSTRAINT division_is_a_code CHECK (division ~ '^[0-9]{6}$'),
    -- The authority whose area the employer lies in; row-level security compares with it.
    area        text NOT NULL GENERATED ALWAYS AS
                (CASE level WHEN 'county' THEN 'county:' || division ELSE 'city' END) STORED,
    closed_on   date,
    merged_into uuid REFERENCES employers,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT county_employer_has_a_division CHECK (level <> 'county' OR division IS NOT NULL),
    CONSTRAINT employer_is_not_merged_into_itself CHECK (merged_into <> id)
);
CREATE INDEX employers_by_name ON employers USING gin (name gin_trgm_ops);
CREATE INDEX employers_by_area ON employers (area);

CREATE TABLE learners (
    id                 uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    id_number          text NOT NULL UNIQUE CONSTRAINT id_number_has_18_characters CHECK (id_number ~ '^[0-9]{17}[0-9X]$'),
    name               text NOT NULL CONSTRAINT learner_has_a_name CHECK (btrim(name) <> ''),
    gender             text CHECK (gender IN ('male', 'female')),
    post               text,
    title              text,
    professional_since date,
    -- What the employments say now: the latest standing period's employer and its area. Kept by a trigger.
    employer_id        uuid REFERENCES employers,
    area               text NOT NULL DEFAULT 'city',
    merged_into        uuid REFERENCES learners,
    version            integer NOT NULL DEFAULT 1,
    recorded_at        timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT learner_is_not_merged_into_itself CHECK (merged_into <> id)
);
CREATE INDEX learners_by_name ON learners USING gin (name gin_trgm_ops);
CREATE INDEX learners_by_area ON learners (area, id);
CREATE INDEX learners_by_employer ON learners (employer_id, id);
CREATE INDEX learners_merged ON learners (merged_into) WHERE merged_into IS NOT NULL;

-- Every ID number that ever belonged to a learner: an import that brings an old one finds the same person.
CREATE TABLE learner_id_numbers (
    id_number   text PRIMARY KEY,
    learner_id  uuid NOT NULL REFERENCES learners,
    recorded_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX learner_id_numbers_by_learner ON learner_id_numbers (learner_id);

CREATE TABLE users (
    id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    username      text NOT NULL UNIQUE CONSTRAINT username_is_plain CHECK (username ~ '^[A-Za-z0-9][A-Za-z0-9._-]{1,63}$'),
    person_name   text NOT NULL CONSTRAINT user_is_a_named_person CHECK (btrim(person_name) <> ''),
    password_hash text NOT NULL,
    role          text NOT NULL CHECK (role IN ('learner', 'unitAdmin', 'countyOfficer', 'cityOfficer', 'baseOfficer',
                                                'clerk', 'auditor', 'admin')),
    authority     text CONSTRAINT authority_is_known_in_form CHECK (authority IN ('city', 'base') OR authority ~ '^county:[0-9]{6}$'),
    employer_id   uuid REFERENCES employers,
    learner_id    uuid REFERENCES learners,
    failed_logins integer NOT NULL DEFAULT 0,
    locked_until  timestamptz,
    disabled_at   timestamptz,
    recorded_at   timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT role_has_its_authority CHECK (CASE role
        WHEN 'countyOfficer' THEN authority LIKE 'county:%'
        WHEN 'cityOfficer' THEN authority = 'city'
        WHEN 'baseOfficer' THEN authority = 'base'
        WHEN 'clerk' THEN authority IS NOT NULL AND authority <> 'base'
        ELSE authority IS NULL END),
    CONSTRAINT unit_administrator_has_a_unit CHECK ((role = 'unitAdmin') = (employer_id IS NOT NULL)),
    CONSTRAINT learner_user_has_a_learner CHECK (role <> 'learner' OR learner_id IS NOT NULL)
);

CREATE TABLE employments (
    id             uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    learner_id     uuid NOT NULL REFERENCES learners,
    employer_id    uuid NOT NULL REFERENCES employers,
    employed_from  date NOT NULL,
    employed_until date,
    recorded_by    uuid REFERENCES users,
    recorded_at    timestamptz NOT NULL DEFAULT now(),
    -- A period is never changed: its end is recorded by retracting it and recording the shorter one.
    retracted_at   timestamptz,
    CONSTRAINT employment_ends_after_it_starts CHECK (employed_until >= employed_from),
    CONSTRAINT one_employer_at_a_time EXCLUDE USING gist
        (learner_id WITH =, daterange(employed_from, employed_until, '[]') WITH &&) WHERE (retracted_at IS NULL)
);
CREATE INDEX employments_by_learner ON employments (learner_id);
CREATE INDEX employments_by_employer ON employments (employer_id);

-- A person is the learner that others were merged into; all records of one person lie where its latest period says.
CREATE FUNCTION place_persons(persons uuid[]) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE learners l
    SET employer_id = latest.employer_id, area = latest.area
    FROM (SELECT DISTINCT ON (coalesce(m.merged_into, m.id)) coalesce(m.merged_into, m.id) AS person,
                 k.id AS employer_id, k.area
          FROM learners m
          JOIN employments e ON e.learner_id = m.id AND e.retracted_at IS NULL
          JOIN employers o ON o.id = e.employer_id
          JOIN employers k ON k.id = coalesce(o.merged_into, o.id)
          WHERE m.id = ANY (persons) OR m.merged_into = ANY (persons)
          ORDER BY coalesce(m.merged_into, m.id), e.employed_from DESC, e.employed_until DESC NULLS FIRST) latest
    WHERE (l.id = latest.person OR l.merged_into = latest.person)
      AND (l.employer_id, l.area) IS DISTINCT FROM (latest.employer_id, latest.area)
$$;

CREATE FUNCTION place_learners() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM place_persons(ARRAY(SELECT DISTINCT coalesce(l.merged_into, l.id)
                                FROM touched t JOIN learners l ON l.id = t.learner_id));
    RETURN NULL;
END
$$;
CREATE TRIGGER employment_recorded AFTER INSERT ON employments
    REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION place_learners();
CREATE TRIGGER employment_retracted AFTER UPDATE ON employments
    REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION place_learners();

CREATE TABLE learner_corrections (
    id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    learner_id   uuid NOT NULL REFERENCES learners,
    field        text NOT NULL CHECK (field IN ('name', 'idNumber', 'gender', 'post', 'title', 'professionalSince')),
    old_value    text,
    new_value    text,
    reason       text NOT NULL CONSTRAINT correction_has_a_reason CHECK (btrim(reason) <> ''),
    document     text NOT NULL CONSTRAINT correction_has_a_document CHECK (btrim(document) <> ''),
    corrected_on date NOT NULL,
    recorded_by  uuid NOT NULL REFERENCES users,
    recorded_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX learner_corrections_by_learner ON learner_corrections (learner_id);

CREATE TABLE employer_corrections (
    id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    employer_id  uuid NOT NULL REFERENCES employers,
    field        text NOT NULL CHECK (field IN ('name', 'kind', 'level', 'division', 'closedOn', 'mergedInto')),
    old_value    text,
    new_value    text,
    reason       text NOT NULL CHECK (btrim(reason) <> ''),
    document     text,
    corrected_on date NOT NULL,
    recorded_by  uuid NOT NULL REFERENCES users,
    recorded_at  timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE excuses (
    id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    learner_id   uuid NOT NULL REFERENCES learners,
    subject_year integer NOT NULL,
    reason       text NOT NULL CONSTRAINT excuse_has_a_reason CHECK (btrim(reason) <> ''),
    document     text NOT NULL CONSTRAINT excuse_has_a_document CHECK (btrim(document) <> ''),
    lifts_duty   boolean NOT NULL,
    approved_by  text NOT NULL,
    approved_on  date NOT NULL,
    recorded_by  uuid NOT NULL REFERENCES users,
    recorded_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX excuses_by_learner ON excuses (learner_id);

CREATE TABLE excuse_revocations (
    excuse_id   uuid PRIMARY KEY REFERENCES excuses,
    reason      text NOT NULL CHECK (btrim(reason) <> ''),
    revoked_on  date NOT NULL,
    recorded_by uuid NOT NULL REFERENCES users,
    recorded_at timestamptz NOT NULL DEFAULT now()
);

-- Two records of one person become one; entries stay where they are, so a merge can be taken back.
CREATE TABLE merges (
    id             uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    kept_id        uuid NOT NULL REFERENCES learners,
    merged_id      uuid NOT NULL REFERENCES learners,
    -- Learners that had been merged into `merged_id` before and moved along.
    moved          uuid[] NOT NULL DEFAULT '{}',
    reason         text NOT NULL CHECK (btrim(reason) <> ''),
    document       text NOT NULL CHECK (btrim(document) <> ''),
    entries_before integer NOT NULL,
    entries_after  integer NOT NULL,
    merged_on      date NOT NULL,
    recorded_by    uuid NOT NULL REFERENCES users,
    recorded_at    timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT a_merge_needs_two CHECK (kept_id <> merged_id),
    CONSTRAINT a_merge_loses_no_entry CHECK (entries_before = entries_after)
);

CREATE TABLE merge_reversals (
    merge_id    uuid PRIMARY KEY REFERENCES merges,
    reason      text NOT NULL CHECK (btrim(reason) <> ''),
    reversed_on date NOT NULL,
    recorded_by uuid NOT NULL REFERENCES users,
    recorded_at timestamptz NOT NULL DEFAULT now()
);

-- The records of one person: the learner and what was merged into it. With `known_at`, as the register had it then.
CREATE FUNCTION person_records(learner uuid, known_at timestamptz DEFAULT NULL) RETURNS SETOF uuid LANGUAGE sql STABLE
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT l.id FROM learners l
    WHERE known_at IS NULL
      AND (l.id = (SELECT coalesce(merged_into, id) FROM learners WHERE id = learner)
           OR l.merged_into = (SELECT coalesce(merged_into, id) FROM learners WHERE id = learner))
    UNION
    SELECT learner WHERE known_at IS NOT NULL
    UNION
    SELECT unnest(m.moved || m.merged_id) FROM merges m
    WHERE known_at IS NOT NULL AND m.kept_id = learner AND m.recorded_at <= known_at
      AND NOT EXISTS (SELECT FROM merge_reversals r WHERE r.merge_id = m.id AND r.recorded_at <= known_at)
$$;

-- After a unit changed its area or was merged: its learners lie where it lies.
CREATE FUNCTION place_employer(employer uuid) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT place_persons(ARRAY(SELECT DISTINCT coalesce(l.merged_into, l.id)
                               FROM employments e JOIN employers o ON o.id = e.employer_id JOIN learners l ON l.id = e.learner_id
                               WHERE e.retracted_at IS NULL AND (o.id = employer OR o.merged_into = employer)))
$$;
