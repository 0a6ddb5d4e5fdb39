-- Imports and audits: each run is a record.

CREATE TABLE import_jobs (
    id             uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    kind           text NOT NULL CHECK (kind IN ('employers', 'learners', 'completions', 'openings')),
    state          text NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed')),
    file_name      text,
    dry_run        boolean NOT NULL DEFAULT false,
    all_or_nothing boolean NOT NULL DEFAULT false,
    rows_read      bigint NOT NULL DEFAULT 0,
    rows_new       bigint NOT NULL DEFAULT 0,
    rows_changed   bigint NOT NULL DEFAULT 0,
    rows_unchanged bigint NOT NULL DEFAULT 0,
    rows_rejected  bigint NOT NULL DEFAULT 0,
    claims_opened  bigint NOT NULL DEFAULT 0,
    -- Why a whole file was refused or a job ended; null otherwise.
    problem        jsonb,
    submitted_by   uuid NOT NULL REFERENCES users,
    recorded_at    timestamptz NOT NULL DEFAULT now(),
    started_at     timestamptz,
    finished_at    timestamptz
);
CREATE INDEX import_jobs_by_user ON import_jobs (submitted_by, recorded_at);

CREATE TABLE import_findings (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    job_id   uuid NOT NULL REFERENCES import_jobs,
    -- Row of the file, the header being row 1; null for a finding about the whole file.
    row      bigint,
    field    text,
    severity text NOT NULL CHECK (severity IN ('rejected', 'note')),
    rule     text,
    code     text NOT NULL,
    found    text,
    expected text,
    message  jsonb NOT NULL
);
CREATE INDEX import_findings_by_job ON import_findings (job_id, row, id);

CREATE TABLE audit_runs (
    id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    as_of       date NOT NULL,
    started_at  timestamptz NOT NULL,
    finished_at timestamptz NOT NULL,
    learners    bigint NOT NULL,
    entries     bigint NOT NULL,
    claims      bigint NOT NULL,
    findings    bigint NOT NULL,
    rules       jsonb NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE audit_findings (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id      uuid NOT NULL REFERENCES audit_runs,
    check_name  text NOT NULL,
    rule        text NOT NULL,
    severity    text NOT NULL CHECK (severity IN ('error', 'warning')),
    record_kind text NOT NULL,
    record_id   text NOT NULL,
    message     jsonb NOT NULL
);
CREATE INDEX audit_findings_by_run ON audit_findings (run_id, id);
