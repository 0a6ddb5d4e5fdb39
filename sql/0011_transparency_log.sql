-- The transparency log: decisions, register entries and reversals as leaves of one Merkle tree (RFC 6962), in commit order.
-- What order that is, what a leaf says, and what it protects against: TransparencyLog in the documentation of RegistryStore.

-- What has been recorded and is no leaf yet. A trigger of the record's own transaction queues it, and it leaves the queue in
-- the transaction that writes its leaf: nothing committed is missed, and nobody who records waits for the log.
CREATE TABLE log_queue (
    -- Taken when the record is written: whatever was committed before that has a lower one.
    ordinal   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind      text NOT NULL CONSTRAINT queued_kind_is_known CHECK (kind IN ('decision', 'entry', 'reversal', 'erasure')),
    record_id uuid NOT NULL,
    CONSTRAINT queued_once UNIQUE (kind, record_id)
);

-- `record_id` is the record's own key: of a reversal the entry that it reverses.
CREATE TABLE log_leaves (
    leaf_index bigint PRIMARY KEY CONSTRAINT leaves_count_from_zero CHECK (leaf_index >= 0),
    kind       text NOT NULL CONSTRAINT leaf_kind_is_known CHECK (kind IN ('decision', 'entry', 'reversal', 'erasure')),
    record_id  uuid NOT NULL,
    -- Canonical JSON (RFC 8785) in UTF-8; nothing in it names a person. What the tree hashes.
    data       text NOT NULL,
    hash       bytea NOT NULL CONSTRAINT leaf_hash_has_32_bytes CHECK (octet_length(hash) = 32),
    CONSTRAINT one_leaf_for_each_record UNIQUE (kind, record_id)
);

-- Of every 256 complete hashes of a level (0: leaves) the one above them: what tiles of level 1 and up hold.
CREATE TABLE log_nodes (
    level      integer NOT NULL CONSTRAINT node_levels_count_from_one CHECK (level BETWEEN 1 AND 7),
    node_index bigint NOT NULL CONSTRAINT nodes_count_from_zero CHECK (node_index >= 0),
    hash       bytea NOT NULL CONSTRAINT node_hash_has_32_bytes CHECK (octet_length(hash) = 32),
    PRIMARY KEY (level, node_index)
);

-- What leaves commit to: who the learner was and who the user, as of the moment of the record, and the salt of each
-- commitment. By law a part can be removed (its columns become NULL, and `*_erasure` says why): the leaf stays, its proofs
-- stay, and nothing is told by it any more.
CREATE TABLE log_openings (
    kind           text NOT NULL,
    record_id      uuid NOT NULL,
    person_salt    bytea CONSTRAINT person_salt_has_32_bytes CHECK (octet_length(person_salt) = 32),
    learner_id     uuid,
    name           text,
    id_number      text,
    person_erasure uuid,
    user_salt      bytea CONSTRAINT user_salt_has_32_bytes CHECK (octet_length(user_salt) = 32),
    user_id        uuid,
    username       text,
    user_name      text,
    user_erasure   uuid,
    -- Of what was written in words (reasons, answers, the number of a paper); the words stand in the record itself.
    text_salt      bytea CONSTRAINT text_salt_has_32_bytes CHECK (octet_length(text_salt) = 32),
    text_erasure   uuid,
    PRIMARY KEY (kind, record_id),
    CONSTRAINT person_is_open_or_erased CHECK (CASE WHEN person_erasure IS NULL
        THEN (kind = 'erasure') = (person_salt IS NULL) AND (person_salt IS NULL) = (learner_id IS NULL)
             AND (person_salt IS NULL) = (name IS NULL) AND (person_salt IS NULL) = (id_number IS NULL)
        ELSE person_salt IS NULL AND learner_id IS NULL AND name IS NULL AND id_number IS NULL END),
    CONSTRAINT user_is_open_or_erased CHECK (CASE WHEN user_erasure IS NULL
        THEN user_salt IS NOT NULL AND user_id IS NOT NULL AND username IS NOT NULL AND user_name IS NOT NULL
        ELSE user_salt IS NULL AND user_id IS NULL AND username IS NULL AND user_name IS NULL END),
    CONSTRAINT words_are_erased_with_their_salt CHECK (text_erasure IS NULL OR text_salt IS NULL)
);
CREATE INDEX log_openings_by_learner ON log_openings (learner_id);
CREATE INDEX log_openings_by_user ON log_openings (user_id);

