-- Lawful erasure of a person's data (个人信息保护法 第四十七条): name, numbers and whatever was written about the person go,
-- once and for ever; entries, employments and days stay under a pseudonym, so that counts, published bulletins and the log's
-- proofs stay what they were.

CREATE TABLE erasures (
    id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    -- The person: the record that others were merged into.
    learner_id  uuid NOT NULL REFERENCES learners,
    -- Neither may say what is erased.
    reason      text NOT NULL CONSTRAINT erasure_has_a_reason CHECK (btrim(reason) <> ''),
    document    text NOT NULL CONSTRAINT erasure_has_a_document CHECK (btrim(document) <> ''),
    erased_on   date NOT NULL,
    recorded_by uuid NOT NULL REFERENCES users,
    recorded_at timestamptz NOT NULL DEFAULT now()
);

-- Every record of an erased person.
CREATE TABLE erased_learners (
    learner_id  uuid PRIMARY KEY REFERENCES learners,
    erasure_id  uuid NOT NULL REFERENCES erasures,
    recorded_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX erased_learners_by_erasure ON erased_learners (erasure_id);

-- Records of others out of whose words a number of the person was taken: which table's, and the number it has in the seals.
CREATE TABLE erased_words (
    kind        text NOT NULL,
    id          uuid NOT NULL,
    erasure_id  uuid NOT NULL REFERENCES erasures,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (kind, id, erasure_id)
);

-- As before; only while `erase_person` runs may words be emptied and numbers be forgotten.
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_user = 'ceregistry_owner' AND TG_LEVEL = 'ROW'
       AND current_setting('ceregistry.erasing', true) = pg_current_xact_id()::text THEN
        RETURN CASE TG_OP WHEN 'UPDATE' THEN NEW ELSE OLD END;
    END IF;
    RAISE EXCEPTION '% is append-only: % is refused; a wrong entry is reversed, never changed (Q8)', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'integrity_constraint_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'append_only';
END
$$;

-- Nothing is recorded about a person who was erased.
CREATE FUNCTION refuse_erased() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM added a JOIN erased_learners e ON e.learner_id = a.learner_id) THEN
        RAISE EXCEPTION 'the person was erased'
            USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'erased_person_is_closed';
    END IF;
    RETURN NULL;
END
$$;
CREATE FUNCTION refuse_erased_merge() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM erased_learners e WHERE e.learner_id IN (NEW.kept_id, NEW.merged_id)) THEN
        RAISE EXCEPTION 'the person was erased'
            USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'erased_person_is_closed';
    END IF;
    RETURN NEW;
END
$$;
CREATE FUNCTION refuse_erased_unmerge() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM merges m JOIN erased_learners e ON e.learner_id IN (m.kept_id, m.merged_id) WHERE m.id = NEW.merge_id) THEN
        RAISE EXCEPTION 'the person was erased'
            USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'erased_person_is_closed';
    END IF;
    RETURN NEW;
END
$$;

DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['erasures', 'erased_learners', 'erased_words', 'completion_records', 'learner_id_numbers'] LOOP
        EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON %I
            FOR EACH ROW EXECUTE FUNCTION refuse_change()', t);
        EXECUTE format('CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON %I
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['employments', 'learner_corrections', 'learner_id_numbers', 'excuses', 'completion_records', 'claims',
                             'certificates'] LOOP
        EXECUTE format('CREATE TRIGGER erased_person_is_closed AFTER INSERT ON %I
            REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION refuse_erased()', t);
    END LOOP;
END
$$;
CREATE TRIGGER erased_person_is_closed BEFORE INSERT ON merges FOR EACH ROW EXECUTE FUNCTION refuse_erased_merge();
CREATE TRIGGER erased_person_is_closed BEFORE INSERT ON merge_reversals FOR EACH ROW EXECUTE FUNCTION refuse_erased_unmerge();
