-- The audit between two runs: what is open now, what was acknowledged, and what the next run builds on; and bulletins
-- as they were published (V1).

ALTER TABLE audit_runs
    ADD COLUMN kind text NOT NULL DEFAULT 'full' CONSTRAINT audit_is_full_or_incremental CHECK (kind IN ('full', 'incremental')),
    -- The run whose open findings an incremental one carried on.
    ADD COLUMN base_run uuid REFERENCES audit_runs,
    -- Why everything was looked at: asked, first, guards, policies, program, changes.
    ADD COLUMN cause text,
    -- Persons looked at; null for everybody.
    ADD COLUMN persons bigint,
    ADD COLUMN errors bigint NOT NULL DEFAULT 0,
    ADD COLUMN warnings bigint NOT NULL DEFAULT 0,
    ADD COLUMN acknowledged bigint NOT NULL DEFAULT 0,
    ADD COLUMN opened bigint NOT NULL DEFAULT 0,
    ADD COLUMN closed bigint NOT NULL DEFAULT 0;
CREATE INDEX audit_runs_by_end ON audit_runs (finished_at);
ALTER TABLE audit_findings ADD COLUMN finding_id uuid;

-- What is wrong as of the last run. `id` is the fingerprint of the finding's content: a finding that changes is another.
CREATE TABLE audit_open_findings (
    id          uuid PRIMARY KEY,
    check_name  text NOT NULL,
    rule        text NOT NULL,
    severity    text NOT NULL CONSTRAINT finding_has_a_severity CHECK (severity IN ('error', 'warning')),
    record_kind text NOT NULL,
    record_id   text NOT NULL,
    detail      text NOT NULL,
    -- The learner whose records it rests on: it is looked at again when one of them changes. Null: at every run.
    scope       uuid,
    -- Written in one transaction with the run.
    first_run   uuid NOT NULL REFERENCES audit_runs DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX audit_open_findings_by_check ON audit_open_findings (check_name, record_id, id);
CREATE INDEX audit_open_findings_by_scope ON audit_open_findings (scope);

-- What a run under way has found so far. It becomes open findings in one transaction with the run itself; what a run
-- that was killed leaves here counts nowhere, and the next run removes it.
CREATE TABLE audit_staged_findings (
    run_id      uuid NOT NULL,
    id          uuid NOT NULL,
    check_name  text NOT NULL,
    rule        text NOT NULL,
    severity    text NOT NULL,
    record_kind text NOT NULL,
    record_id   text NOT NULL,
    detail      text NOT NULL,
    scope       uuid,
    PRIMARY KEY (run_id, id)
);

-- Somebody has looked at a finding and says why it stays. The same content stays acknowledged; another comes back.
CREATE TABLE audit_acknowledgements (
    id              uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    finding_id      uuid NOT NULL CONSTRAINT a_finding_is_acknowledged_once UNIQUE,
    check_name      text NOT NULL,
    record_kind     text NOT NULL,
    record_id       text NOT NULL,
    reason          text NOT NULL CONSTRAINT acknowledgement_has_a_reason CHECK (btrim(reason) <> ''),
    acknowledged_by uuid NOT NULL REFERENCES users,
    acknowledged_on date NOT NULL,
    recorded_at     timestamptz NOT NULL DEFAULT now()
);

-- What the next incremental run compares the register with; one row.
CREATE TABLE audit_state (
    single     boolean PRIMARY KEY DEFAULT true CONSTRAINT one_state CHECK (single),
    run_id     uuid NOT NULL REFERENCES audit_runs,
    -- Digests of the program's checks, and of what every check rests on: guards and policies.
    program    text NOT NULL,
    foundation text NOT NULL,
    -- For each bucket of learners, what all their records come to.
    buckets    bigint[] NOT NULL
);

-- 通报 as published by the city bureau. The number is its own; what was published is kept as it was.
CREATE TABLE bulletin_publications (
    number       text PRIMARY KEY CONSTRAINT bulletin_has_a_number
                 CHECK (btrim(number) = number AND length(number) BETWEEN 1 AND 64 AND number !~ '[/.[:cntrl:]]'),
    as_of        date NOT NULL,
    -- What the register had recorded before this instant is in it, and nothing else.
    known_at     timestamptz NOT NULL,
    published_by uuid NOT NULL REFERENCES users,
    published_on date NOT NULL,
    recorded_at  timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE bulletin_forms (
    number      text NOT NULL REFERENCES bulletin_publications,
    form        text NOT NULL CONSTRAINT bulletin_form_is_known CHECK (form IN ('json', 'html', 'xlsx', 'pdf')),
    sha256      bytea NOT NULL CONSTRAINT bulletin_form_has_a_sha256 CHECK (octet_length(sha256) = 32),
    content     bytea NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (number, form),
    CONSTRAINT bulletin_form_is_what_was_hashed CHECK (sha256(content) = sha256)
);

DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['audit_acknowledgements', 'bulletin_publications', 'bulletin_forms'] LOOP
        EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON %I
            FOR EACH ROW EXECUTE FUNCTION refuse_change()', t);
        EXECUTE format('CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON %I
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', t);
    END LOOP;
END
$$;

-- When the oldest transaction under way that may still write began; null where there is none. `recorded_at` is when a
-- transaction began, so a publication waits until nothing older than its own moment can appear. The owner reads it with
-- pg_read_all_stats (sql/roles.sql).
CREATE FUNCTION oldest_writer() RETURNS timestamptz LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') THEN
        RAISE EXCEPTION 'ceregistry_owner must be a member of pg_read_all_stats to tell when a bulletin is settled'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN (SELECT min(xact_start) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
              AND usename <> 'ceregistry_auditor');
END
$$;
