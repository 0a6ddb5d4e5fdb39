-- Every right of the daemon and the auditor, in one place. Applied by `ceregistry migrate` after the migrations, as
-- the owner; it takes all rights away first, so what is not listed here is not granted.
-- The daemon never writes `recorded_at`, `entry_number` or any projection: the database does.

REVOKE ALL ON ALL TABLES IN SCHEMA public FROM ceregistry_daemon, ceregistry_auditor, PUBLIC;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM ceregistry_daemon, ceregistry_auditor, PUBLIC;
REVOKE EXECUTE ON FUNCTION settle_completion(uuid[]), place_persons(uuid[]), settle_merge(uuid[]), settle_subject_year(integer),
    read_history(uuid, timestamptz, text, text), read_history(uuid, boolean, timestamptz, text, text) FROM PUBLIC;

GRANT SELECT ON ALL TABLES IN SCHEMA public TO ceregistry_daemon, ceregistry_auditor;
REVOKE SELECT ON users, sessions, idempotency_keys, import_file_parts FROM ceregistry_auditor;
GRANT SELECT (id, username, person_name, role, authority, employer_id, learner_id, disabled_at, last_sign_in_at, recorded_at)
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
GRANT EXECUTE ON FUNCTION settle_merge(uuid[]), settle_subject_year(integer), read_history(uuid, timestamptz, text, text),
    read_history(uuid, boolean, timestamptz, text, text)
    TO ceregistry_daemon;

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
GRANT INSERT (id, code, learner_id, entries, name, holder, printed_on, recorded_by) ON certificates TO ceregistry_daemon;
GRANT INSERT (id, code, learner_id, name, purpose, outcome, authority, content, entries, issued_on, recorded_by)
      ON notices TO ceregistry_daemon;

GRANT INSERT (id, username, person_name, password_hash, role, authority, employer_id, learner_id, password_is_one_time),
      UPDATE (password_hash, failed_logins, locked_until, disabled_at, password_is_one_time, last_sign_in_at) ON users TO ceregistry_daemon;
GRANT INSERT (token_hash, user_id, expires_at), UPDATE (expires_at, revoked_at), DELETE ON sessions TO ceregistry_daemon;
GRANT INSERT (user_id, role, authority, action, learner_id, record_id, outcome, code, reason, request_id)
      ON access_log TO ceregistry_daemon;
GRANT INSERT (user_id, key, fingerprint, status, response), DELETE ON idempotency_keys TO ceregistry_daemon;

-- Addresses are erased when they are asked to be; the auditor does not see them.
GRANT INSERT (learner_id, user_id, email, mobile, recorded_by), UPDATE (email, mobile, recorded_by), DELETE
      ON contacts TO ceregistry_daemon;
REVOKE SELECT ON contacts FROM ceregistry_auditor;
GRANT INSERT (id, learner_id, user_id, subject_year, days_before, channel, reminded_on),
      UPDATE (reminded_on, attempts, reserved_at, sent_at, failed_at, failure) ON reminders TO ceregistry_daemon;

GRANT INSERT, UPDATE ON import_jobs TO ceregistry_daemon;
GRANT INSERT ON import_findings TO ceregistry_daemon;
GRANT INSERT (authority, watched_until), UPDATE (watched_until) ON queue_watches TO ceregistry_daemon;
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
-- The base's training. Lists, bookings and running numbers are written by triggers and functions of the owner.
GRANT INSERT ON approved_prices TO ceregistry_daemon;
GRANT INSERT (id, employer_id, subject_year, kind, contact, note, due_on, sent_on, recorded_by),
      UPDATE (state, places, answer_note, answered_by, answered_on, note, contact) ON training_plans TO ceregistry_daemon;
GRANT INSERT (plan_id, learner_id, proposed_on, recorded_by) ON training_plan_learners TO ceregistry_daemon;
GRANT INSERT (id, code, subject_year, course_title, place, places, hours, starts_on, ends_on, fee_in_fen, price_notice, price_version,
              price_document, approved_fen_per_hour, recorded_by, recorded_on),
      UPDATE (state, cancelled_on, cancelled_because) ON training_sessions TO ceregistry_daemon;
GRANT INSERT (id, session_id, number, day, part, starts_at, ends_at, hours, room, teacher, topic) ON training_half_days TO ceregistry_daemon;
GRANT INSERT (id, session_id, number, seed, answer_by, drawn_on, recorded_by) ON training_calls TO ceregistry_daemon;
GRANT INSERT (id, call_id, session_id, learner_id, employer_id, rank, owes, is_expected, missed_before, asked_on, lot, state,
              state_since) ON training_invitations TO ceregistry_daemon;
GRANT INSERT (id, invitation_id, answer, reason, answered_on, recorded_by) ON training_answers TO ceregistry_daemon;
GRANT INSERT (half_day_id, key) ON training_sign_in_keys TO ceregistry_daemon;
REVOKE SELECT ON training_sign_in_keys FROM ceregistry_auditor;
GRANT INSERT (id, session_id, rows, recorded_by) ON training_uploads TO ceregistry_daemon;
GRANT INSERT (id, session_id, half_day_id, learner_id, is_present, method, seen_at, upload_id, corrects, reason, recorded_on,
              recorded_by) ON training_attendance TO ceregistry_daemon;
GRANT INSERT (id, session_id, learner_id, attempt, mark, pass_mark, assessed_on, corrects, reason, recorded_by)
      ON training_assessments TO ceregistry_daemon;
GRANT INSERT (id, session_id, recognized_on, learners, hours, left_out, recorded_by) ON training_recognitions TO ceregistry_daemon;
GRANT INSERT (id, session_id, learner_id, payer, employer_id, fee_in_fen, charged_on, recorded_by) ON training_charges TO ceregistry_daemon;
GRANT INSERT (id, year, number, session_id, employer_id, learner_id, amount_in_fen, received_on, recorded_by)
      ON training_receipts TO ceregistry_daemon;
GRANT INSERT ON training_receipt_lines TO ceregistry_daemon;
GRANT INSERT (charge_id, year, number, refund_in_fen, reason, refunded_on, recorded_by) ON training_refunds TO ceregistry_daemon;
REVOKE EXECUTE ON FUNCTION move_up(uuid, date), next_training_number(text, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION next_training_number(text, integer) TO ceregistry_daemon;
GRANT INSERT (single, as_of, took), UPDATE (as_of, counted_at, took) ON completion_counts TO ceregistry_daemon;
GRANT INSERT, DELETE ON completion_months, completion_employers TO ceregistry_daemon;

REVOKE EXECUTE ON FUNCTION erase_person(uuid), unseal(uuid[], uuid), seal_records(integer[], timestamptz), seal_memory() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION erase_person(uuid), seal_records(integer[], timestamptz), seal_memory() TO ceregistry_daemon;
GRANT EXECUTE ON FUNCTION seal_memory() TO ceregistry_auditor;
GRANT INSERT (id, learner_id, reason, document, erased_on, recorded_by) ON erasures TO ceregistry_daemon;
GRANT INSERT (learner_id, erasure_id) ON erased_learners TO ceregistry_daemon;
-- It sees every record past row-level security.
REVOKE ALL ON sealed_records FROM ceregistry_daemon;
