import PostgresClient
import RegistryDomain

/// Opening entries from paper certificates (Q10), made by the learner's own bureau.
struct OpeningImport: ImportPlan {
    static let reasons: [String: Reason] = [
        "learnerUnknown": .learnerUnknown.naming("idNumber"),
        "outsideJurisdiction": .outsideJurisdiction.naming("idNumber"),
        "ownClaim": .ownClaim.naming("idNumber"), "paperUsed": .openingDiffers, "openingReversed": .openingReversed,
        "yearComplete": .yearComplete(nil).naming("subjectYear"),
        "duplicateInFile": .duplicateInFile.naming("paperNumber"),
    ]

    func sort(_ work: ImportWork) async throws {
        guard let authority = work.caller.authority else { throw StoreError.forbidden(.roleMayNot) }
        _ = try await work.pipeline([ImportSQL.readRefusals, sorting(work, authority), Self.overfilling])
    }

    private func sorting(_ work: ImportWork, _ authority: Authority) -> Statement {
        """
        INSERT INTO import_rows (row, state, id, learner_id, refusal, found)
        SELECT row, CASE WHEN refusal IS NOT NULL THEN 'rejected' WHEN held IS NOT NULL OR nth > 1 THEN 'unchanged' ELSE 'new' END,
               coalesce(held, gen_random_uuid()), person, refusal,
               CASE WHEN refusal IN ('paperUsed', 'openingReversed', 'duplicateInFile') THEN paper_number
                    WHEN refusal = 'yearComplete' THEN subject_year::text END
        FROM (SELECT r.*, CASE
                  WHEN numbered IS NULL THEN 'learnerUnknown'
                  WHEN person IS NULL OR person_area <> \(authority.description) THEN 'outsideJurisdiction'
                  WHEN person IN (SELECT person_records(\(work.caller.learnerId), NULL)) THEN 'ownClaim'
                  WHEN held IS NOT NULL AND (held_hours, held_on) <> (hours, recognized_on) THEN 'paperUsed'
                  WHEN held IS NULL AND was_reversed THEN 'openingReversed'
                  WHEN held IS NULL AND is_complete THEN 'yearComplete'
                  WHEN (hours, recognized_on) <> (first_hours, first_on) THEN 'duplicateInFile' END AS refusal
              FROM (SELECT c.*, row_number() OVER same AS nth, first_value(c.hours) OVER same AS first_hours,
                           first_value(c.recognized_on) OVER same AS first_on
                    FROM (\(unescaped: Self.candidates)) c
                    WINDOW same AS (PARTITION BY coalesce(c.person::text, c.id_number), c.subject_year, c.mode, c.paper_number
                                    ORDER BY c.row)) r) q
        """
    }

    private static let candidates = """
        SELECT s.row, s.id_number, s.subject_year, s.mode, s.hours, s.recognized_on, s.paper_number, n.learner_id AS numbered,
               p.id AS person, p.area AS person_area, h.entry_id AS held, h.hours AS held_hours, h.recognized_on AS held_on,
               EXISTS (SELECT FROM standing_entries t WHERE t.learner_id = p.id AND t.subject_year = s.subject_year
                       AND t.completes) AS is_complete,
               EXISTS (SELECT FROM register_entries e JOIN reversals v ON v.entry_id = e.id
                       WHERE e.learner_id IN (SELECT l.id FROM learners l WHERE l.id = p.id
                                              UNION ALL SELECT l.id FROM learners l WHERE l.merged_into = p.id)
                       AND (e.kind, e.subject_year, e.mode, e.paper_number, e.hours, e.recognized_on)
                         = ('opening', s.subject_year, s.mode, s.paper_number, s.hours, s.recognized_on)) AS was_reversed
        FROM import_staged s
        \(ImportSQL.persons)
        LEFT JOIN standing_entries h ON h.learner_id = p.id AND h.subject_year = s.subject_year AND h.mode = s.mode
             AND h.paper_number = s.paper_number
        WHERE NOT s.rejected
        """

    /// Once a row of the file completes a year, further rows of that person and year are too many, as a second claim
    /// would be (S2, Q4). What completes is what `stand_entries()` says of the same rows.
    private static let overfilling: Statement = """
        UPDATE import_rows r SET state = 'rejected', refusal = 'yearComplete', found = q.subject_year::text
        FROM (SELECT f.row, f.subject_year,
                     min(f.row) FILTER (WHERE f.completes) OVER (PARTITION BY f.learner_id, f.subject_year) AS completed_by
              FROM (SELECT r.row, r.learner_id, s.subject_year,
                           CASE s.mode WHEN 'online' THEN s.hours
                           ELSE sum(s.hours) OVER (PARTITION BY r.learner_id, s.subject_year, s.mode ORDER BY r.row)
                                + coalesce((SELECT sum(t.hours) FROM standing_entries t WHERE t.learner_id = r.learner_id
                                            AND t.subject_year = s.subject_year AND t.mode = 'faceToFace'), 0)
                           END >= y.required_hours AS completes
                    FROM import_rows r JOIN import_staged s USING (row) JOIN subject_years y ON y.year = s.subject_year
                    WHERE r.state = 'new') f) q
        WHERE r.row = q.row AND q.row > q.completed_by
        """

    func apply(_ work: ImportWork) async throws -> [Int64] {
        _ = try await work.execute(
            """
            INSERT INTO register_entries (id, kind, learner_id, subject_year, mode, hours, paper_number, recognized_by,
                                          recognized_on, recorded_by)
            SELECT r.id, 'opening', r.learner_id, s.subject_year, s.mode, s.hours, s.paper_number,
                   \(work.caller.authority?.description), s.recognized_on, \(work.caller.userId)
            FROM import_rows r JOIN import_staged s USING (row) WHERE r.state = 'new' ORDER BY r.row
            """)
        return []
    }
}
