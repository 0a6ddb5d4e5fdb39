-- What a certificate says of its holder, and notices of acceptance and refusal (受理/不予受理通知书) as they were issued.

-- The holder as printed: masked ID number, unit, post and title of that day. NULL on certificates printed before.
ALTER TABLE certificates ADD COLUMN holder jsonb;

CREATE TABLE notices (
    id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    -- The register's own running number, as the notice shows it.
    notice_number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    code          text NOT NULL UNIQUE,
    learner_id    uuid NOT NULL REFERENCES learners,
    name          text NOT NULL,
    purpose       text NOT NULL,
    outcome       text NOT NULL CONSTRAINT a_notice_accepts_or_refuses CHECK (outcome IN ('accepted', 'refused')),
    authority     text NOT NULL CHECK (authority = 'city' OR authority ~ '^county:[0-9]{6}$'),
    -- The answer that it rests on, in the API's words, and its holder.
    content       jsonb NOT NULL,
    -- The entries that stood for it: once one is reversed, the notice no longer says what the register says (Q8).
    entries       uuid[] NOT NULL,
    issued_on     date NOT NULL,
    recorded_by   uuid NOT NULL REFERENCES users,
    recorded_at   timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX notices_by_learner ON notices (learner_id);

ALTER TABLE notices ENABLE ROW LEVEL SECURITY;
ALTER TABLE notices FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON notices TO ceregistry_owner USING (true) WITH CHECK (true);
CREATE POLICY auditor_reads ON notices FOR SELECT TO ceregistry_auditor USING (true);
CREATE POLICY caller_reads ON notices FOR SELECT TO ceregistry_daemon USING (
    (SELECT caller_sees_all()) OR EXISTS (SELECT FROM learners l WHERE l.id = notices.learner_id));
CREATE POLICY counter_issues ON notices FOR INSERT TO ceregistry_daemon WITH CHECK (
    recorded_by = (SELECT caller_user()) AND authority = (SELECT caller_authority())
    AND (SELECT caller_role() IN ('clerk', 'countyOfficer', 'cityOfficer')));

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON notices FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON notices FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
