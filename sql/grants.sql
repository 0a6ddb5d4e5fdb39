-- Every right of the daemon and the auditor, in one place. Applied by `ceregistry migrate` after the migrations, as
-- the owner; it takes all rights away first, so what is not listed here is not granted.
-- The daemon never writes `recorded_at`, `entry_number` or any projection: the database does.

REVOKE ALL ON ALL TABLES IN SCHEMA public FROM ceregistry_daemon, ceregistry_auditor, PUBLIC;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM ceregistry_daemon, ceregistry_auditor, PUBLIC;
REVOKE EXECUTE ON FUNCTION settle_completion(uuid[]), place_persons(uuid[]), settle_merge(uuid[]), settle_subject_year(integer) FROM PUBLIC;

GRANT SELECT ON ALL TABLES IN SCHEMA public TO ceregistry_daemon, ceregistry_auditor;
REVOKE SELECT ON users, sessions, idempotency_keys, import_file_parts FROM ceregistry_auditor;
GRANT SELECT (id, username, person_name, role, authority, employer_id, learner_id, disabled_at, recorded_at)
    ON users TO ceregistry_auditor;

GRANT INSERT (id, credit_code, name, kind, level, division),
      UPDATE (name, kind, level, division, closed_on, merged_into) ON employers TO ceregistry_daemon;
GRANT INSERT (id, id_number, name, gender, post, title, professional_since, employer_id, area),
      UPDATE (id_number, name, gender, post, title, professional_since, employer_id, area, merged_into, version)
      ON learners TO ceregistry_daemon;
GRANT INSERT (id_number, learner_id) ON learner_id_numbers TO ceregistry_daemon;
GRANT INSERT (id, learner_id, employer_id, employed_from, employed_until, recorded_by),
      UPDATE (retracted_at) ON employments TO ceregistry_daemon;
GRANT INSERT (id, learner_id, field, old_value, new_value, reason, document, corrected_on, recorded_by)
      ON learner_corrections TO ceregistry_daemon;
GRANT INSERT (id, employer_id, field, old_value, new_value, reason, document, corrected_on, recorded_by)
      ON employer_corrections TO ceregistry_daemon;
GRANT INSERT (id, learner_id, subject_year, reason, document, lifts_duty, approved_by, approved_on, recorded_by)
      ON excuses TO ceregistry_daemon;
GRANT INSERT (excuse_id, reason, revoked_on, recorded_by) ON excuse_revocations TO ceregistry_daemon;
GRANT INSERT (id, kept_id, merged_id, moved, reason, document, entries_before, entries_after, merged_on, recorded_by)
      ON merges TO ceregistry_daemon;
GRANT INSERT (merge_id, reason, reversed_on, recorded_by) ON merge_reversals TO ceregistry_daemon;
GRANT EXECUTE ON FUNCTION settle_merge(uuid[]), settle_subject_year(integer) TO ceregistry_daemon;

GRANT INSERT (notice, version, number, category, document, source, checksum, loaded_by) ON policies TO ceregistry_daemon;
GRANT INSERT, UPDATE, DELETE ON subject_years TO ceregistry_daemon;
GRANT INSERT ON policy_routes TO ceregistry_daemon;

GRANT INSERT (id, record_number, learner_id, subject_year, compulsory_hours, elective_hours, compulsory_finished_on,
              elective_started_on, test_passed_on, source, recorded_by) ON completion_records TO ceregistry_daemon;
GRANT INSERT (id, learner_id, subject_year, mode, hours, completion_record_id, session_code, evidence, reason, rules, flags,
              assumptions, routed_to, employer_id, area, submitted_by, submitted_on, state_since),
      UPDATE (state, hours, completion_record_id, session_code, evidence, reason, rules, flags, assumptions, routed_to,
              routing, state_since, version) ON claims TO ceregistry_daemon;
