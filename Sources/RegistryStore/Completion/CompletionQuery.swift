/// How many had completed each subject year at the end of each month, in one pass over the register: what
/// `YearStatusQuery` says of one day, for many days at once. A test holds the two to each other.
///
/// Days become the number of the first of the asked days on which they hold. Whose standing only grows, nearly everybody,
/// is counted by when it grew; whose may shrink again (reversals, excuses, merged records) is looked at day by day.
enum CompletionQuery {
    /// `$1`: the days, ascending. A row for each day and group, `employer_id` NULL; and one for each employer on the last
    /// day, `day` NULL. `unfinished` is in progress until the year is due and incomplete after it.
    static let sql = """
        WITH days AS MATERIALIZED (
            SELECT day, (place - 1)::int AS place
            FROM unnest($1::date[]) WITH ORDINALITY d (day, place)
        ), special AS MATERIALIZED (
            SELECT merged_into AS person FROM public.learners WHERE merged_into IS NOT NULL
            UNION SELECT e.learner_id FROM public.reversals r JOIN public.register_entries e ON e.id = r.entry_id
            UNION SELECT x.learner_id FROM public.excuses x WHERE x.lifts_duty
        ), posts AS (
            SELECT e.learner_id, coalesce(o.merged_into, o.id) AS employer_id, extract(year FROM e.employed_from)::int AS first_year,
                   width_bucket(e.employed_from - 1, $1::date[]) AS starts,
                   coalesce(width_bucket(lead(e.employed_from) OVER person - 1, $1::date[]), cardinality($1::date[])) AS moves,
                   coalesce(width_bucket(e.employed_until - 1, $1::date[]), cardinality($1::date[])) AS ends,
                   range_agg(int4range(extract(year FROM e.employed_from)::int, extract(year FROM e.employed_until)::int, '[]'))
                       OVER person AS years
            FROM public.employments e JOIN public.employers o ON o.id = e.employer_id
            JOIN public.learners l ON l.id = e.learner_id AND l.merged_into IS NULL
            WHERE e.retracted_at IS NULL AND NOT EXISTS (SELECT FROM special s WHERE s.person = e.learner_id)
            WINDOW person AS (PARTITION BY e.learner_id ORDER BY e.employed_from)
        ), hours AS (
            SELECT learner_id, subject_year, recognized_on, hours FROM public.register_entries WHERE mode = 'online'
            UNION ALL
            SELECT learner_id, subject_year, recognized_on, sum(hours) OVER (PARTITION BY learner_id, subject_year ORDER BY recognized_on)
            FROM public.register_entries WHERE mode = 'faceToFace'
        ), completions AS (
            SELECT h.learner_id, h.subject_year, min(width_bucket(h.recognized_on - 1, $1::date[])) AS done
            FROM hours h JOIN subject_years y ON y.year = h.subject_year
            WHERE h.hours >= y.required_hours GROUP BY 1, 2
        ), spans AS MATERIALIZED (
            SELECT p.employer_id, y.year, p.starts, p.moves,
                   CASE WHEN p.years @> y.year THEN cardinality($1::date[]) WHEN p.first_year <= y.year THEN p.ends ELSE 0 END AS owes_until,
                   coalesce(c.done, cardinality($1::date[])) AS done, count(*) AS persons
            FROM posts p CROSS JOIN subject_years y
            LEFT JOIN completions c ON c.learner_id = p.learner_id AND c.subject_year = y.year
            WHERE p.starts < p.moves
            GROUP BY 1, 2, 3, 4, 5, 6
        ), learners AS MATERIALIZED (
            SELECT l.* FROM public.learners l WHERE coalesce(l.merged_into, l.id) IN (SELECT person FROM special)
        ), employments AS MATERIALIZED (
            SELECT e.* FROM public.employments e WHERE e.learner_id IN (SELECT id FROM learners)
        ), register_entries AS MATERIALIZED (
            SELECT e.* FROM public.register_entries e WHERE e.learner_id IN (SELECT id FROM learners)
        ), looked_at AS MATERIALIZED (
            SELECT d.place, s.employer_id, s.year, s.status, count(*) AS persons
            FROM days d CROSS JOIN LATERAL (\(YearStatusQuery.sql(on: "d.day"))) s
            WHERE s.employer_id IS NOT NULL AND s.status <> 'notOwed'
            GROUP BY 1, 2, 3, 4
        ), grouped AS MATERIALIZED (
            SELECT o.area, o.level, o.kind, s.year, s.starts, s.moves, s.owes_until, s.done, sum(s.persons) AS persons
            FROM spans s JOIN employers o ON o.id = s.employer_id GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
        ), months AS (
            SELECT d.place, g.area, g.level, g.kind, g.year, g.persons AS complete, 0 AS unfinished, 0 AS excused
            FROM grouped g JOIN days d ON d.place >= greatest(g.starts, g.done) AND d.place < g.moves
            UNION ALL
            SELECT d.place, g.area, g.level, g.kind, g.year, 0, g.persons, 0
            FROM grouped g JOIN days d ON d.place >= g.starts AND d.place < least(g.moves, g.owes_until, g.done)
            UNION ALL
            SELECT s.place, o.area, o.level, o.kind, s.year, CASE s.status WHEN 'complete' THEN s.persons ELSE 0 END,
                   CASE WHEN s.status IN ('inProgress', 'incomplete') THEN s.persons ELSE 0 END,
                   CASE s.status WHEN 'excused' THEN s.persons ELSE 0 END
            FROM looked_at s JOIN employers o ON o.id = s.employer_id
        ), units AS (
            SELECT employer_id, year, CASE WHEN done < past THEN persons ELSE 0 END AS complete,
                   CASE WHEN done >= past AND owes_until >= past THEN persons ELSE 0 END AS unfinished, 0 AS excused
            FROM spans CROSS JOIN (SELECT cardinality($1::date[]) AS past) p WHERE starts < past AND moves >= past
            UNION ALL
            SELECT employer_id, year, CASE status WHEN 'complete' THEN persons ELSE 0 END,
                   CASE WHEN status IN ('inProgress', 'incomplete') THEN persons ELSE 0 END,
                   CASE status WHEN 'excused' THEN persons ELSE 0 END
            FROM looked_at WHERE place = cardinality($1::date[]) - 1
        )
        SELECT d.day, NULL::uuid AS employer_id, m.year, m.area, m.level, m.kind, sum(m.complete)::int8 AS complete,
               sum(m.unfinished)::int8 AS unfinished, sum(m.excused)::int8 AS excused
        FROM months m JOIN days d ON d.place = m.place GROUP BY d.day, m.year, m.area, m.level, m.kind
        UNION ALL
        SELECT NULL, o.id, u.year, o.area, o.level, o.kind, sum(u.complete)::int8, sum(u.unfinished)::int8, sum(u.excused)::int8
        FROM units u JOIN employers o ON o.id = u.employer_id
        GROUP BY o.id, u.year HAVING sum(u.complete + u.unfinished + u.excused) > 0
        """
}
