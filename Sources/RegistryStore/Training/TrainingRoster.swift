import PostgresClient
import RegistryDomain

/// Where some people stand in a year, set-based: the one statement of year status over their records alone.
enum TrainingRoster {
    /// Common table expressions that stand in front of `YearStatusQuery` and take its tables' places.
    ///
    /// - Parameters:
    ///   - people: SQL for the ids of the persons; `asked (day, year)` stands before.
    static func tables(people: String) -> String {
        """
        people AS MATERIALIZED (\(people)),
        records AS MATERIALIZED (
            SELECT l.id FROM public.learners l WHERE l.id IN (SELECT id FROM people) OR l.merged_into IN (SELECT id FROM people)),
        learners AS (SELECT * FROM public.learners WHERE id IN (SELECT id FROM records)),
        employments AS (SELECT * FROM public.employments WHERE learner_id IN (SELECT id FROM records)),
        register_entries AS (SELECT * FROM public.register_entries WHERE learner_id IN (SELECT id FROM records)),
        excuses AS (SELECT * FROM public.excuses WHERE learner_id IN (SELECT id FROM records)),
        standing AS MATERIALIZED (
            SELECT q.person, q.employer_id, q.status FROM (\(YearStatusQuery.sql(on: "(SELECT day FROM asked)"))) q
            WHERE q.year = (SELECT year FROM asked))
        """
    }
}
