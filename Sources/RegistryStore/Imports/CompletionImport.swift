import Foundation
import PostgresClient
import RegistryDomain

/// Completion records from the provincial platform. Each that may be claimed becomes a claim at once; the rules say which,
/// page by page over the staged rows.
struct CompletionImport: ImportPlan {
    static let reasons: [String: Reason] = [
        "learnerUnknown": .learnerUnknown.naming("idNumber"),
        "outsideJurisdiction": .outsideJurisdiction.naming("idNumber"),
        "recordOfAnother": .recordOfAnother.naming("recordNumber"),
        "evidenceDiffers": .evidenceDiffers.naming("recordNumber"),
        "duplicateInFile": .duplicateInFile.naming("recordNumber"), "faceToFaceExpected": .onlineNeedsReason,
        "yearComplete": .recordKeptYearComplete, "claimOpen": .recordKeptClaimOpen,
    ]
    private static let page: Int64 = 2000

    func sort(_ work: ImportWork) async throws {
        let results = try await work.pipeline([
            ImportSQL.readRefusals, sorting(work), "ANALYZE import_rows",
            "SELECT coalesce(max(row), 0) AS last FROM import_rows",
        ])
        let last = try results[3].first?.decode("last", as: Int64.self) ?? 0
        var first: Int64 = 0
        while first < last {
            let page = CompletionPage(after: first, upTo: first + Self.page)
            try await page.assess(work)
            first += Self.page
        }
        _ = try await work.pipeline([
            Self.oneClaimForEachYear, "UPDATE import_rows SET claim_id = gen_random_uuid() WHERE claim IS NOT NULL",
        ])
    }

    private func sorting(_ work: ImportWork) -> Statement {
        """
        INSERT INTO import_rows (row, state, id, learner_id, employer_id, area, refusal, found)
        SELECT row, CASE WHEN refusal IS NOT NULL THEN 'rejected' WHEN held IS NOT NULL OR nth > 1 THEN 'unchanged' ELSE 'new' END,
               coalesce(held, gen_random_uuid()), person, person_employer, person_area, refusal,
               CASE WHEN refusal IS NOT NULL AND refusal NOT IN ('learnerUnknown', 'outsideJurisdiction') THEN record_number END
        FROM (SELECT r.*, CASE
                  WHEN numbered IS NULL THEN 'learnerUnknown'
                  WHEN person IS NULL OR person_area <> \(work.area)::text THEN 'outsideJurisdiction'
                  WHEN held_person <> person THEN 'recordOfAnother'
                  WHEN \(work.area)::text IS NOT NULL AND held IS NULL AND completion_record_exists(record_number) THEN 'recordOfAnother'
                  WHEN held IS NOT NULL AND NOT agrees THEN 'evidenceDiffers'
                  WHEN content <> first_content THEN 'duplicateInFile' END AS refusal
              FROM (SELECT c.*, row_number() OVER same AS nth, first_value(c.content) OVER same AS first_content
                    FROM (\(unescaped: Self.candidates)) c
                    WINDOW same AS (PARTITION BY c.record_number ORDER BY c.row)) r) q
        """
    }

    /// What the register has of a record agrees where it says the same; a day that a claimant left out says nothing.
    private static let candidates = """
        SELECT s.row, s.record_number, n.learner_id AS numbered, p.id AS person, p.area AS person_area,
               p.employer_id AS person_employer, h.id AS held, coalesce(hl.merged_into, hl.id) AS held_person,
               (h.subject_year, h.compulsory_hours, h.elective_hours) = (s.subject_year, s.compulsory_hours, s.elective_hours)
                   AND coalesce(h.compulsory_finished_on = s.compulsory_finished_on, true)
                   AND coalesce(h.elective_started_on = s.elective_started_on, true)
                   AND coalesce(h.test_passed_on = s.test_passed_on, true) AS agrees,
               concat_ws(chr(31), coalesce(p.id::text, s.id_number), s.subject_year::text, s.compulsory_hours::text,
                         s.elective_hours::text, coalesce(s.compulsory_finished_on::text, ''),
                         coalesce(s.elective_started_on::text, ''), coalesce(s.test_passed_on::text, '')) AS content
        FROM import_staged s
        \(ImportSQL.persons)
        LEFT JOIN completion_records h ON h.record_number = s.record_number
        LEFT JOIN learners hl ON hl.id = h.learner_id
        WHERE NOT s.rejected
        """

