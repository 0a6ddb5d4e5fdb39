-- Who sees and writes which rows. The store says for each transaction who asks; these policies hold it to that:
--   ceregistry.role, ceregistry.authority, ceregistry.user_id, ceregistry.employer_id, ceregistry.learner_id
-- Unset means nobody: nothing is seen. The owner (migrations, triggers) and the auditor (read only) see all.

CREATE FUNCTION caller_role() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS
    $$ SELECT nullif(current_setting('ceregistry.role', true), '') $$;
CREATE FUNCTION caller_authority() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS
    $$ SELECT nullif(current_setting('ceregistry.authority', true), '') $$;
CREATE FUNCTION caller_user() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS
    $$ SELECT nullif(current_setting('ceregistry.user_id', true), '')::uuid $$;
CREATE FUNCTION caller_employer() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS
    $$ SELECT nullif(current_setting('ceregistry.employer_id', true), '')::uuid $$;
CREATE FUNCTION caller_learner() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS
    $$ SELECT nullif(current_setting('ceregistry.learner_id', true), '')::uuid $$;
-- The city's officer and clerk, the base's officer and the auditor read every learner's record; `verifier` is the
-- public check of a printed certificate, and `administrator` the import of the administrator's own files.
CREATE FUNCTION caller_sees_all() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(caller_role() IN ('cityOfficer', 'baseOfficer', 'auditor', 'verifier')
                    OR (caller_role() = 'clerk' AND caller_authority() = 'city'), false) $$;

-- Claims carry what decides their visibility, so this policy reads no other table.
ALTER TABLE claims ENABLE ROW LEVEL SECURITY;
ALTER TABLE claims FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON claims TO ceregistry_owner USING (true) WITH CHECK (true);
CREATE POLICY auditor_reads ON claims FOR SELECT TO ceregistry_auditor USING (true);
CREATE POLICY caller_reads ON claims FOR SELECT TO ceregistry_daemon USING (
    (SELECT caller_role() IN ('cityOfficer', 'auditor') OR (caller_role() = 'clerk' AND caller_authority() = 'city'))
    OR routed_to = (SELECT caller_authority())
    OR (area = (SELECT caller_authority()) AND (SELECT caller_role() IN ('countyOfficer', 'clerk')))
    OR employer_id = (SELECT caller_employer())
    OR learner_id = (SELECT caller_learner()));
CREATE POLICY caller_submits ON claims FOR INSERT TO ceregistry_daemon WITH CHECK (submitted_by = (SELECT caller_user()));
-- An officer moves what is routed to the authority; the city reroutes; a learner or unit mends or withdraws its own.
CREATE POLICY caller_moves ON claims FOR UPDATE TO ceregistry_daemon USING (
    (routed_to = (SELECT caller_authority()) AND (SELECT caller_role() IN ('countyOfficer', 'cityOfficer', 'baseOfficer')))
    OR (SELECT caller_role() = 'cityOfficer')
    OR (area = (SELECT caller_authority()) AND (SELECT caller_role() = 'countyOfficer'))
    OR (employer_id = (SELECT caller_employer()) AND (SELECT caller_role() = 'unitAdmin'))
    OR (learner_id = (SELECT caller_learner()) AND (SELECT caller_role() = 'learner'))
    OR submitted_by = (SELECT caller_user()))
    WITH CHECK (true);

ALTER TABLE learners ENABLE ROW LEVEL SECURITY;
ALTER TABLE learners FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON learners TO ceregistry_owner USING (true) WITH CHECK (true);
CREATE POLICY auditor_reads ON learners FOR SELECT TO ceregistry_auditor USING (true);
CREATE POLICY caller_reads ON learners FOR SELECT TO ceregistry_daemon USING (
    (SELECT caller_sees_all())
    OR (area = (SELECT caller_authority()) AND (SELECT caller_role() IN ('countyOfficer', 'clerk')))
    OR (employer_id = (SELECT caller_employer()) AND (SELECT caller_role() = 'unitAdmin'))
    OR id = (SELECT caller_learner())
    -- A claim that stayed where it was routed when the learner moved on (Q7).
    OR (SELECT caller_role() = 'countyOfficer') AND EXISTS (
        SELECT FROM claims c WHERE c.learner_id = learners.id AND c.routed_to = (SELECT caller_authority())
        AND c.state IN ('submitted', 'returned')));
CREATE POLICY caller_enters ON learners FOR INSERT TO ceregistry_daemon WITH CHECK (
    (SELECT caller_role() = 'cityOfficer')
    OR (area = (SELECT caller_authority()) AND (SELECT caller_role() = 'countyOfficer'))
    OR (employer_id = (SELECT caller_employer()) AND (SELECT caller_role() = 'unitAdmin')));
CREATE POLICY caller_mends ON learners FOR UPDATE TO ceregistry_daemon USING (
    (SELECT caller_role() = 'cityOfficer')
    OR (area = (SELECT caller_authority()) AND (SELECT caller_role() = 'countyOfficer')))
    WITH CHECK (true);

