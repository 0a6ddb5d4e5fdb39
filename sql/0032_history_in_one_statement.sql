-- A person's history as one statement instead of three: to make a statement ready costs more than to run it. And whether a caller may
-- read it is asked once: row security's own answer beside it cost as much as the rest of the reading.

CREATE OR REPLACE FUNCTION person_history(learner uuid, known_at timestamptz)
    RETURNS TABLE (fact text, id uuid, employer_id uuid, kind text, level text, division text, employed_from date, employed_until date,
                   subject_year integer, mode text, hours integer, recognized_on date, recognized_by text, reversed_on date,
                   approved_on date, lifts_duty boolean, revoked_on date)
    LANGUAGE plpgsql STABLE ROWS 8 SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    records uuid[] := ARRAY(SELECT person_records(learner, known_at));
BEGIN
    RETURN QUERY
        (SELECT 'employment', NULL::uuid, k.id, k.kind, k.level, k.division, e.employed_from, e.employed_until,
                NULL::integer, NULL, NULL::integer, NULL::date, NULL, NULL::date, NULL::date, NULL::boolean, NULL::date
         FROM employments e
         JOIN employers o ON o.id = e.employer_id
         JOIN employers k ON k.id = coalesce(o.merged_into, o.id)
         WHERE e.learner_id = ANY (records)
           AND CASE WHEN known_at IS NULL THEN e.retracted_at IS NULL
                    ELSE e.recorded_at <= known_at AND (e.retracted_at IS NULL OR e.retracted_at > known_at) END
         ORDER BY e.employed_from, e.id)
        UNION ALL
        (SELECT 'entry', e.id, NULL::uuid, NULL, NULL, NULL, NULL::date, NULL::date,
                e.subject_year, e.mode, e.hours, e.recognized_on, e.recognized_by,
                (SELECT r.reversed_on FROM reversals r WHERE r.entry_id = e.id AND (known_at IS NULL OR r.recorded_at <= known_at)),
                NULL::date, NULL::boolean, NULL::date
         FROM register_entries e
         WHERE e.learner_id = ANY (records) AND (known_at IS NULL OR e.recorded_at <= known_at)
         ORDER BY e.recognized_on, e.entry_number)
        UNION ALL
        (SELECT 'excuse', NULL::uuid, NULL::uuid, NULL, NULL, NULL, NULL::date, NULL::date,
                x.subject_year, NULL, NULL::integer, NULL::date, NULL, NULL::date, x.approved_on, x.lifts_duty,
                (SELECT v.revoked_on FROM excuse_revocations v WHERE v.excuse_id = x.id AND (known_at IS NULL OR v.recorded_at <= known_at))
         FROM excuses x
         WHERE x.learner_id = ANY (records) AND (known_at IS NULL OR x.recorded_at <= known_at)
         ORDER BY x.approved_on, x.id);
END
$$;

-- The history for a caller of the daemon's, on the access log whether allowed or refused. Who may read is the policy `caller_reads` on
-- learners, in the same words; that both say the same of every kind of caller is a test, and the daemon asks its own table of rights
-- once more. First a row that says how it went, and where the learner is placed: `recognized_by` the authority, `employer_id` the
-- employer, `lifts_duty` whether it is a claim that opens the record (Q7). None where there is no such learner, or nobody who asks.
-- The function of the same name with `seen` stays for daemons of the version before, until each was restarted.
CREATE FUNCTION read_history(learner uuid, known_at timestamptz, why text, request text)
    RETURNS TABLE (fact text, id uuid, employer_id uuid, kind text, level text, division text, employed_from date, employed_until date,
                   subject_year integer, mode text, hours integer, recognized_on date, recognized_by text, reversed_on date,
                   approved_on date, lifts_duty boolean, revoked_on date)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER ROWS 8 SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    lies_in text;
    works_for uuid;
    caller text := caller_role();
    own text := caller_authority();
    by_claim boolean := false;
    allowed boolean;
BEGIN
    -- Nobody asks: no session holds the token that was sent, or whoever holds it has no right to ask.
    IF caller IS NULL THEN RETURN; END IF;
    SELECT l.area, l.employer_id INTO lies_in, works_for FROM learners l WHERE l.id = learner;
    IF NOT FOUND THEN RETURN; END IF;
    allowed := coalesce(
        caller_sees_all()
        OR (lies_in = own AND caller IN ('countyOfficer', 'clerk'))
        OR (works_for = caller_employer() AND caller = 'unitAdmin')
        OR learner = caller_learner(), false);
    IF NOT allowed AND caller = 'countyOfficer' THEN
        by_claim := EXISTS (SELECT FROM claims c WHERE c.learner_id = learner AND c.routed_to = own AND c.state IN ('submitted', 'returned'));
        allowed := by_claim;
    END IF;
    INSERT INTO access_log (user_id, role, authority, action, learner_id, outcome, code, reason, request_id)
    VALUES (caller_user(), caller, own, 'readEligibility', learner, CASE WHEN allowed THEN 'allowed' ELSE 'refused' END,
            CASE WHEN NOT allowed THEN 'outsideJurisdiction' END, why, request);
    fact := CASE WHEN allowed THEN 'allowed' ELSE 'refused' END;
    recognized_by := lies_in;
    employer_id := works_for;
    lifts_duty := by_claim;
    RETURN NEXT;
    IF allowed THEN RETURN QUERY SELECT * FROM person_history(learner, known_at); END IF;
END
$$;
REVOKE EXECUTE ON FUNCTION read_history(uuid, timestamptz, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION read_history(uuid, timestamptz, text, text) TO ceregistry_daemon;
