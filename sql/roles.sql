-- The database roles, one for each component. Applied by `ceregistry migrate` before the migrations, as the
-- administrator who connects; may run any number of times. Passwords are set by the deployment, never here.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'ceregistry_owner') THEN
        CREATE ROLE ceregistry_owner NOLOGIN;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'ceregistry_auditor') THEN
        CREATE ROLE ceregistry_auditor LOGIN;
    END IF;
    -- NOINHERIT: the daemon may become the auditor for an audit, but does not read with the auditor's eyes otherwise.
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'ceregistry_daemon') THEN
        CREATE ROLE ceregistry_daemon LOGIN NOINHERIT;
    END IF;
    IF NOT pg_has_role('ceregistry_daemon', 'ceregistry_auditor', 'MEMBER') THEN
        GRANT ceregistry_auditor TO ceregistry_daemon;
    END IF;
    IF NOT pg_has_role(current_user, 'ceregistry_owner', 'MEMBER') THEN
        EXECUTE format('GRANT ceregistry_owner, ceregistry_daemon, ceregistry_auditor TO %I', current_user);
    END IF;
    -- Since when others' transactions have been under way, and nothing more, is told to the daemon (oldest_writer()).
    IF NOT pg_has_role('ceregistry_owner', 'pg_read_all_stats', 'MEMBER') THEN
        BEGIN
            GRANT pg_read_all_stats TO ceregistry_owner;
        EXCEPTION WHEN insufficient_privilege THEN
            RAISE WARNING 'bulletins cannot be published until a superuser has run: GRANT pg_read_all_stats TO ceregistry_owner';
        END;
    END IF;
    EXECUTE format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO ceregistry_daemon, ceregistry_auditor, ceregistry_owner',
        current_database());
END
$$;
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_db_role_setting WHERE setrole = 'ceregistry_auditor'::regrole
                   AND 'default_transaction_read_only=on' = ANY (setconfig)) THEN
        ALTER ROLE ceregistry_auditor SET default_transaction_read_only = on;
    END IF;
END
$$;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO ceregistry_owner;
GRANT USAGE ON SCHEMA public TO ceregistry_daemon, ceregistry_auditor;
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
-- Salts of the transparency log.
CREATE EXTENSION IF NOT EXISTS pgcrypto;
