-- What the pages of officers and units keep: pairs that were looked at and kept apart, uploaded files until they are given
-- back, what an import has found so far, and passwords for one use (A2).

-- Two records that look alike and are two people. As they stood then: when one of them changes, the pair is a candidate
-- again.
CREATE TABLE kept_apart (
    id              uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    first_id        uuid NOT NULL REFERENCES learners,
    second_id       uuid NOT NULL REFERENCES learners,
    first_version   integer NOT NULL,
    second_version  integer NOT NULL,
    first_employer  uuid REFERENCES employers,
    second_employer uuid REFERENCES employers,
    reason          text NOT NULL CONSTRAINT keeping_apart_has_a_reason CHECK (btrim(reason) <> ''),
    kept_on         date NOT NULL,
    recorded_by     uuid NOT NULL REFERENCES users,
    recorded_at     timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT a_pair_has_one_order CHECK (first_id < second_id)
);
CREATE INDEX kept_apart_by_pair ON kept_apart (first_id, second_id);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON kept_apart FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON kept_apart FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

ALTER TABLE kept_apart ENABLE ROW LEVEL SECURITY;
ALTER TABLE kept_apart FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON kept_apart TO ceregistry_owner USING (true) WITH CHECK (true);
CREATE POLICY auditor_reads ON kept_apart FOR SELECT TO ceregistry_auditor USING (true);
CREATE POLICY caller_reads ON kept_apart FOR SELECT TO ceregistry_daemon USING (
    (SELECT caller_sees_all()) OR EXISTS (SELECT FROM learners l WHERE l.id IN (first_id, second_id)));
CREATE POLICY caller_keeps_apart ON kept_apart FOR INSERT TO ceregistry_daemon WITH CHECK (
    recorded_by = (SELECT caller_user()) AND (SELECT caller_role() IN ('cityOfficer', 'countyOfficer')));

-- People of one name born on one day, side by side.
CREATE INDEX learners_by_birth ON learners (name, substr(id_number, 7, 8)) WHERE merged_into IS NULL;

-- The file of an import, in parts, so that it can be given back with what is wrong with each row; removed after a week.
CREATE TABLE import_file_parts (
    job_id      uuid NOT NULL REFERENCES import_jobs,
    part        integer NOT NULL,
    content     bytea NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (job_id, part)
);
CREATE INDEX import_file_parts_by_age ON import_file_parts (recorded_at);

-- What an import has found so far, for whoever watches it; the findings themselves come with its end.
ALTER TABLE import_jobs ADD COLUMN first_findings jsonb;

-- A password that somebody else set: good for signing in once, to choose another.
ALTER TABLE users ADD COLUMN password_is_one_time boolean NOT NULL DEFAULT false;
-- The account of a learner, for signing in with an ID number (A1).
CREATE INDEX users_by_learner ON users (learner_id) WHERE learner_id IS NOT NULL;