GRANT INSERT (claim_id, routing, authority, reason, recorded_by, routed_on) ON claim_routings TO ceregistry_daemon;
GRANT INSERT (claim_id, event, state, reason, detail, occurred_on, recorded_by) ON claim_events TO ceregistry_daemon;
GRANT INSERT (id, claim_id, routing, authority, decision, reason, answers, decided_by, decided_on)
      ON decisions TO ceregistry_daemon;

GRANT INSERT (id, kind, learner_id, subject_year, mode, hours, claim_id, decision_id, decision, completion_record_id,
              session_code, paper_number, recognized_by, recognized_on, recorded_by) ON register_entries TO ceregistry_daemon;
GRANT INSERT (entry_id, reason, reversed_by, reversed_on, recorded_by) ON reversals TO ceregistry_daemon;
GRANT INSERT (id, code, learner_id, entries, name, printed_on, recorded_by) ON certificates TO ceregistry_daemon;

GRANT INSERT (id, username, person_name, password_hash, role, authority, employer_id, learner_id, password_is_one_time),
      UPDATE (password_hash, failed_logins, locked_until, disabled_at, password_is_one_time) ON users TO ceregistry_daemon;
GRANT INSERT (token_hash, user_id, expires_at), UPDATE (expires_at, revoked_at), DELETE ON sessions TO ceregistry_daemon;
GRANT INSERT (user_id, role, authority, action, learner_id, record_id, outcome, code, reason, request_id)
      ON access_log TO ceregistry_daemon;
GRANT INSERT (user_id, key, fingerprint, status, response), DELETE ON idempotency_keys TO ceregistry_daemon;

GRANT INSERT, UPDATE ON import_jobs TO ceregistry_daemon;
GRANT INSERT ON import_findings TO ceregistry_daemon;
GRANT INSERT (job_id, part, content), DELETE ON import_file_parts TO ceregistry_daemon;
GRANT INSERT (id, first_id, second_id, first_version, second_version, first_employer, second_employer, reason, kept_on, recorded_by)
      ON kept_apart TO ceregistry_daemon;
GRANT INSERT (id, kind, cause, base_run, persons, as_of, started_at, finished_at, learners, entries, claims, findings, errors,
              warnings, acknowledged, opened, closed, rules, sealed_until) ON audit_runs TO ceregistry_daemon;
GRANT INSERT (run_id, check_name, rule, severity, record_kind, record_id, message, finding_id) ON audit_findings TO ceregistry_daemon;
GRANT INSERT, UPDATE, DELETE ON audit_open_findings, audit_staged_findings TO ceregistry_daemon;
GRANT INSERT, UPDATE ON audit_state TO ceregistry_daemon;
GRANT INSERT (id, finding_id, check_name, record_kind, record_id, reason, acknowledged_by, acknowledged_on)
      ON audit_acknowledgements TO ceregistry_daemon;
GRANT INSERT (number, as_of, known_at, published_by, published_on) ON bulletin_publications TO ceregistry_daemon;
GRANT INSERT (number, form, sha256, content) ON bulletin_forms TO ceregistry_daemon;
REVOKE EXECUTE ON FUNCTION oldest_writer() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION oldest_writer() TO ceregistry_daemon;

GRANT INSERT (leaf_index, kind, record_id, data, hash) ON log_leaves TO ceregistry_daemon;
GRANT INSERT (level, node_index, hash) ON log_nodes TO ceregistry_daemon;
GRANT DELETE ON log_queue TO ceregistry_daemon;

REVOKE EXECUTE ON FUNCTION erase_person(uuid), unseal(uuid[], uuid), seal_records(integer[], timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION erase_person(uuid), seal_records(integer[], timestamptz) TO ceregistry_daemon;
GRANT INSERT (id, learner_id, reason, document, erased_on, recorded_by) ON erasures TO ceregistry_daemon;
GRANT INSERT (learner_id, erasure_id) ON erased_learners TO ceregistry_daemon;
-- It sees every record past row-level security.
REVOKE ALL ON sealed_records FROM ceregistry_daemon;
