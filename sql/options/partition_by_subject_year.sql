-- `ceregistry migrate --partition-by-year`: register_entries in partitions by subject year, which lie in the schema
-- register_years. One transaction, which waits for whoever writes and lets nobody read meanwhile; run again after a notice was
-- loaded, it adds the notice's years. What it is good for and what it costs: Growth in the documentation of RegistryStore.
--
-- A unique constraint of a partitioned table must hold the subject year. What was unique without it stays so:
--   claim_id      an entry has the year of its claim (entry_is_of_its_claims_year), and a claim has one
--   decision_id   a decision is of one claim (entry_follows_a_recognition)
--   id            each entry is one row of log_openings, by its primary key, from the same statement (entry_is_queued)
--   entry_number  comes from the sequence alone: only the owner may write one
-- The audit asks the rows about all four, as in every register (check `keyTwice`).

RESET ROLE;
CREATE SCHEMA IF NOT EXISTS register_years AUTHORIZATION ceregistry_owner;
SET ROLE ceregistry_owner;

-- What hangs on the table, written out, in the order in which it is made again.
CREATE TEMPORARY TABLE written_out (step integer, name text, definition text) ON COMMIT DROP;

DO $$
DECLARE
    register CONSTANT oid := 'public.register_entries'::regclass;
    reading  record;
BEGIN
    IF EXISTS (SELECT FROM pg_class WHERE oid = register AND relkind = 'p') THEN RETURN; END IF;
    LOCK TABLE register_entries, reversals, standing_entries, claims IN ACCESS EXCLUSIVE MODE;
    INSERT INTO written_out
    SELECT CASE contype WHEN 'f' THEN 2 ELSE 1 END, conname, format('ALTER TABLE register_entries ADD CONSTRAINT %I %s', conname,
           CASE contype WHEN 'f' THEN pg_get_constraintdef(oid) ELSE regexp_replace(pg_get_constraintdef(oid), '\)$', ', subject_year)') END)
    FROM pg_constraint WHERE conrelid = register AND contype IN ('p', 'u', 'f')
    UNION ALL
    SELECT 1, indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index i
    WHERE indrelid = register AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid)
    UNION ALL
    SELECT 3, tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = register AND NOT tgisinternal;
    -- Also another table's policies that read this one.
    FOR reading IN SELECT p.*, p.polrelid::regclass AS on_table FROM pg_policy p
                   WHERE EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_policy'::regclass AND d.objid = p.oid
                                 AND d.refclassid = 'pg_class'::regclass AND d.refobjid = register) LOOP
        INSERT INTO written_out
        SELECT 4, reading.polname, concat(
            format('CREATE POLICY %I ON %s AS %s FOR %s TO %s', reading.polname, reading.on_table,
                   CASE WHEN reading.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
                   CASE reading.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
                   (SELECT string_agg(CASE r WHEN 0 THEN 'PUBLIC' ELSE r::regrole::text END, ', ') FROM unnest(reading.polroles) r)),
            ' USING (' || pg_get_expr(reading.polqual, reading.polrelid) || ')',
            ' WITH CHECK (' || pg_get_expr(reading.polwithcheck, reading.polrelid) || ')');
        EXECUTE format('DROP POLICY %I ON %s', reading.polname, reading.on_table);
    END LOOP;
    -- Made anew after this, as always (seals.sql).
    DROP VIEW sealed_records;
    ALTER TABLE reversals DROP CONSTRAINT reversals_entry_id_fkey;
    ALTER TABLE standing_entries DROP CONSTRAINT standing_entries_entry_id_fkey;
    -- Without policies its owner would see none of it.
    ALTER TABLE register_entries DISABLE ROW LEVEL SECURITY;
    ALTER TABLE register_entries SET SCHEMA register_years;
    CREATE TABLE public.register_entries (LIKE register_years.register_entries INCLUDING DEFAULTS INCLUDING CONSTRAINTS
        INCLUDING IDENTITY INCLUDING STORAGE) PARTITION BY RANGE (subject_year);
END
$$;

-- A partition for each year, one for what lies before them and one for what lies after.
DO $$
DECLARE
    known RECORD;
    first integer;
    next  integer;
BEGIN
    SELECT coalesce(min(year), extract(year FROM now())) AS first, coalesce(max(year), extract(year FROM now())) AS last INTO known
    FROM subject_years;
    SELECT max(right(relname, 4)::integer) + 1 INTO next FROM pg_class
    WHERE relnamespace = 'register_years'::regnamespace AND relkind = 'r' AND relname ~ '^year_\d{4}$';
    IF next IS NULL THEN
        -- Opening entries are of years before any notice here; of one of them a partition of its own is enough.
        SELECT greatest(least(known.first, min(subject_year)), known.last - 40) INTO known.first FROM register_years.register_entries;
        EXECUTE format('CREATE TABLE register_years.earlier PARTITION OF register_entries FOR VALUES FROM (MINVALUE) TO (%s)', known.first);
        next := known.first;
    ELSIF next > known.last THEN
        RETURN;
    ELSIF EXISTS (SELECT FROM register_years.later WHERE subject_year <= known.last) THEN
        RAISE WARNING 'entries of % lie among the later years, and stay there', next;
        RETURN;
    ELSE
        ALTER TABLE register_entries DETACH PARTITION register_years.later;
        DROP TABLE register_years.later;
    END IF;
    FOR y IN next..known.last LOOP
        EXECUTE format('CREATE TABLE register_years.year_%s PARTITION OF register_entries FOR VALUES FROM (%s) TO (%s)', y, y, y + 1);
    END LOOP;
    EXECUTE format('CREATE TABLE register_years.later PARTITION OF register_entries FOR VALUES FROM (%s) TO (MAXVALUE)', known.last + 1);
