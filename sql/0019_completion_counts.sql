-- How far each county, level and kind had come at the end of each month, and each employer by now: counted from the register
-- and written whole by each count, so that a page over a million learners reads a few hundred rows. Nothing rests on it.

CREATE TABLE completion_counts (
    single     boolean PRIMARY KEY DEFAULT true CONSTRAINT one_count CHECK (single),
    as_of      date NOT NULL,
    counted_at timestamptz NOT NULL DEFAULT now(),
    -- What it cost, and so how soon it is worth counting again.
    took       interval NOT NULL
);

CREATE TABLE completion_months (
    day        date NOT NULL,
    year       integer NOT NULL,
    area       text NOT NULL,
    level      text NOT NULL,
    kind       text NOT NULL,
    complete   bigint NOT NULL,
    -- In progress until the year is due, incomplete after it.
    unfinished bigint NOT NULL,
    excused    bigint NOT NULL,
    PRIMARY KEY (year, day, area, level, kind)
);

CREATE TABLE completion_employers (
    employer_id uuid NOT NULL REFERENCES employers,
    year        integer NOT NULL,
    area        text NOT NULL,
    level       text NOT NULL,
    kind        text NOT NULL,
    complete    bigint NOT NULL,
    unfinished  bigint NOT NULL,
    excused     bigint NOT NULL,
    PRIMARY KEY (year, employer_id)
);
CREATE INDEX completion_employers_behind ON completion_employers (year, unfinished DESC, employer_id);

-- Whoever sees all learners sees all counts, a county its own. The count itself is made with the eyes that a bulletin is
-- made with.
DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['completion_months', 'completion_employers'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY owner_all ON %I TO ceregistry_owner USING (true) WITH CHECK (true)', t);
        EXECUTE format('CREATE POLICY auditor_reads ON %I FOR SELECT TO ceregistry_auditor USING (true)', t);
        EXECUTE format($policy$CREATE POLICY caller_reads ON %I FOR SELECT TO ceregistry_daemon USING (
            (SELECT caller_sees_all()) OR (area = (SELECT caller_authority()) AND (SELECT caller_role() = 'countyOfficer')))$policy$, t);
        EXECUTE format($policy$CREATE POLICY count_writes ON %I TO ceregistry_daemon
            USING ((SELECT caller_role() = 'verifier')) WITH CHECK ((SELECT caller_role() = 'verifier'))$policy$, t);
    END LOOP;
END
$$;
