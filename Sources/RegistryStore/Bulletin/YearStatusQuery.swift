/// Where everybody stands in every subject year on a day, in one pass: the set-based twin of `Eligibility.years`.
/// A test holds the two to each other on the same generated histories.
enum YearStatusQuery {
    /// Columns `person`, `employer_id`, `year`, `status`. `$1` is the business day; the employer is that of the day, as
    /// `LearnerHistory.employment(on:)` says, and NULL before the first post.
    static let sql = sql(on: "$1")

    /// - Parameter day: SQL for the business day.
    static func sql(on day: String) -> String {
        """
        WITH periods AS MATERIALIZED (
            SELECT coalesce(l.merged_into, l.id) AS person, coalesce(o.merged_into, o.id) AS employer_id, e.employed_from,
                   CASE WHEN e.employed_until <= \(day) THEN e.employed_until END AS ended_on,
                   e.employed_until IS NULL OR e.employed_until >= \(day) AS is_in_post
            FROM employments e JOIN learners l ON l.id = e.learner_id JOIN employers o ON o.id = e.employer_id
            WHERE e.retracted_at IS NULL AND e.employed_from <= \(day)
        ), posts AS (
            SELECT p.person, y.year,
                   bool_or(extract(year FROM p.employed_from) <= y.year
                           AND (p.ended_on IS NULL OR extract(year FROM p.ended_on) >= y.year)) AS owes
            FROM periods p CROSS JOIN subject_years y
            GROUP BY p.person, y.year
        ), places AS (
            SELECT DISTINCT ON (person) person, employer_id FROM periods ORDER BY person, is_in_post DESC, employed_from DESC, employer_id
        ), credits AS (
            SELECT coalesce(l.merged_into, l.id) AS person, e.subject_year AS year,
                   greatest(coalesce(max(e.hours) FILTER (WHERE e.mode = 'online'), 0),
                            coalesce(sum(e.hours) FILTER (WHERE e.mode = 'faceToFace'), 0)) AS hours
            FROM register_entries e JOIN learners l ON l.id = e.learner_id
            LEFT JOIN reversals r ON r.entry_id = e.id AND r.reversed_on <= \(day)
            WHERE e.recognized_on <= \(day) AND r.entry_id IS NULL
            GROUP BY 1, 2
        ), excused AS (
            SELECT DISTINCT coalesce(l.merged_into, l.id) AS person, x.subject_year AS year
            FROM excuses x JOIN learners l ON l.id = x.learner_id
            LEFT JOIN excuse_revocations v ON v.excuse_id = x.id AND v.revoked_on <= \(day)
            WHERE x.lifts_duty AND x.approved_on <= \(day) AND v.excuse_id IS NULL
        )
        SELECT l.id AS person, w.employer_id, y.year,
               CASE WHEN coalesce(c.hours, 0) >= y.required_hours THEN 'complete'
                    WHEN NOT coalesce(p.owes, false) THEN 'notOwed'
                    WHEN x.person IS NOT NULL THEN 'excused'
                    WHEN \(day) <= y.due_on THEN 'inProgress'
                    ELSE 'incomplete' END AS status
        FROM learners l CROSS JOIN subject_years y
        LEFT JOIN places w ON w.person = l.id
        LEFT JOIN posts p ON p.person = l.id AND p.year = y.year
        LEFT JOIN credits c ON c.person = l.id AND c.year = y.year
        LEFT JOIN excused x ON x.person = l.id AND x.year = y.year
        WHERE l.merged_into IS NULL
        """
    }
}
