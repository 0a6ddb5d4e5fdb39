/// Tables as the register had them recorded before an instant: common table expressions that stand in front of a statement
/// and take the tables' places. What was corrected since is as it was before, what was merged since is apart, what came
/// since is not there.
enum KnownTables {
    /// - Parameter instant: SQL for the instant; what was recorded at it or later is unknown.
    static func sql(before instant: String) -> String {
        """
        known_merges AS MATERIALIZED (
            SELECT DISTINCT ON (k.id) k.id, m.kept_id
            FROM public.merges m CROSS JOIN unnest(m.moved || m.merged_id) k (id)
            WHERE m.recorded_at < \(instant)
              AND NOT EXISTS (SELECT FROM public.merge_reversals r WHERE r.merge_id = m.id AND r.recorded_at < \(instant))
            ORDER BY k.id, m.recorded_at DESC, m.id
        ), learners AS (
            SELECT l.id, k.kept_id AS merged_into FROM public.learners l LEFT JOIN known_merges k ON k.id = l.id
            WHERE l.recorded_at < \(instant)
        ), later_corrections AS MATERIALIZED (
            SELECT DISTINCT ON (employer_id, field) employer_id, field, old_value FROM public.employer_corrections
            WHERE recorded_at >= \(instant) ORDER BY employer_id, field, recorded_at, id
        ), unit_merges (id, target) AS MATERIALIZED (
            SELECT DISTINCT ON (employer_id) employer_id, new_value::uuid FROM public.employer_corrections
            WHERE field = 'mergedInto' AND recorded_at < \(instant) ORDER BY employer_id, recorded_at DESC, id
        ), employers AS MATERIALIZED (
            SELECT e.id, e.credit_code, e.name, e.kind, e.level, e.division,
                   CASE e.level WHEN 'county' THEN 'county:' || e.division ELSE 'city' END AS area,
                   coalesce(second.target, first.target) AS merged_into
            FROM (SELECT o.id, o.credit_code, coalesce(n.old_value, o.name) AS name, coalesce(k.old_value, o.kind) AS kind,
                         coalesce(l.old_value, o.level) AS level,
                         CASE WHEN d.employer_id IS NULL THEN o.division ELSE d.old_value END AS division
                  FROM public.employers o
                  LEFT JOIN later_corrections n ON n.employer_id = o.id AND n.field = 'name'
                  LEFT JOIN later_corrections k ON k.employer_id = o.id AND k.field = 'kind'
                  LEFT JOIN later_corrections l ON l.employer_id = o.id AND l.field = 'level'
                  LEFT JOIN later_corrections d ON d.employer_id = o.id AND d.field = 'division'
                  WHERE o.recorded_at < \(instant)) e
            LEFT JOIN unit_merges first ON first.id = e.id LEFT JOIN unit_merges second ON second.id = first.target
        ), employments AS (
            SELECT id, learner_id, employer_id, employed_from, employed_until, NULL::timestamptz AS retracted_at
            FROM public.employments
            WHERE recorded_at < \(instant) AND (retracted_at IS NULL OR retracted_at >= \(instant))
        ), register_entries AS (
            SELECT * FROM public.register_entries WHERE recorded_at < \(instant)
        ), reversals AS (
            SELECT * FROM public.reversals WHERE recorded_at < \(instant)
        ), excuses AS (
            SELECT * FROM public.excuses WHERE recorded_at < \(instant)
        ), excuse_revocations AS (
            SELECT * FROM public.excuse_revocations WHERE recorded_at < \(instant)
        ), known_policies AS MATERIALIZED (
            SELECT DISTINCT ON (notice) notice, version, document FROM public.policies
            WHERE recorded_at < \(instant) ORDER BY notice, version DESC
        ), subject_years AS MATERIALIZED (
            SELECT (y ->> 'year')::int AS year, (y ->> 'requiredHours')::int AS required_hours, (y ->> 'dueOn')::date AS due_on
            FROM known_policies p CROSS JOIN jsonb_array_elements(p.document -> 'subjectYears') y
        )
        """
    }
}
