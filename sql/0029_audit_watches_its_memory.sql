-- What the seals come to as the last run left them: a run that finds them otherwise looks at everything.
ALTER TABLE audit_state ADD COLUMN seals bigint;
