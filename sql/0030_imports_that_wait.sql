-- Where several daemons serve one register: an import that waits for its turn says from time to time that its daemon lives. One that
-- runs holds a lock.
ALTER TABLE import_jobs ADD COLUMN attended_at timestamptz NOT NULL DEFAULT now();
