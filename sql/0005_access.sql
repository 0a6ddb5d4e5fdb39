-- Signing in, what was seen and by whom, and answers given once.

CREATE TABLE sessions (
    token_hash bytea PRIMARY KEY CONSTRAINT token_is_stored_as_sha256 CHECK (octet_length(token_hash) = 32),
    user_id    uuid NOT NULL REFERENCES users,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    recorded_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX sessions_by_user ON sessions (user_id);

CREATE TABLE access_log (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    user_id     uuid,
    role        text,
    authority   text,
    action      text NOT NULL,
    -- Whose record it was, and which claim, entry or other record; never an ID number or a name.
    learner_id  uuid,
    record_id   text,
    outcome     text NOT NULL CHECK (outcome IN ('allowed', 'refused')),
    code        text,
    reason      text,
    request_id  text
);
CREATE INDEX access_log_by_learner ON access_log (learner_id, id);
CREATE INDEX access_log_refused ON access_log (id) WHERE outcome = 'refused';

CREATE TABLE idempotency_keys (
    user_id     uuid NOT NULL REFERENCES users,
    key         text NOT NULL CONSTRAINT idempotency_key_is_short CHECK (length(key) BETWEEN 1 AND 255),
    fingerprint bytea NOT NULL,
    status      integer NOT NULL,
    response    jsonb NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, key)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (recorded_at);
