-- What is asked at every counter all day, with its plans kept by the session. The body of a function in SQL is planned anew each time
-- it is called, and each table's row security makes a plan of its own: together that cost more than the reading itself.

-- All records of a person: the one kept and those merged into it, now or as the register knew it at an instant.
CREATE OR REPLACE FUNCTION person_records(learner uuid, known_at timestamptz DEFAULT NULL) RETURNS SETOF uuid LANGUAGE plpgsql STABLE
    SECURITY DEFINER ROWS 2 SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    kept uuid;
BEGIN
    IF known_at IS NULL THEN
        SELECT coalesce(l.merged_into, l.id) INTO kept FROM learners l WHERE l.id = learner;
        RETURN QUERY SELECT l.id FROM learners l WHERE l.id = kept UNION ALL SELECT l.id FROM learners l WHERE l.merged_into = kept;
    ELSE
        RETURN QUERY SELECT learner UNION SELECT unnest(m.moved || m.merged_id) FROM merges m
            WHERE m.kept_id = learner AND m.recorded_at <= known_at
              AND NOT EXISTS (SELECT FROM merge_reversals r WHERE r.merge_id = m.id AND r.recorded_at <= known_at);
    END IF;
END
$$;

CREATE OR REPLACE FUNCTION learner_exists(learner uuid) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS
    $$ BEGIN RETURN EXISTS (SELECT FROM learners WHERE id = learner); END $$;
CREATE OR REPLACE FUNCTION claim_routed_to(claim uuid) RETURNS text LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS
    $$ BEGIN RETURN (SELECT routed_to FROM claims WHERE id = claim); END $$;

-- What the rules judge a person by, a row for each fact: posts, entries and excuses, each in its order. Seen with the reader's eyes.
CREATE FUNCTION person_history(learner uuid, known_at timestamptz)
    RETURNS TABLE (fact text, id uuid, employer_id uuid, kind text, level text, division text, employed_from date, employed_until date,
                   subject_year integer, mode text, hours integer, recognized_on date, recognized_by text, reversed_on date,
                   approved_on date, lifts_duty boolean, revoked_on date)
    LANGUAGE plpgsql STABLE ROWS 8 SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    records uuid[] := ARRAY(SELECT person_records(learner, known_at));
BEGIN
    RETURN QUERY
        SELECT 'employment', NULL::uuid, k.id, k.kind, k.level, k.division, e.employed_from, e.employed_until,
               NULL::integer, NULL, NULL::integer, NULL::date, NULL, NULL::date, NULL::date, NULL::boolean, NULL::date
        FROM employments e
        JOIN employers o ON o.id = e.employer_id
        JOIN employers k ON k.id = coalesce(o.merged_into, o.id)
        WHERE e.learner_id = ANY (records)
          AND CASE WHEN known_at IS NULL THEN e.retracted_at IS NULL
                   ELSE e.recorded_at <= known_at AND (e.retracted_at IS NULL OR e.retracted_at > known_at) END
        ORDER BY e.employed_from, e.id;
    RETURN QUERY
        SELECT 'entry', e.id, NULL::uuid, NULL, NULL, NULL, NULL::date, NULL::date,
               e.subject_year, e.mode, e.hours, e.recognized_on, e.recognized_by,
               (SELECT r.reversed_on FROM reversals r WHERE r.entry_id = e.id AND (known_at IS NULL OR r.recorded_at <= known_at)),
               NULL::date, NULL::boolean, NULL::date
        FROM register_entries e
        WHERE e.learner_id = ANY (records) AND (known_at IS NULL OR e.recorded_at <= known_at)
        ORDER BY e.recognized_on, e.entry_number;
    RETURN QUERY
        SELECT 'excuse', NULL::uuid, NULL::uuid, NULL, NULL, NULL, NULL::date, NULL::date,
               x.subject_year, NULL, NULL::integer, NULL::date, NULL, NULL::date, x.approved_on, x.lifts_duty,
               (SELECT v.revoked_on FROM excuse_revocations v WHERE v.excuse_id = x.id AND (known_at IS NULL OR v.recorded_at <= known_at))
        FROM excuses x
        WHERE x.learner_id = ANY (records) AND (known_at IS NULL OR x.recorded_at <= known_at)
        ORDER BY x.approved_on, x.id;
END
$$;

-- The same for a caller of the daemon's, on the access log whether allowed or refused. `seen` is what row security says of the learner,
-- in the statement that calls this; what it says is asked again here in the same words as the policy `caller_reads` on learners, and
-- only where both agree is anything read. First a row that says how it went; none where there is no such learner.
CREATE FUNCTION read_history(learner uuid, seen boolean, known_at timestamptz, why text, request text)
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
    allowed boolean;
BEGIN
    SELECT l.area, l.employer_id INTO lies_in, works_for FROM learners l WHERE l.id = learner;
    IF NOT FOUND THEN RETURN; END IF;
    allowed := coalesce(seen, false) AND coalesce(
        caller_sees_all()
        OR (lies_in = own AND caller IN ('countyOfficer', 'clerk'))
        OR (works_for = caller_employer() AND caller = 'unitAdmin')
        OR learner = caller_learner()
        OR (caller = 'countyOfficer' AND EXISTS (SELECT FROM claims c WHERE c.learner_id = learner AND c.routed_to = own
                                                 AND c.state IN ('submitted', 'returned'))), false);
    INSERT INTO access_log (user_id, role, authority, action, learner_id, outcome, code, reason, request_id)
    VALUES (caller_user(), caller, own, 'readEligibility', learner, CASE WHEN allowed THEN 'allowed' ELSE 'refused' END,
            CASE WHEN NOT allowed THEN 'outsideJurisdiction' END, why, request);
    fact := CASE WHEN allowed THEN 'allowed' ELSE 'refused' END;
    RETURN NEXT;
    IF allowed THEN RETURN QUERY SELECT * FROM person_history(learner, known_at); END IF;
END
$$;
