-- What is written once stays: nobody but a superuser who first removes these triggers changes it (Q8).
DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['register_entries', 'reversals', 'decisions', 'claim_routings', 'claim_events', 'access_log',
                             'learner_corrections', 'employer_corrections', 'merges', 'merge_reversals', 'excuses',
                             'excuse_revocations', 'certificates', 'policies', 'audit_runs', 'audit_findings'] LOOP
        EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON %I
            FOR EACH ROW EXECUTE FUNCTION refuse_change()', t);
        EXECUTE format('CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON %I
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', t);
    END LOOP;
END
$$;