END
$$;

DO $$
DECLARE
    statement text;
BEGIN
    IF to_regclass('register_years.register_entries') IS NULL THEN RETURN; END IF;
    INSERT INTO register_entries OVERRIDING SYSTEM VALUE SELECT * FROM register_years.register_entries ORDER BY subject_year, learner_id;
    IF (SELECT count(*) FROM register_entries) <> (SELECT count(*) FROM register_years.register_entries) THEN
        RAISE EXCEPTION 'not every entry was copied';
    END IF;
    ALTER TABLE register_entries ENABLE ROW LEVEL SECURITY;
    ALTER TABLE register_entries FORCE ROW LEVEL SECURITY;
    PERFORM setval(pg_get_serial_sequence('register_entries', 'entry_number'), last_value, is_called)
    FROM register_years.register_entries_entry_number_seq;
    DROP TABLE register_years.register_entries;
    FOR statement IN SELECT definition FROM written_out ORDER BY step, name LOOP EXECUTE statement; END LOOP;

    ALTER TABLE claims ADD CONSTRAINT claim_and_its_year UNIQUE (id, subject_year);
    ALTER TABLE register_entries ADD CONSTRAINT entry_is_of_its_claims_year FOREIGN KEY (claim_id, subject_year)
        REFERENCES claims (id, subject_year);
    ALTER TABLE standing_entries ADD CONSTRAINT standing_entries_entry_id_fkey FOREIGN KEY (entry_id, subject_year)
        REFERENCES register_entries (id, subject_year);

    ALTER TABLE reversals ADD COLUMN subject_year integer;
    ALTER TABLE reversals DISABLE TRIGGER append_only;
    UPDATE reversals r SET subject_year = e.subject_year FROM register_entries e WHERE e.id = r.entry_id;
    -- Checks that wait for the end of the transaction would hold up the next change of the table.
    SET CONSTRAINTS ALL IMMEDIATE;
    ALTER TABLE reversals ENABLE TRIGGER append_only;
    ALTER TABLE reversals ALTER COLUMN subject_year SET NOT NULL;
    ALTER TABLE reversals ADD CONSTRAINT reversals_entry_id_fkey FOREIGN KEY (entry_id, subject_year)
        REFERENCES register_entries (id, subject_year);
    CREATE FUNCTION name_reversal_year() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $function$
    BEGIN
        SELECT subject_year INTO NEW.subject_year FROM register_entries WHERE id = NEW.entry_id;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'there is no entry %', NEW.entry_id
                USING ERRCODE = 'foreign_key_violation', TABLE = 'reversals', CONSTRAINT = 'reversals_entry_id_fkey';
        END IF;
        RETURN NEW;
    END
    $function$;
    CREATE TRIGGER reversal_names_the_year BEFORE INSERT ON reversals FOR EACH ROW EXECUTE FUNCTION name_reversal_year();
END
$$;

-- Triggers on rows are a partition's too; those on statements are not, and what is written past the register would neither
-- stand nor be a leaf of the log.
DO $$
DECLARE
    part regclass;
BEGIN
    FOR part IN SELECT i.inhrelid FROM pg_inherits i
                WHERE i.inhparent = 'register_entries'::regclass
                  AND NOT EXISTS (SELECT FROM pg_trigger g WHERE g.tgrelid = i.inhrelid AND g.tgname = 'written_through_the_register') LOOP
        EXECUTE format('CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', part);
        EXECUTE format('CREATE TRIGGER written_through_the_register BEFORE INSERT ON %s FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', part);
    END LOOP;
END
$$;
-- Years that are over, by the database's own day, go to the tablespace that `--closed-years-in` names. Whoever reads such a year
-- waits while it is copied.
RESET ROLE;
DO $$
DECLARE
    place CONSTANT text := nullif(current_setting('ceregistry.closed_years_in', true), '');
    part  record;
BEGIN
    IF place IS NULL THEN RETURN; END IF;
    FOR part IN
        WITH years AS (
            SELECT oid, CASE WHEN relname ~ '^year_' THEN right(relname, 4)::integer END AS year FROM pg_class
            WHERE relnamespace = 'register_years'::regnamespace AND relkind = 'r' AND relname <> 'later'
        )
        SELECT c.oid::regclass AS name, c.relkind FROM pg_class c LEFT JOIN pg_tablespace s ON s.oid = c.reltablespace
        JOIN years ON years.oid = coalesce((SELECT i.indrelid FROM pg_index i WHERE i.indexrelid = c.oid), c.oid)
        WHERE c.relkind IN ('r', 'i') AND s.spcname IS DISTINCT FROM place AND (years.year IS NULL OR years.year < extract(year FROM current_date)
              AND NOT EXISTS (SELECT FROM subject_years y WHERE y.due_on >= current_date AND y.year <= years.year))
    LOOP
        EXECUTE format('ALTER %s %s SET TABLESPACE %I', CASE part.relkind WHEN 'r' THEN 'TABLE' ELSE 'INDEX' END, part.name, place);
    END LOOP;
END
$$;
SET ROLE ceregistry_owner;
-- Of the whole register; autovacuum analyses partitions alone.
ANALYZE register_entries;
