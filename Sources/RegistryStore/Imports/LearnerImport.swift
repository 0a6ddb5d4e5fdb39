import PostgresClient
import RegistryDomain

/// Learners by any ID number they ever had: new ones with their first employment, and dated corrections of what the file
/// says otherwise. An empty field says nothing.
struct LearnerImport: ImportPlan {
    static let correctionReason = "导入文件与登记不同 / the imported file differs"

    static let reasons: [String: Reason] = [
        "outsideJurisdiction": .outsideJurisdiction.naming("idNumber"), "duplicateInFile": .duplicateInFile,
        "employerUnknown": .employerUnknown.naming("employerCreditCode"),
        "employerClosed": .employerClosed.naming("employerCreditCode"), "employerDiffers": .employerDiffers,
        "employmentEnded": .employmentEnded, "nameCorrected": .nameCorrected,
        "inPostAssumed": .inPostAssumed,
    ]

    func sort(_ work: ImportWork) async throws {
        _ = try await work.pipeline([ImportSQL.readRefusals, sorting(work), Self.sayingSoOnce])
    }

    private static let sayingSoOnce: Statement = """
        UPDATE import_rows r SET note = 'inPostAssumed', found = s.employed_from::text
        FROM import_staged s
        WHERE s.row = r.row AND r.row = (SELECT min(n.row) FROM import_rows n JOIN import_staged t USING (row)
                                         WHERE n.state = 'new' AND t.is_period_assumed)
        """

    private func sorting(_ work: ImportWork) -> Statement {
        """
        INSERT INTO import_rows (row, state, id, employer_id, area, refusal, note, found)
        SELECT row, CASE WHEN refusal IS NOT NULL THEN 'rejected' WHEN nth > 1 THEN 'unchanged' WHEN person IS NULL THEN 'new'
                         WHEN differs THEN 'changed' ELSE 'unchanged' END,
               coalesce(person, gen_random_uuid()), employer, employer_area, refusal,
               CASE WHEN nth > 1 OR person IS NULL THEN NULL WHEN name <> held_name THEN 'nameCorrected'
                    WHEN in_post_until < \(work.transaction.today) THEN 'employmentEnded' END,
               CASE WHEN refusal LIKE 'employer%' THEN employer_credit_code WHEN name <> held_name THEN held_name END
        FROM (SELECT r.*, CASE
                  WHEN numbered IS NOT NULL AND person IS NULL THEN 'outsideJurisdiction'
                  WHEN person_area <> \(work.area)::text THEN 'outsideJurisdiction'
                  WHEN employer IS NULL THEN 'employerUnknown'
                  WHEN person IS NULL AND employer_area <> \(work.area)::text THEN 'outsideJurisdiction'
                  WHEN person IS NULL AND closed_on IS NOT NULL THEN 'employerClosed'
                  WHEN person IS NOT NULL AND person_employer IS DISTINCT FROM employer THEN 'employerDiffers'
                  WHEN content <> first_content THEN 'duplicateInFile' END AS refusal
              FROM (SELECT c.*, row_number() OVER same AS nth, first_value(c.content) OVER same AS first_content
                    FROM (\(unescaped: Self.candidates)) c
                    WINDOW same AS (PARTITION BY coalesce(c.person::text, c.id_number) ORDER BY c.row)) r) q
        """
    }