    /// Of several records of one person and year the first is claimed, and none where a claim is open.
    private static let oneClaimForEachYear: Statement = """
        UPDATE import_rows r SET claim = NULL, note = 'claimOpen'
        FROM (SELECT r.row, r.learner_id, s.subject_year,
                     row_number() OVER (PARTITION BY r.learner_id, s.subject_year ORDER BY r.row) AS nth
              FROM import_rows r JOIN import_staged s USING (row) WHERE r.claim IS NOT NULL) q
        WHERE r.row = q.row
          AND (q.nth > 1 OR EXISTS (
              SELECT FROM claims c WHERE c.subject_year = q.subject_year AND c.mode = 'online' AND c.state IN ('submitted', 'returned')
              AND c.learner_id IN (SELECT l.id FROM learners l WHERE l.id = q.learner_id
                                   UNION ALL SELECT l.id FROM learners l WHERE l.merged_into = q.learner_id)))
        """

    func apply(_ work: ImportWork) async throws -> [Int64] {
        let user = work.caller.userId
        let today = work.transaction.today
        let results = try await work.pipeline([
            """
            INSERT INTO completion_records (id, record_number, learner_id, subject_year, compulsory_hours, elective_hours,
                compulsory_finished_on, elective_started_on, test_passed_on, source, recorded_by)
            SELECT r.id, s.record_number, r.learner_id, s.subject_year, s.compulsory_hours, s.elective_hours,
                   s.compulsory_finished_on, s.elective_started_on, s.test_passed_on, 'platform', \(user)
            FROM import_rows r JOIN import_staged s USING (row) WHERE r.state = 'new' ORDER BY r.row
            """,
            """
            INSERT INTO claims (id, learner_id, subject_year, mode, hours, completion_record_id, evidence, rules, flags,
                                assumptions, routed_to, employer_id, area, submitted_by, submitted_on, state_since)
            SELECT r.claim_id, r.learner_id, s.subject_year, 'online', (r.claim ->> 'hours')::integer, r.id,
                   jsonb_strip_nulls(jsonb_build_object('recordNumber', s.record_number, 'compulsoryHours', s.compulsory_hours,
                       'electiveHours', s.elective_hours, 'compulsoryFinishedOn', s.compulsory_finished_on,
                       'electiveStartedOn', s.elective_started_on, 'testPassedOn', s.test_passed_on)),
                   ARRAY(SELECT jsonb_array_elements_text(r.claim -> 'rules')),
                   ARRAY(SELECT jsonb_array_elements_text(r.claim -> 'flags')),
                   ARRAY(SELECT jsonb_array_elements_text(r.claim -> 'assumptions')),
                   r.claim ->> 'routedTo', r.employer_id, r.area, \(user), \(today), \(today)
            FROM import_rows r JOIN import_staged s USING (row) WHERE r.claim_id IS NOT NULL ORDER BY r.row
            ON CONFLICT DO NOTHING
            """,
            """
            UPDATE import_rows r SET claim_id = NULL, note = 'claimOpen'
            WHERE r.claim_id IS NOT NULL AND NOT EXISTS (SELECT FROM claims c WHERE c.id = r.claim_id) RETURNING r.row
            """,
            """
            INSERT INTO claim_routings (claim_id, routing, authority, recorded_by, routed_on)
            SELECT claim_id, 1, claim ->> 'routedTo', \(user), \(today) FROM import_rows WHERE claim_id IS NOT NULL
            """,
            """
            INSERT INTO claim_events (claim_id, event, state, occurred_on, recorded_by)
            SELECT claim_id, 'submit', 'submitted', \(today), \(user) FROM import_rows WHERE claim_id IS NOT NULL ORDER BY row
            """,
        ])
        return try results[2].map { try $0.decode("row") }
    }
}
