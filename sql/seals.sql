-- What is sealed, and what an audit compares (0014_seals.sql). Applied after the migrations each time, since it follows the
-- tables as they are. Records that follow from others (what stands, where a learner lies, a claim's state) are not sealed:
-- other checks make them again.

-- When the program changed a plan or called off a session: its act is on the access log. Nothing where it did not.
CREATE OR REPLACE FUNCTION plan_moved(plan uuid, state text) RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT max(a.recorded_at) FROM access_log a
    WHERE state <> 'sent' AND a.record_id = plan::text AND a.outcome = 'allowed'
      AND (a.action = 'answerPlan' OR (a.action = 'planTraining' AND a.reason = 'withdraw'))
$$;
CREATE OR REPLACE FUNCTION session_cancelled(session uuid, day date) RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT max(a.recorded_at) FROM access_log a
    WHERE day IS NOT NULL AND a.record_id = session::text AND a.outcome = 'allowed' AND a.action = 'scheduleTraining' AND a.reason = 'cancel'
$$;

-- JSON is digested as its text: to PostgreSQL's hash of jsonb nothing, {} and [] are one.
-- Every record: its bucket, what it is, when it came to be as it is, and a digest of all its columns that are not derived.
-- A column that is in no digest is named with its reason in Tests/EndToEnd/corruption/truth.py.
CREATE OR REPLACE VIEW sealed_records (bucket, kind, id, name, born, digest) AS
    WITH words AS (
        SELECT kind, id, max(recorded_at) AS recorded_at FROM erased_words GROUP BY 1, 2
    ), called AS (
        SELECT i.id, i.learner_id, x.recorded_at FROM training_invitations i LEFT JOIN erased_learners x ON x.learner_id = i.learner_id
    )
    SELECT -1, 'employers'::text, o.id, NULL::text, greatest(o.recorded_at, c.corrected_at),
           hash_record_extended(ROW(o.id, o.credit_code, o.recorded_at), 0) # seal_field('name', o.name) # seal_field('kind', o.kind)
           # seal_field('level', o.level) # seal_field('division', o.division) # seal_field('closedOn', o.closed_on::text)
    FROM employers o LEFT JOIN (SELECT employer_id, max(recorded_at) AS corrected_at FROM employer_corrections GROUP BY 1) c
         ON c.employer_id = o.id
    UNION ALL
    SELECT -1, 'employer_corrections', t.id, NULL, greatest(t.recorded_at, w.recorded_at),
           hash_record_extended(ROW(t.id, employer_id, field, old_value, new_value, reason, document, corrected_on, recorded_by,
                                    t.recorded_at), 0)
    FROM employer_corrections t LEFT JOIN words w ON w.kind = 'employer_corrections' AND w.id = t.id
    UNION ALL
    SELECT -1, 'users', u.id, NULL, greatest(u.recorded_at, u.disabled_at, x.recorded_at),
           hash_record_extended(ROW(u.id, u.username, u.person_name, u.role, u.authority, u.employer_id, u.learner_id, u.disabled_at,
                                    u.recorded_at), 0)
    FROM users u LEFT JOIN erased_learners x ON x.learner_id = u.learner_id
    UNION ALL
    SELECT -1, 'policies', seal_name(notice || ' ' || version), notice || ' ' || version, recorded_at,
           hash_record_extended(ROW(notice, version, number, category, document::text, source, checksum, loaded_by, recorded_at), 0)
    FROM policies
    UNION ALL
    SELECT seal_bucket(l.id), 'learners', l.id, NULL, greatest(l.recorded_at, c.corrected_at, x.recorded_at),
           hash_record_extended(ROW(l.id, l.recorded_at), 0) # seal_field('name', l.name) # seal_field('idNumber', l.id_number)
           # seal_field('gender', l.gender) # seal_field('post', l.post) # seal_field('title', l.title)
           # seal_field('professionalSince', l.professional_since::text)
    FROM learners l LEFT JOIN (SELECT learner_id, max(recorded_at) AS corrected_at FROM learner_corrections GROUP BY 1) c
         ON c.learner_id = l.id
    LEFT JOIN erased_learners x ON x.learner_id = l.id
    UNION ALL
    SELECT seal_bucket(learner_id), 'learner_id_numbers', learner_id, NULL, recorded_at,
           hash_record_extended(ROW(id_number, learner_id, recorded_at), 0) FROM learner_id_numbers
    UNION ALL
    SELECT seal_bucket(learner_id), 'employments', id, NULL, greatest(recorded_at, retracted_at),
           hash_record_extended(ROW(id, learner_id, employer_id, employed_from, employed_until, recorded_by, recorded_at,
                                    retracted_at), 0) FROM employments
    UNION ALL
    SELECT seal_bucket(t.learner_id), 'learner_corrections', t.id, NULL, greatest(t.recorded_at, x.recorded_at),
           hash_record_extended(ROW(t.id, t.learner_id, field, old_value, new_value, reason, document, corrected_on, recorded_by,
                                    t.recorded_at), 0)
    FROM learner_corrections t LEFT JOIN erased_learners x ON x.learner_id = t.learner_id
    UNION ALL
    SELECT seal_bucket(t.learner_id), 'excuses', t.id, NULL, greatest(t.recorded_at, x.recorded_at),
           hash_record_extended(ROW(t.id, t.learner_id, subject_year, reason, document, lifts_duty, approved_by, approved_on,
                                    recorded_by, t.recorded_at), 0)
    FROM excuses t LEFT JOIN erased_learners x ON x.learner_id = t.learner_id
    UNION ALL
    SELECT seal_bucket(coalesce(e.learner_id, t.excuse_id)), 'excuse_revocations', t.excuse_id, NULL,
           greatest(t.recorded_at, x.recorded_at),
           hash_record_extended(ROW(t.excuse_id, t.reason, t.revoked_on, t.recorded_by, t.recorded_at), 0)
    FROM excuse_revocations t LEFT JOIN excuses e ON e.id = t.excuse_id LEFT JOIN erased_learners x ON x.learner_id = e.learner_id
    UNION ALL
    SELECT seal_bucket(t.kept_id), 'merges', t.id, NULL, greatest(t.recorded_at, x.recorded_at),
           hash_record_extended(ROW(t.id, kept_id, merged_id, moved, reason, document, entries_before, entries_after, merged_on,
                                    recorded_by, t.recorded_at), 0)
    FROM merges t LEFT JOIN (SELECT m.id, max(x.recorded_at) AS recorded_at FROM merges m
                             JOIN erased_learners x ON x.learner_id IN (m.kept_id, m.merged_id) GROUP BY 1) x ON x.id = t.id
    UNION ALL
    SELECT seal_bucket(coalesce(m.kept_id, t.merge_id)), 'merge_reversals', t.merge_id, NULL,
           greatest(t.recorded_at, x.recorded_at),
           hash_record_extended(ROW(t.merge_id, t.reason, t.reversed_on, t.recorded_by, t.recorded_at), 0)
    FROM merge_reversals t LEFT JOIN merges m ON m.id = t.merge_id
    LEFT JOIN (SELECT m.id, max(x.recorded_at) AS recorded_at FROM merges m
               JOIN erased_learners x ON x.learner_id IN (m.kept_id, m.merged_id) GROUP BY 1) x ON x.id = m.id
    UNION ALL
    SELECT -1, 'erasures', id, NULL, recorded_at,
           hash_record_extended(ROW(id, learner_id, reason, document, erased_on, recorded_by, recorded_at), 0) FROM erasures
    UNION ALL
    SELECT -1, 'erased_learners', learner_id, NULL, recorded_at,
           hash_record_extended(ROW(learner_id, erasure_id, recorded_at), 0) FROM erased_learners
    UNION ALL
    SELECT -1, 'erased_words', id, NULL, recorded_at,
           hash_record_extended(ROW(kind, id, erasure_id, recorded_at), 0) FROM erased_words
    UNION ALL
    SELECT -1, 'kept_apart', t.id, NULL, greatest(t.recorded_at, x.recorded_at),
           hash_record_extended(ROW(t.id, first_id, second_id, first_version, second_version, first_employer, second_employer, reason,
                                    kept_on, recorded_by, t.recorded_at), 0)
    FROM kept_apart t LEFT JOIN (SELECT k.id, max(x.recorded_at) AS recorded_at FROM kept_apart k
                                 JOIN erased_learners x ON x.learner_id IN (k.first_id, k.second_id) GROUP BY 1) x ON x.id = t.id
    UNION ALL
    SELECT seal_bucket(t.learner_id), 'completion_records', t.id, NULL, greatest(t.recorded_at, x.recorded_at),
           hash_record_extended(ROW(t.id, record_number, t.learner_id, subject_year, compulsory_hours, elective_hours,
                                    compulsory_finished_on, elective_started_on, test_passed_on, source, recorded_by,
                                    t.recorded_at), 0)
    FROM completion_records t LEFT JOIN erased_learners x ON x.learner_id = t.learner_id
    UNION ALL
    SELECT seal_bucket(t.learner_id), 'claims', t.id, NULL, greatest(t.recorded_at, v.resubmitted_at, x.recorded_at),
           hash_record_extended(ROW(t.id, t.learner_id, subject_year, mode, hours, completion_record_id, session_code, evidence::text, reason,
                                    array_remove(rules, 'Q7'), flags, assumptions, employer_id, area, submitted_by, submitted_on,
                                    t.recorded_at), 0)
    FROM claims t LEFT JOIN (SELECT claim_id, max(recorded_at) AS resubmitted_at FROM claim_events WHERE event = 'resubmit' GROUP BY 1) v
         ON v.claim_id = t.id
    LEFT JOIN erased_learners x ON x.learner_id = t.learner_id
    UNION ALL
    SELECT seal_bucket(coalesce(c.learner_id, t.claim_id)), 'claim_routings', t.claim_id, NULL,
           greatest(t.recorded_at, x.recorded_at),
           hash_record_extended(ROW(t.claim_id, t.routing, t.authority, t.reason, t.recorded_by, t.routed_on, t.recorded_at), 0)
    FROM claim_routings t LEFT JOIN claims c ON c.id = t.claim_id LEFT JOIN erased_learners x ON x.learner_id = c.learner_id
    UNION ALL
    SELECT seal_bucket(coalesce(c.learner_id, t.claim_id)), 'claim_events', t.claim_id, NULL, greatest(t.recorded_at, x.recorded_at),
           hash_record_extended(ROW(t.id, t.claim_id, t.event, t.state, t.reason, t.detail::text, t.occurred_on, t.recorded_by,
                                    t.recorded_at), 0)
    FROM claim_events t LEFT JOIN claims c ON c.id = t.claim_id LEFT JOIN erased_learners x ON x.learner_id = c.learner_id
    UNION ALL
    SELECT seal_bucket(coalesce(c.learner_id, t.claim_id)), 'decisions', t.id, NULL, greatest(t.recorded_at, x.recorded_at),
           hash_record_extended(ROW(t.id, t.claim_id, t.routing, t.authority, t.decision, t.reason, t.answers::text, t.decided_by,
                                    t.decided_on, t.recorded_at), 0)
    FROM decisions t LEFT JOIN claims c ON c.id = t.claim_id LEFT JOIN erased_learners x ON x.learner_id = c.learner_id
    UNION ALL
    SELECT seal_bucket(t.learner_id), 'register_entries', t.id, NULL, greatest(t.recorded_at, x.recorded_at),
           hash_record_extended(ROW(t.id, entry_number, kind, t.learner_id, subject_year, mode, hours, claim_id, decision_id, decision,
                                    completion_record_id, session_code, paper_number, recognized_by, recognized_on, recorded_by,
                                    t.recorded_at), 0)
    FROM register_entries t LEFT JOIN erased_learners x ON x.learner_id = t.learner_id
    UNION ALL
    SELECT seal_bucket(coalesce(e.learner_id, t.entry_id)), 'reversals', t.entry_id, NULL, greatest(t.recorded_at, x.recorded_at),
           hash_record_extended(ROW(t.entry_id, t.reason, t.reversed_by, t.reversed_on, t.recorded_by, t.recorded_at), 0)
    FROM reversals t LEFT JOIN register_entries e ON e.id = t.entry_id LEFT JOIN erased_learners x ON x.learner_id = e.learner_id
    UNION ALL
    SELECT seal_bucket(t.learner_id), 'certificates', t.id, NULL, greatest(t.recorded_at, x.recorded_at),
           hash_record_extended(ROW(t.id, code, t.learner_id, entries, name, holder::text, printed_on, recorded_by, t.recorded_at), 0)
    FROM certificates t LEFT JOIN erased_learners x ON x.learner_id = t.learner_id
    UNION ALL
    SELECT seal_bucket(t.learner_id), 'notices', t.id, NULL, greatest(t.recorded_at, x.recorded_at),
           hash_record_extended(ROW(t.id, notice_number, code, t.learner_id, name, purpose, outcome, authority, content::text, entries, issued_on,
                                    recorded_by, t.recorded_at), 0)
    FROM notices t LEFT JOIN erased_learners x ON x.learner_id = t.learner_id
    UNION ALL
    SELECT -1, 'approved_prices', seal_name(concat_ws(' ', t.notice, t.version, t.document)), concat_ws(' ', t.notice, t.version, t.document),
           p.recorded_at, hash_record_extended(ROW(t.notice, t.version, t.document, fen_per_hour, valid_from, valid_until), 0)
    FROM approved_prices t LEFT JOIN policies p ON (p.notice, p.version) = (t.notice, t.version)
    UNION ALL
    -- What an answer changes is that of `sealed_before`.
    SELECT -1, 'training_plans', t.id, NULL, greatest(t.recorded_at, m.moved_at, w.recorded_at),
           hash_record_extended(ROW(t.id, employer_id, subject_year, t.kind, contact, note, due_on, sent_on, t.recorded_by, t.recorded_at, state, places,
                                    answer_note, answered_by, answered_on), 0)
    FROM training_plans t LEFT JOIN words w ON w.kind = 'training_plans' AND w.id = t.id
    LEFT JOIN LATERAL plan_moved(t.id, t.state) m (moved_at) ON true
    UNION ALL
    SELECT seal_bucket(learner_id), 'training_plan_learners', md5(plan_id::text || learner_id)::uuid, NULL, recorded_at,
           hash_record_extended(ROW(plan_id, learner_id, proposed_on, recorded_by, recorded_at), 0)
    FROM training_plan_learners
    UNION ALL
    -- Whether it was called or recognized follows from its calls and recognitions.
    SELECT -1, 'training_sessions', t.id, NULL, greatest(t.recorded_at, m.moved_at, w.recorded_at),
           hash_record_extended(ROW(t.id, code, subject_year, course_title, place, places, hours, starts_on, ends_on, fee_in_fen, price_notice,
                                    price_version, price_document, approved_fen_per_hour, recorded_by, recorded_on, t.recorded_at,
                                    cancelled_on, cancelled_because), 0)
    FROM training_sessions t LEFT JOIN words w ON w.kind = 'training_sessions' AND w.id = t.id
    LEFT JOIN LATERAL session_cancelled(t.id, t.cancelled_on) m (moved_at) ON true
    UNION ALL
    SELECT -1, 'training_half_days', id, NULL, recorded_at,
           hash_record_extended(ROW(id, session_id, number, day, part, starts_at, ends_at, hours, room, teacher, topic, recorded_at), 0)
    FROM training_half_days
    UNION ALL
    SELECT -1, 'training_calls', id, NULL, recorded_at,
           hash_record_extended(ROW(id, session_id, number, seed, answer_by, drawn_on, recorded_by, recorded_at), 0) FROM training_calls
    UNION ALL
    SELECT seal_bucket(learner_id), 'training_invitations', id, NULL, recorded_at,
           hash_record_extended(ROW(id, call_id, session_id, learner_id, employer_id, rank, owes, is_expected, missed_before, asked_on, lot,
                                    recorded_at), 0)
    FROM training_invitations
    UNION ALL
    SELECT seal_bucket(coalesce(c.learner_id, t.invitation_id)), 'training_answers', t.id, NULL, greatest(t.recorded_at, c.recorded_at),
           hash_record_extended(ROW(t.id, invitation_id, answer, reason, answered_on, recorded_by, t.recorded_at), 0)
    FROM training_answers t LEFT JOIN called c ON c.id = t.invitation_id
    UNION ALL
    SELECT -1, 'training_uploads', id, NULL, recorded_at,
           hash_record_extended(ROW(id, session_id, rows, recorded_by, recorded_at), 0) FROM training_uploads
    UNION ALL
    SELECT seal_bucket(t.learner_id), 'training_attendance', t.id, NULL, greatest(t.recorded_at, x.recorded_at),
           hash_record_extended(ROW(t.id, session_id, half_day_id, t.learner_id, is_present, method, seen_at, upload_id, corrects, reason,
                                    recorded_on, recorded_by, t.recorded_at), 0)
    FROM training_attendance t LEFT JOIN erased_learners x ON x.learner_id = t.learner_id
    UNION ALL
    SELECT seal_bucket(t.learner_id), 'training_assessments', t.id, NULL, greatest(t.recorded_at, x.recorded_at),
           hash_record_extended(ROW(t.id, session_id, t.learner_id, attempt, mark, pass_mark, assessed_on, corrects, reason, recorded_by,
                                    t.recorded_at), 0)
    FROM training_assessments t LEFT JOIN erased_learners x ON x.learner_id = t.learner_id
    UNION ALL
    SELECT -1, 'training_recognitions', id, NULL, recorded_at,
           hash_record_extended(ROW(id, session_id, recognized_on, learners, hours, left_out::text, recorded_by, recorded_at), 0)
    FROM training_recognitions
    UNION ALL
    SELECT seal_bucket(learner_id), 'training_charges', id, NULL, recorded_at,
           hash_record_extended(ROW(id, session_id, learner_id, payer, employer_id, fee_in_fen, charged_on, recorded_by, recorded_at), 0)
    FROM training_charges
    UNION ALL
    SELECT -1, 'training_receipts', id, NULL, recorded_at,
           hash_record_extended(ROW(id, year, number, session_id, employer_id, learner_id, amount_in_fen, received_on, recorded_by, recorded_at), 0)
    FROM training_receipts
    UNION ALL
    SELECT -1, 'training_receipt_lines', l.charge_id, NULL, r.recorded_at,
           hash_record_extended(ROW(l.charge_id, l.receipt_id, l.session_id, l.fee_in_fen), 0)
    FROM training_receipt_lines l LEFT JOIN training_receipts r ON r.id = l.receipt_id
    UNION ALL
    SELECT -1, 'training_refunds', t.charge_id, NULL, greatest(t.recorded_at, x.recorded_at, w.recorded_at),
           hash_record_extended(ROW(t.charge_id, year, number, refund_in_fen, reason, refunded_on, t.recorded_by, t.recorded_at), 0)
    FROM training_refunds t LEFT JOIN training_charges c ON c.id = t.charge_id LEFT JOIN erased_learners x ON x.learner_id = c.learner_id
    LEFT JOIN words w ON w.kind = 'training_refunds' AND w.id = t.charge_id
    UNION ALL
    SELECT seal_segment(t.id), 'access_log', seal_number(t.id), NULL, greatest(t.recorded_at, x.recorded_at, w.recorded_at),
           hash_record_extended(ROW(t.id, t.recorded_at, user_id, role, authority, action, t.learner_id, record_id, outcome, code, reason,
                                    request_id), 0)
    FROM access_log t LEFT JOIN erased_learners x ON x.learner_id = t.learner_id
    LEFT JOIN words w ON w.kind = 'access_log' AND w.id = seal_number(t.id)
    UNION ALL
    SELECT -1, 'audit_runs', id, NULL, recorded_at,
           hash_record_extended(ROW(id, as_of, started_at, finished_at, learners, entries, claims, findings, rules::text, recorded_at, kind,
                                    base_run, cause, persons, errors, warnings, acknowledged, opened, closed, sealed_until), 0)
    FROM audit_runs
    UNION ALL
    SELECT -1, 'audit_findings', f.run_id, NULL, greatest(max(r.recorded_at), max(w.recorded_at)),
           bit_xor(hash_record_extended(ROW(f.id, f.run_id, f.check_name, f.rule, f.severity, f.record_kind, f.record_id, f.message::text,
                                            f.finding_id), 0))
    FROM audit_findings f LEFT JOIN audit_runs r ON r.id = f.run_id
    LEFT JOIN words w ON w.kind = 'audit_findings' AND w.id = f.run_id GROUP BY f.run_id
    UNION ALL
    SELECT -1, 'audit_acknowledgements', t.id, NULL, greatest(t.recorded_at, w.recorded_at),
           hash_record_extended(ROW(t.id, finding_id, check_name, record_kind, record_id, reason, acknowledged_by, acknowledged_on,
                                    t.recorded_at), 0)
    FROM audit_acknowledgements t LEFT JOIN words w ON w.kind = 'audit_acknowledgements' AND w.id = t.id
    UNION ALL
    SELECT -1, 'bulletin_publications', seal_name(number), number, recorded_at,
           hash_record_extended(ROW(number, as_of, known_at, published_by, published_on, recorded_at), 0) FROM bulletin_publications
    UNION ALL
    SELECT -1, 'bulletin_forms', seal_name(number || '.' || form), number || '.' || form, recorded_at,
           hash_record_extended(ROW(number, form, sha256, content, recorded_at), 0) FROM bulletin_forms
    UNION ALL
    SELECT -1, 'schema_migrations', seal_number(version), name, recorded_at,
           hash_record_extended(ROW(version, name, checksum, recorded_at), 0) FROM schema_migrations;

-- What a record was before what was lawfully done to it since `cut`, one step at a time: a seal may have been put on between
-- two of them. Digest NULL: whatever it was.
CREATE OR REPLACE FUNCTION sealed_before(cut timestamptz) RETURNS TABLE (kind text, id uuid, digest bigint) LANGUAGE sql STABLE AS $$
    SELECT 'employers'::text, o.id,
           hash_record_extended(ROW(o.id, o.credit_code, o.recorded_at), 0) # seal_field('name', o.name) # seal_field('kind', o.kind)
           # seal_field('level', o.level) # seal_field('division', o.division) # seal_field('closedOn', o.closed_on::text) # c.since
    FROM employers o
    JOIN (SELECT employer_id, bit_xor(seal_field(field, old_value) # seal_field(field, new_value)) OVER later AS since
          FROM employer_corrections WHERE recorded_at >= cut AND field <> 'mergedInto'
          WINDOW later AS (PARTITION BY employer_id ORDER BY recorded_at DESC, id ROWS UNBOUNDED PRECEDING)) c ON c.employer_id = o.id
    UNION ALL
    SELECT 'learners', l.id,
           hash_record_extended(ROW(l.id, l.recorded_at), 0) # seal_field('name', l.name) # seal_field('idNumber', l.id_number)
           # seal_field('gender', l.gender) # seal_field('post', l.post) # seal_field('title', l.title)
           # seal_field('professionalSince', l.professional_since::text) # c.since
    FROM learners l
    JOIN (SELECT learner_id, bit_xor(seal_field(field, old_value) # seal_field(field, new_value)) OVER later AS since
          FROM learner_corrections WHERE recorded_at >= cut
          WINDOW later AS (PARTITION BY learner_id ORDER BY recorded_at DESC, id ROWS UNBOUNDED PRECEDING)) c ON c.learner_id = l.id
    UNION ALL
    SELECT 'users', id, hash_record_extended(ROW(id, username, person_name, role, authority, employer_id, learner_id, NULL::timestamptz,
                                                 recorded_at), 0)
    FROM users WHERE disabled_at >= cut
    UNION ALL
    SELECT 'employments', id, hash_record_extended(ROW(id, learner_id, employer_id, employed_from, employed_until, recorded_by, recorded_at,
                                                       NULL::timestamptz), 0)
    FROM employments WHERE retracted_at >= cut
    UNION ALL
    SELECT DISTINCT 'claims', claim_id, NULL::bigint FROM claim_events WHERE event = 'resubmit' AND recorded_at >= cut
    UNION ALL
    SELECT 'training_plans', t.id,
           hash_record_extended(ROW(t.id, employer_id, subject_year, kind, contact, note, due_on, sent_on, recorded_by, recorded_at, 'sent'::text,
                                    NULL::integer, NULL::text, NULL::uuid, NULL::date), 0)
    FROM training_plans t WHERE plan_moved(t.id, t.state) >= cut
    UNION ALL
    SELECT 'training_sessions', t.id,
           hash_record_extended(ROW(t.id, code, subject_year, course_title, place, places, hours, starts_on, ends_on, fee_in_fen, price_notice,
                                    price_version, price_document, approved_fen_per_hour, recorded_by, recorded_on, recorded_at,
                                    NULL::date, NULL::text), 0)
    FROM training_sessions t WHERE session_cancelled(t.id, t.cancelled_on) >= cut
$$;

-- Where records and their seals part, in these buckets: `gone` is a seal whose record is not there as it was, `new` a record
-- without its seal; lawful where the record came, or was changed by what may change it, since `cut`.
CREATE OR REPLACE FUNCTION seal_differences(buckets integer[], cut timestamptz)
    RETURNS TABLE (bucket integer, kind text, id uuid, name text, digest bigint, is_new boolean, is_lawful boolean)
    LANGUAGE sql STABLE AS $$
    WITH now AS MATERIALIZED (
        SELECT * FROM sealed_records r WHERE r.bucket = ANY (buckets)
    ), kept AS MATERIALIZED (
        SELECT s.bucket, u.* FROM audit_seals s CROSS JOIN unnest(s.kinds, s.ids, s.names, s.digests) u (kind, id, name, digest)
        WHERE s.bucket = ANY (buckets)
    )
    SELECT d.bucket, d.kind, d.id, d.name, d.digest, d.is_new, bool_and(d.is_lawful) OVER (PARTITION BY d.kind, d.id)
    FROM (SELECT n.bucket, n.kind, n.id, n.name, n.digest, true AS is_new, cut IS NULL OR n.born >= cut AS is_lawful
          FROM now n WHERE NOT EXISTS (SELECT FROM kept k WHERE (k.bucket, k.kind, k.id, k.digest) = (n.bucket, n.kind, n.id, n.digest))
          UNION ALL
          SELECT k.bucket, k.kind, k.id, k.name, k.digest, false,
                 EXISTS (SELECT FROM sealed_before(cut) b WHERE b.kind = k.kind AND b.id = k.id AND coalesce(b.digest = k.digest, true))
          FROM kept k WHERE NOT EXISTS (SELECT FROM now n
                                        WHERE (n.bucket, n.kind, n.id, n.digest) = (k.bucket, k.kind, k.id, k.digest))) d
$$;

-- Buckets whose records do not come to what their seals come to.
CREATE OR REPLACE FUNCTION seal_mismatches() RETURNS SETOF integer LANGUAGE sql STABLE AS $$
    SELECT coalesce(n.bucket, s.bucket)
    FROM (SELECT bucket, bit_xor(digest) AS digest, count(*) AS records FROM sealed_records GROUP BY 1) n
    FULL JOIN audit_seals s ON s.bucket = n.bucket
    WHERE n.digest IS DISTINCT FROM s.digest OR n.records IS DISTINCT FROM cardinality(s.ids)
$$;

-- What all seals come to, told from the transactions that wrote them: nothing is read of what they say.
CREATE OR REPLACE FUNCTION seal_memory() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(bit_xor(hash_record_extended(ROW(bucket, xmin), 0)), 0) FROM audit_seals
$$;

-- Seals what came or was lawfully changed since `cut`; what parted otherwise keeps the seal that it had. Returns the buckets
-- in which something did.
CREATE OR REPLACE FUNCTION seal_records(buckets integer[], cut timestamptz) RETURNS integer[] LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    wrong integer[];
BEGIN
    -- Nothing was ever sealed: there is nothing to compare with.
    IF cut IS NULL AND NOT EXISTS (SELECT FROM audit_seals) THEN
        INSERT INTO audit_seals (bucket, kinds, ids, names, digests)
        SELECT bucket, array_agg(kind), array_agg(id), CASE WHEN bool_or(name IS NOT NULL) THEN array_agg(name) END, array_agg(digest)
        FROM sealed_records WHERE bucket = ANY (buckets) GROUP BY bucket;
        RETURN '{}';
    END IF;
    WITH parted AS MATERIALIZED (
        SELECT * FROM seal_differences(buckets, cut)
    ), differences AS (
        SELECT * FROM parted WHERE is_lawful
    ), changed AS (
        SELECT DISTINCT bucket FROM differences
    ), remaining AS (
        SELECT s.bucket, u.kind, u.id, u.name, u.digest
        FROM audit_seals s CROSS JOIN unnest(s.kinds, s.ids, s.names, s.digests) u (kind, id, name, digest)
        WHERE s.bucket IN (SELECT bucket FROM changed)
          AND NOT EXISTS (SELECT FROM differences d WHERE NOT d.is_new
                          AND (d.bucket, d.kind, d.id, d.digest) = (s.bucket, u.kind, u.id, u.digest))
        UNION ALL
        SELECT bucket, kind, id, name, digest FROM differences WHERE is_new
    ), emptied AS (
        DELETE FROM audit_seals s USING changed c WHERE s.bucket = c.bucket AND NOT EXISTS (SELECT FROM remaining r WHERE r.bucket = s.bucket)
    ), sealed AS (
        INSERT INTO audit_seals (bucket, kinds, ids, names, digests)
        SELECT bucket, array_agg(kind), array_agg(id), CASE WHEN bool_or(name IS NOT NULL) THEN array_agg(name) END, array_agg(digest)
        FROM remaining GROUP BY bucket
        ON CONFLICT (bucket) DO UPDATE SET kinds = excluded.kinds, ids = excluded.ids, names = excluded.names, digests = excluded.digests
    )
    SELECT coalesce(array_agg(DISTINCT bucket), '{}') INTO wrong FROM parted WHERE NOT is_lawful;
    RETURN wrong;
END
$$;

-- Takes the seals off every record of these learners, before their content goes: a digest of a name would tell the name.
CREATE OR REPLACE FUNCTION unseal(records uuid[], erasure uuid) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH taken (bucket, kind, id) AS MATERIALIZED (
        SELECT -1, 'users', id FROM users WHERE learner_id = ANY (records)
        UNION ALL SELECT seal_bucket(id), 'learners', id FROM learners WHERE id = ANY (records)
        UNION ALL SELECT seal_bucket(learner_id), 'learner_id_numbers', learner_id FROM learner_id_numbers WHERE learner_id = ANY (records)
        UNION ALL SELECT seal_bucket(learner_id), 'learner_corrections', id FROM learner_corrections WHERE learner_id = ANY (records)
        UNION ALL SELECT seal_bucket(learner_id), 'excuses', id FROM excuses WHERE learner_id = ANY (records)
        UNION ALL SELECT seal_bucket(learner_id), 'excuse_revocations', id FROM excuses WHERE learner_id = ANY (records)
        UNION ALL SELECT seal_bucket(kept_id), k, id FROM merges, unnest(ARRAY['merges', 'merge_reversals']) k
                  WHERE kept_id = ANY (records) OR merged_id = ANY (records)
        UNION ALL SELECT -1, 'kept_apart', id FROM kept_apart WHERE first_id = ANY (records) OR second_id = ANY (records)
        UNION ALL SELECT seal_bucket(learner_id), 'completion_records', id FROM completion_records WHERE learner_id = ANY (records)
        UNION ALL SELECT seal_bucket(learner_id), k, id
                  FROM claims, unnest(ARRAY['claims', 'claim_routings', 'claim_events']) k WHERE learner_id = ANY (records)
        UNION ALL SELECT seal_bucket(c.learner_id), 'decisions', d.id FROM decisions d JOIN claims c ON c.id = d.claim_id
                  WHERE c.learner_id = ANY (records)
        UNION ALL SELECT seal_bucket(learner_id), k, id
                  FROM register_entries, unnest(ARRAY['register_entries', 'reversals']) k WHERE learner_id = ANY (records)
        UNION ALL SELECT seal_bucket(learner_id), 'certificates', id FROM certificates WHERE learner_id = ANY (records)
        UNION ALL SELECT seal_bucket(learner_id), 'notices', id FROM notices WHERE learner_id = ANY (records)
        UNION ALL SELECT seal_bucket(i.learner_id), 'training_answers', a.id FROM training_answers a
                  JOIN training_invitations i ON i.id = a.invitation_id WHERE i.learner_id = ANY (records)
        UNION ALL SELECT seal_bucket(learner_id), 'training_attendance', id FROM training_attendance WHERE learner_id = ANY (records)
        UNION ALL SELECT seal_bucket(learner_id), 'training_assessments', id FROM training_assessments WHERE learner_id = ANY (records)
        UNION ALL SELECT -1, 'training_refunds', id FROM training_charges WHERE learner_id = ANY (records)
        UNION ALL SELECT seal_segment(id), 'access_log', seal_number(id) FROM access_log WHERE learner_id = ANY (records)
        UNION ALL SELECT seal_segment(a.id), 'access_log', w.id FROM erased_words w JOIN access_log a ON seal_number(a.id) = w.id
                  WHERE w.erasure_id = erasure AND w.kind = 'access_log'
        UNION ALL SELECT -1, w.kind, w.id FROM erased_words w WHERE w.erasure_id = erasure AND w.kind <> 'access_log'
    )
    UPDATE audit_seals s SET kinds = r.kinds, ids = r.ids, names = r.names, digests = r.digests
    FROM (SELECT s.bucket, coalesce(array_agg(u.kind) FILTER (WHERE stays), '{}') AS kinds,
                 coalesce(array_agg(u.id) FILTER (WHERE stays), '{}') AS ids,
                 CASE WHEN s.names IS NOT NULL THEN coalesce(array_agg(u.name) FILTER (WHERE stays), '{}') END AS names,
                 coalesce(array_agg(u.digest) FILTER (WHERE stays), '{}') AS digests
          FROM audit_seals s CROSS JOIN unnest(s.kinds, s.ids, s.names, s.digests) u (kind, id, name, digest)
          CROSS JOIN LATERAL (SELECT NOT EXISTS (SELECT FROM taken t WHERE (t.bucket, t.kind, t.id) = (s.bucket, u.kind, u.id)) AS stays) l
          WHERE s.bucket IN (SELECT bucket FROM taken) GROUP BY s.bucket) r
    WHERE s.bucket = r.bucket
$$;
