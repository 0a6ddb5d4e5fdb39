-- Erasures are leaves of the transparency log too (0011_transparency_log.sql): that something was removed by law, when and by
-- whom, cannot be removed itself. A leaf names neither the person nor the words; both are committed to with a salt.

CREATE FUNCTION queue_erasures() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO log_openings (kind, record_id, user_salt, user_id, username, user_name, text_salt)
    SELECT 'erasure', a.id, gen_random_bytes(32), u.id, u.username, u.person_name, gen_random_bytes(32)
    FROM added a JOIN users u ON u.id = a.recorded_by;
    INSERT INTO log_queue (kind, record_id) SELECT 'erasure', id FROM added;
    RETURN NULL;
END
$$;
CREATE TRIGGER erasure_is_queued AFTER INSERT ON erasures
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION queue_erasures();

-- What was erased before.
INSERT INTO log_openings (kind, record_id, user_salt, user_id, username, user_name, text_salt)
SELECT 'erasure', e.id, gen_random_bytes(32), u.id, u.username, u.person_name, gen_random_bytes(32)
FROM erasures e JOIN users u ON u.id = e.recorded_by;
INSERT INTO log_queue (kind, record_id) SELECT 'erasure', id FROM erasures ORDER BY recorded_at, id;