-- Whatever hangs on a learner is seen by whoever sees the learner.
DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['employments', 'learner_corrections', 'excuses', 'completion_records', 'register_entries',
                             'standing_entries', 'certificates'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY owner_all ON %I TO ceregistry_owner USING (true) WITH CHECK (true)', t);
        EXECUTE format('CREATE POLICY auditor_reads ON %I FOR SELECT TO ceregistry_auditor USING (true)', t);
        EXECUTE format($policy$CREATE POLICY caller_reads ON %1$I FOR SELECT TO ceregistry_daemon USING (
            (SELECT caller_sees_all()) OR EXISTS (SELECT FROM learners l WHERE l.id = %1$I.learner_id))$policy$, t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['claim_routings', 'claim_events', 'decisions'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY owner_all ON %I TO ceregistry_owner USING (true) WITH CHECK (true)', t);
        EXECUTE format('CREATE POLICY auditor_reads ON %I FOR SELECT TO ceregistry_auditor USING (true)', t);
        EXECUTE format($policy$CREATE POLICY caller_reads ON %1$I FOR SELECT TO ceregistry_daemon USING (
            EXISTS (SELECT FROM claims c WHERE c.id = %1$I.claim_id))$policy$, t);
    END LOOP;
    ALTER TABLE reversals ENABLE ROW LEVEL SECURITY;
    ALTER TABLE reversals FORCE ROW LEVEL SECURITY;
    CREATE POLICY owner_all ON reversals TO ceregistry_owner USING (true) WITH CHECK (true);
    CREATE POLICY auditor_reads ON reversals FOR SELECT TO ceregistry_auditor USING (true);
    CREATE POLICY caller_reads ON reversals FOR SELECT TO ceregistry_daemon USING (
        (SELECT caller_sees_all()) OR EXISTS (SELECT FROM register_entries e WHERE e.id = reversals.entry_id));
END
$$;

-- An authority keeps seeing what it recognized, wherever the learner went.
CREATE POLICY maker_reads ON register_entries FOR SELECT TO ceregistry_daemon USING (
    recognized_by = (SELECT caller_authority()));

CREATE POLICY caller_records ON employments FOR INSERT TO ceregistry_daemon WITH CHECK (
    (SELECT caller_role() IN ('cityOfficer', 'countyOfficer', 'unitAdmin')));
CREATE POLICY caller_retracts ON employments FOR UPDATE TO ceregistry_daemon USING (
    (SELECT caller_role() IN ('cityOfficer', 'countyOfficer'))
    AND EXISTS (SELECT FROM learners l WHERE l.id = employments.learner_id)) WITH CHECK (true);
CREATE POLICY caller_corrects ON learner_corrections FOR INSERT TO ceregistry_daemon WITH CHECK (
    recorded_by = (SELECT caller_user()) AND (SELECT caller_role() IN ('cityOfficer', 'countyOfficer')));
CREATE POLICY bureau_excuses ON excuses FOR INSERT TO ceregistry_daemon WITH CHECK (
    approved_by = (SELECT caller_authority()) AND (SELECT caller_role() IN ('cityOfficer', 'countyOfficer')));
CREATE POLICY caller_cites ON completion_records FOR INSERT TO ceregistry_daemon WITH CHECK (
    recorded_by = (SELECT caller_user()));
CREATE POLICY caller_prints ON certificates FOR INSERT TO ceregistry_daemon WITH CHECK (
    recorded_by = (SELECT caller_user()));
CREATE POLICY authority_decides ON decisions FOR INSERT TO ceregistry_daemon WITH CHECK (
    authority = (SELECT caller_authority()) AND decided_by = (SELECT caller_user())
    AND (SELECT caller_role() IN ('countyOfficer', 'cityOfficer', 'baseOfficer')));
CREATE POLICY authority_recognizes ON register_entries FOR INSERT TO ceregistry_daemon WITH CHECK (
    recognized_by = (SELECT caller_authority()) AND recorded_by = (SELECT caller_user())
    AND (SELECT caller_role() IN ('countyOfficer', 'cityOfficer', 'baseOfficer')));
CREATE POLICY authority_reverses ON reversals FOR INSERT TO ceregistry_daemon WITH CHECK (
    reversed_by = (SELECT caller_authority()) AND recorded_by = (SELECT caller_user())
    AND (SELECT caller_role() IN ('countyOfficer', 'cityOfficer', 'baseOfficer')));
CREATE POLICY caller_routes ON claim_routings FOR INSERT TO ceregistry_daemon WITH CHECK (
    recorded_by = (SELECT caller_user()));
CREATE POLICY caller_notes ON claim_events FOR INSERT TO ceregistry_daemon WITH CHECK (
    recorded_by = (SELECT caller_user()));