-- Who sees a learner sees what the leaves say of the learner.
ALTER TABLE log_openings ENABLE ROW LEVEL SECURITY;
ALTER TABLE log_openings FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON log_openings TO ceregistry_owner USING (true) WITH CHECK (true);
CREATE POLICY auditor_reads ON log_openings FOR SELECT TO ceregistry_auditor USING (true);
CREATE POLICY caller_reads ON log_openings FOR SELECT TO ceregistry_daemon USING (
    (SELECT caller_sees_all()) OR EXISTS (SELECT FROM learners l WHERE l.id = log_openings.learner_id));

CREATE FUNCTION queue_decisions() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO log_openings (kind, record_id, person_salt, learner_id, name, id_number, user_salt, user_id, username, user_name,
                              text_salt)
    SELECT 'decision', a.id, gen_random_bytes(32), l.id, l.name, l.id_number, gen_random_bytes(32), u.id, u.username, u.person_name,
           gen_random_bytes(32)
    FROM added a JOIN claims c ON c.id = a.claim_id JOIN learners l ON l.id = c.learner_id JOIN users u ON u.id = a.decided_by;
    INSERT INTO log_queue (kind, record_id) SELECT 'decision', id FROM added;
    RETURN NULL;
END
$$;

CREATE FUNCTION queue_entries() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO log_openings (kind, record_id, person_salt, learner_id, name, id_number, user_salt, user_id, username, user_name,
                              text_salt)
    SELECT 'entry', a.id, gen_random_bytes(32), l.id, l.name, l.id_number, gen_random_bytes(32), u.id, u.username, u.person_name,
           CASE WHEN a.paper_number IS NOT NULL THEN gen_random_bytes(32) END
    FROM added a JOIN learners l ON l.id = a.learner_id JOIN users u ON u.id = a.recorded_by;
    INSERT INTO log_queue (kind, record_id) SELECT 'entry', id FROM added ORDER BY entry_number;
    RETURN NULL;
END
$$;

CREATE FUNCTION queue_reversals() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO log_openings (kind, record_id, person_salt, learner_id, name, id_number, user_salt, user_id, username, user_name,
                              text_salt)
    SELECT 'reversal', a.entry_id, gen_random_bytes(32), l.id, l.name, l.id_number, gen_random_bytes(32), u.id, u.username,
           u.person_name, gen_random_bytes(32)
    FROM added a JOIN register_entries e ON e.id = a.entry_id JOIN learners l ON l.id = e.learner_id
    JOIN users u ON u.id = a.recorded_by;
    INSERT INTO log_queue (kind, record_id) SELECT 'reversal', entry_id FROM added;
    RETURN NULL;
END
$$;

CREATE TRIGGER decision_is_queued AFTER INSERT ON decisions
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION queue_decisions();
CREATE TRIGGER entry_is_queued AFTER INSERT ON register_entries
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION queue_entries();
CREATE TRIGGER reversal_is_queued AFTER INSERT ON reversals
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION queue_reversals();

-- A register that was kept before there was a log: its records are the first leaves, as old as they are, of learners as
-- they are called now.
INSERT INTO log_openings (kind, record_id, person_salt, learner_id, name, id_number, user_salt, user_id, username, user_name,
                          text_salt)
SELECT r.kind, r.id, gen_random_bytes(32), l.id, l.name, l.id_number, gen_random_bytes(32), u.id, u.username, u.person_name,
       CASE WHEN r.words THEN gen_random_bytes(32) END
FROM (SELECT 'decision' AS kind, d.id, c.learner_id, d.decided_by AS user_id, true AS words
      FROM decisions d JOIN claims c ON c.id = d.claim_id
      UNION ALL
      SELECT 'entry', id, learner_id, recorded_by, paper_number IS NOT NULL FROM register_entries
      UNION ALL
      SELECT 'reversal', r.entry_id, e.learner_id, r.recorded_by, true FROM reversals r JOIN register_entries e ON e.id = r.entry_id) r
JOIN learners l ON l.id = r.learner_id JOIN users u ON u.id = r.user_id;
INSERT INTO log_queue (kind, record_id)
SELECT kind, id FROM (SELECT 'decision' AS kind, id, recorded_at, 0 AS step, 0 AS number FROM decisions
                      UNION ALL SELECT 'entry', id, recorded_at, 1, entry_number FROM register_entries
                      UNION ALL SELECT 'reversal', entry_id, recorded_at, 2, 0 FROM reversals) r
ORDER BY recorded_at, step, number, id;

DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['log_leaves', 'log_nodes'] LOOP
        EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON %I
            FOR EACH ROW EXECUTE FUNCTION refuse_change()', t);
        EXECUTE format('CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON %I
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', t);
    END LOOP;
END
$$;