    private static let candidates = """
        SELECT s.row, s.id_number, s.name, s.employer_credit_code, n.learner_id AS numbered, p.id AS person,
               p.area AS person_area, p.employer_id AS person_employer, p.name AS held_name, k.id AS employer,
               k.area AS employer_area, k.closed_on,
               (SELECT max(coalesce(e.employed_until, 'infinity')) FROM employments e
                WHERE e.learner_id = p.id AND e.retracted_at IS NULL) AS in_post_until,
               s.name <> p.name OR s.gender IS NOT NULL AND s.gender IS DISTINCT FROM p.gender
                   OR s.post IS NOT NULL AND s.post IS DISTINCT FROM p.post
                   OR s.title IS NOT NULL AND s.title IS DISTINCT FROM p.title
                   OR s.professional_since IS NOT NULL AND s.professional_since IS DISTINCT FROM p.professional_since AS differs,
               concat_ws(chr(31), s.name, coalesce(s.gender, ''), s.employer_credit_code, coalesce(s.post, ''),
                         coalesce(s.title, ''), coalesce(s.professional_since::text, ''), s.employed_from::text,
                         coalesce(s.employed_until::text, '')) AS content
        FROM import_staged s
        \(ImportSQL.persons)
        LEFT JOIN employers o ON o.credit_code = s.employer_credit_code
        LEFT JOIN employers k ON k.id = coalesce(o.merged_into, o.id)
        WHERE NOT s.rejected AND NOT EXISTS (SELECT FROM import_rows r WHERE r.row = s.row)
        """

    /// Whom somebody recorded by hand meanwhile is no longer new: those rows are sorted again, with that in view.
    private func insert(_ work: ImportWork) async throws {
        for _ in 0..<ImportWork.attempts {
            let results = try await work.pipeline([
                """
                INSERT INTO learners (id, id_number, name, gender, post, title, professional_since, employer_id, area)
                SELECT r.id, s.id_number, s.name, s.gender, s.post, s.title, s.professional_since, r.employer_id, r.area
                FROM import_rows r JOIN import_staged s USING (row)
                WHERE r.state = 'new' AND NOT EXISTS (SELECT FROM learners p WHERE p.id = r.id)
                ORDER BY s.id_number ON CONFLICT DO NOTHING
                """,
                """
                DELETE FROM import_rows r WHERE r.state = 'new' AND NOT EXISTS (SELECT FROM learners p WHERE p.id = r.id)
                """,
            ])
            if results[1].affectedRows == 0 { return }
            try await sort(work)
        }
        throw StoreError.conflict(.learnerExists, entry: nil, claim: nil)
    }

    func apply(_ work: ImportWork) async throws -> [Int64] {
        try await insert(work)
        _ = try await work.pipeline([
            """
            INSERT INTO learner_id_numbers (id_number, learner_id)
            SELECT s.id_number, r.id FROM import_rows r JOIN import_staged s USING (row) WHERE r.state = 'new'
            """,
            """
            INSERT INTO employments (id, learner_id, employer_id, employed_from, employed_until, recorded_by)
            SELECT gen_random_uuid(), r.id, r.employer_id, s.employed_from, s.employed_until, \(work.caller.userId)
            FROM import_rows r JOIN import_staged s USING (row) WHERE r.state = 'new'
            """,
            """
            INSERT INTO learner_corrections (id, learner_id, field, old_value, new_value, reason, document, corrected_on, recorded_by)
            SELECT gen_random_uuid(), r.id, v.field, v.old_value, v.new_value, \(Self.correctionReason), \(work.document),
                   \(work.transaction.today), \(work.caller.userId)
            FROM import_rows r JOIN import_staged s USING (row) JOIN learners p ON p.id = r.id
            CROSS JOIN LATERAL (VALUES ('name', p.name, s.name), ('gender', p.gender, s.gender), ('post', p.post, s.post),
                ('title', p.title, s.title), ('professionalSince', p.professional_since::text, s.professional_since::text)
                ) AS v(field, old_value, new_value)
            WHERE r.state = 'changed' AND v.new_value IS NOT NULL AND v.new_value IS DISTINCT FROM v.old_value
            """,
            """
            UPDATE learners p SET name = s.name, gender = coalesce(s.gender, p.gender), post = coalesce(s.post, p.post),
                title = coalesce(s.title, p.title), professional_since = coalesce(s.professional_since, p.professional_since),
                version = p.version + 1
            FROM import_rows r JOIN import_staged s USING (row) WHERE r.state = 'changed' AND p.id = r.id
            """,
        ])
        return []
    }
}
