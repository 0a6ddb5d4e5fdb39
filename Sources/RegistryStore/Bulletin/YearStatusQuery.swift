/// Where everybody stands in every subject year on a day, in one pass: the set-based twin of `Eligibility.years`.
/// A test holds the two to each other on the same generated histories.
enum YearStatusQuery {
    /// Columns `person`, `employer_id`, `year`, `status`. `$1` is the business day; the employer is that of the day, as
    /// `LearnerHistory.employment(on:)` says, and NULL before the first post. A period that ends before it begins, or began
    /// at no day, is for the audit to name, and stops no count.
    static let sql = sql(on: "$1")

    /// A date may be infinite, a number of a year may not.
    private static let firstDay = "date '0001-01-01'"

    /// - Parameters:
    ///   - day: SQL for the business day.
    ///   - among: a condition, given SQL for a person's id; the others are left out.
    static func sql(on day: String, among: (String) -> String = { _ in "true" }) -> String {
        """
        WITH merged AS MATERIALIZED (
            SELECT id, merged_into FROM learners WHERE merged_into IS NOT NULL
        ), periods AS (
            SELECT coalesce(m.merged_into, e.learner_id) AS person, coalesce(o.merged_into, o.id) AS employer_id, e.employed_from,
                   extract(year FROM greatest(e.employed_from, \(firstDay)))::int AS first_year,
                   CASE WHEN e.employed_until <= \(day) THEN extract(year FROM greatest(e.employed_until, \(firstDay)))::int END AS last_year,
                   e.employed_until IS NULL OR e.employed_until >= \(day) AS is_in_post
            FROM employments e JOIN employers o ON o.id = e.employer_id LEFT JOIN merged m ON m.id = e.learner_id
            WHERE e.retracted_at IS NULL AND e.employed_from <= \(day) AND \(among("coalesce(m.merged_into, e.learner_id)"))
        ), posts AS (
            SELECT person, array_agg(CASE WHEN first_year > last_year THEN 'empty' ELSE int4range(first_year, last_year, '[]') END) AS years,
                   (array_agg(employer_id ORDER BY is_in_post DESC, employed_from DESC, employer_id))[1] AS employer_id
            FROM periods GROUP BY person
        ), credits AS (
            SELECT coalesce(m.merged_into, e.learner_id) AS person, e.subject_year AS year,
                   greatest(coalesce(max(e.hours) FILTER (WHERE e.mode = 'online'), 0),
                            coalesce(sum(e.hours) FILTER (WHERE e.mode = 'faceToFace'), 0)) AS hours
            FROM register_entries e LEFT JOIN merged m ON m.id = e.learner_id
            LEFT JOIN reversals r ON r.entry_id = e.id AND r.reversed_on <= \(day)
            WHERE e.recognized_on <= \(day) AND r.entry_id IS NULL AND \(among("coalesce(m.merged_into, e.learner_id)"))
            GROUP BY 1, 2
        ), excused AS (
            SELECT DISTINCT coalesce(m.merged_into, x.learner_id) AS person, x.subject_year AS year
            FROM excuses x LEFT JOIN merged m ON m.id = x.learner_id
            LEFT JOIN excuse_revocations v ON v.excuse_id = x.id AND v.revoked_on <= \(day)
            WHERE x.lifts_duty AND x.approved_on <= \(day) AND v.excuse_id IS NULL
        )
        SELECT l.id AS person, p.employer_id, y.year,
               CASE WHEN coalesce(c.hours, 0) >= y.required_hours THEN 'complete'
                    WHEN NOT coalesce(y.year <@ ANY (p.years), false) THEN 'notOwed'
                    WHEN x.person IS NOT NULL THEN 'excused'
                    WHEN \(day) <= y.due_on THEN 'inProgress'
                    ELSE 'incomplete' END AS status
        FROM learners l CROSS JOIN subject_years y
        LEFT JOIN posts p ON p.person = l.id
        LEFT JOIN credits c ON c.person = l.id AND c.year = y.year
        LEFT JOIN excused x ON x.person = l.id AND x.year = y.year
        WHERE l.merged_into IS NULL AND \(among("l.id"))
        """
    }
}
