-- What an administrator needs to know of an account; the access log by user, by day, and with refusals first; learners by the
-- beginning of the name.

ALTER TABLE users ADD COLUMN last_sign_in_at timestamptz;

CREATE INDEX access_log_by_user ON access_log (user_id, id);
CREATE INDEX access_log_by_outcome ON access_log (outcome, id);
CREATE INDEX access_log_by_time ON access_log (recorded_at);

-- Operators of this class give nothing away, so that row-level security lets them look into the index.
CREATE INDEX learners_by_beginning ON learners (name text_pattern_ops, id);
