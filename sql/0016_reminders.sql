-- How learners and unit administrators are reached, and what they were reminded of: never twice.

-- Personal data apart from everything else, so that it can be erased without a trace in the register.
CREATE TABLE contacts (
    id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    learner_id  uuid CONSTRAINT one_contact_for_each_learner UNIQUE REFERENCES learners,
    user_id     uuid CONSTRAINT one_contact_for_each_user UNIQUE REFERENCES users,
    email       text CONSTRAINT email_is_an_address CHECK (email ~ '^[^[:space:]@<>",;:\\()]+@[^[:space:]@<>",;:\\()]+$' AND length(email) <= 254),
    mobile      text CONSTRAINT mobile_has_11_digits CHECK (mobile ~ '^1[0-9]{10}$'),
    recorded_by uuid NOT NULL REFERENCES users,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT a_contact_is_of_one_person CHECK (num_nonnulls(learner_id, user_id) = 1),
    CONSTRAINT a_contact_reaches_somebody CHECK (num_nonnulls(email, mobile) > 0)
);

-- A row is there before anything is sent: whatever breaks afterwards, nobody is reminded a second time. `sent_at` is
-- there once the server or the file has taken it. Neither says "unclear": it may have arrived, and is not sent again.
CREATE TABLE reminders (
    id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    learner_id   uuid REFERENCES learners,
    user_id      uuid REFERENCES users,
    subject_year integer NOT NULL,
    days_before  integer NOT NULL CONSTRAINT reminded_before_it_is_due CHECK (days_before > 0),
    channel      text NOT NULL CHECK (channel IN ('email', 'sms')),
    reminded_on  date NOT NULL,
    attempts     integer NOT NULL DEFAULT 1,
    reserved_at  timestamptz NOT NULL DEFAULT now(),
    sent_at      timestamptz,
    -- Surely not taken, and why; it is tried again.
    failed_at    timestamptz,
    failure      text,
    CONSTRAINT a_reminder_is_for_one_person CHECK (num_nonnulls(learner_id, user_id) = 1),
    CONSTRAINT a_reminder_is_sent_or_failed CHECK (num_nonnulls(sent_at, failed_at) <= 1),
    CONSTRAINT nobody_is_reminded_twice UNIQUE NULLS NOT DISTINCT (learner_id, user_id, subject_year, days_before, channel)
);
CREATE INDEX reminders_by_day ON reminders (reminded_on);

-- What was sent stays sent.
CREATE FUNCTION keep_sent_reminder() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a reminder that was sent is not sent again'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'a_sent_reminder_stays', TABLE = TG_TABLE_NAME;
END
$$;
CREATE TRIGGER sent_reminder_stays BEFORE UPDATE ON reminders
    FOR EACH ROW WHEN (OLD.sent_at IS NOT NULL) EXECUTE FUNCTION keep_sent_reminder();
CREATE TRIGGER reminders_are_kept BEFORE DELETE ON reminders FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- `reminder` is the nightly run: it reads whoever may owe something, and the addresses.
CREATE OR REPLACE FUNCTION caller_sees_all() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(caller_role() IN ('cityOfficer', 'baseOfficer', 'auditor', 'verifier', 'reminder')
                    OR (caller_role() = 'clerk' AND caller_authority() = 'city'), false) $$;

DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['contacts', 'reminders'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY owner_all ON %I TO ceregistry_owner USING (true) WITH CHECK (true)', t);
        EXECUTE format($policy$CREATE POLICY run_works ON %I TO ceregistry_daemon USING ((SELECT caller_role() = 'reminder'))
            WITH CHECK ((SELECT caller_role() = 'reminder'))$policy$, t);
    END LOOP;
END
$$;
-- Addresses are for whoever deals with the learner, not for everybody who sees the record.
CREATE POLICY caller_reaches ON contacts TO ceregistry_daemon USING (
    user_id = (SELECT caller_user())
    OR (SELECT caller_role() IN ('learner', 'unitAdmin', 'countyOfficer', 'cityOfficer'))
       AND EXISTS (SELECT FROM learners l WHERE l.id = contacts.learner_id))
    WITH CHECK (recorded_by = (SELECT caller_user()));
CREATE POLICY auditor_reads ON reminders FOR SELECT TO ceregistry_auditor USING (true);
CREATE POLICY caller_reads ON reminders FOR SELECT TO ceregistry_daemon USING (
    user_id = (SELECT caller_user()) OR EXISTS (SELECT FROM learners l WHERE l.id = reminders.learner_id));
