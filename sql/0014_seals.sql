-- Seals: what each record said when the audit last saw it. A constraint says what a record may be and a trigger that it is not
-- changed; whoever has the rights of a superuser goes past both. A seal is what the record is held against afterwards.

-- Learners share buckets, and so do the records that hang on them; bucket -1 holds the few records that hang on nobody, and
-- buckets from -2 down lines of the access log, each its 16,384.
CREATE FUNCTION seal_bucket(key uuid) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
    $$ SELECT (uuid_hash_extended(key, 0) & 65535)::integer $$;
CREATE FUNCTION seal_segment(line bigint) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
    $$ SELECT (-2 - line / 16384)::integer $$;
CREATE FUNCTION seal_number(id bigint) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
    $$ SELECT ('00000000-0000-0000-0000-' || lpad(to_hex(id), 12, '0'))::uuid $$;
CREATE FUNCTION seal_name(name text) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT md5(name)::uuid $$;
CREATE FUNCTION seal_sum(digests bigint[]) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
    $$ SELECT coalesce(bit_xor(d), 0) FROM unnest(digests) d $$;
-- Of one field that a correction may change, as the correction writes it: a record's digest is the exclusive or of its
-- fields', so that corrections tell what it was before.
CREATE FUNCTION seal_field(field text, value text) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
    $$ SELECT hash_record_extended(ROW(field, value), 0) $$;

-- One row for each bucket, its records side by side: a record costs some thirty bytes.
CREATE TABLE audit_seals (
    bucket  integer PRIMARY KEY,
    -- Tables' names.
    kinds   text[] NOT NULL,
    -- The record's own number; of a routing or an event the claim's, of an ID number the learner's, of a name its hash.
    ids     uuid[] NOT NULL,
    -- Where the number is no UUID: what it is called. Null where nothing in the bucket has a name.
    names   text[],
    digests bigint[] NOT NULL,
    digest  bigint GENERATED ALWAYS AS (seal_sum(digests)) STORED,
    CONSTRAINT a_seal_is_whole CHECK (cardinality(kinds) = cardinality(ids) AND cardinality(ids) = cardinality(digests)
                                      AND (names IS NULL OR cardinality(names) = cardinality(ids)))
);

-- Everything recorded before it is sealed: what comes to light later with an earlier time was put there.
ALTER TABLE audit_runs ADD COLUMN sealed_until timestamptz;
ALTER TABLE audit_state
    -- Buckets in which something was wrong.
    ADD COLUMN unsettled integer[] NOT NULL DEFAULT '{}',
    -- For each segment of the access log, what its lines come to.
    ADD COLUMN segments bigint[] NOT NULL DEFAULT '{}';

-- What was done at an instant: each act stands on the access log with its transaction's own time.
