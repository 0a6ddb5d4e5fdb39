import PostgresClient
import RegistryDomain

/// Employers by credit code: new ones, and names that changed.
struct EmployerImport: ImportPlan {
    static let reasons: [String: Reason] = [
        "outsideJurisdiction": .outsideJurisdiction.naming("division"), "duplicateInFile": .duplicateInFile,
        "employerClassDiffers": .employerClassDiffers,
    ]

    func sort(_ work: ImportWork) async throws {
        _ = try await work.pipeline([
            ImportSQL.readRefusals,
            """
            INSERT INTO import_rows (row, state, id, refusal, found)
            SELECT row, CASE WHEN refusal IS NOT NULL THEN 'rejected' WHEN nth > 1 THEN 'unchanged' WHEN held IS NULL THEN 'new'
                             WHEN name <> held_name AND merged_into IS NULL THEN 'changed' ELSE 'unchanged' END,
                   coalesce(held, gen_random_uuid()), refusal, CASE WHEN refusal IS NOT NULL THEN credit_code END
            FROM (SELECT r.*, CASE
                      WHEN \(work.area)::text IS NOT NULL
                           AND (area <> \(work.area) OR coalesce(held_area, area) <> \(work.area)) THEN 'outsideJurisdiction'
                      WHEN held IS NOT NULL AND (kind, level, division) IS DISTINCT FROM (held_kind, held_level, held_division)
                           THEN 'employerClassDiffers'
                      WHEN (name, kind, level, division) IS DISTINCT FROM (first_name, first_kind, first_level, first_division)
                           THEN 'duplicateInFile' END AS refusal
                  FROM (SELECT s.row, s.credit_code, s.name, s.kind, s.level, s.division,
                               CASE s.level WHEN 'county' THEN 'county:' || s.division ELSE 'city' END AS area,
                               h.id AS held, h.name AS held_name, h.kind AS held_kind, h.level AS held_level,
                               h.division AS held_division, h.area AS held_area, h.merged_into, row_number() OVER same AS nth,
                               first_value(s.name) OVER same AS first_name, first_value(s.kind) OVER same AS first_kind,
                               first_value(s.level) OVER same AS first_level,
                               first_value(s.division) OVER same AS first_division
                        FROM import_staged s LEFT JOIN employers h ON h.credit_code = s.credit_code
                        WHERE NOT s.rejected
                        WINDOW same AS (PARTITION BY s.credit_code ORDER BY s.row)) r) q
            """,
        ])
    }

    func apply(_ work: ImportWork) async throws -> [Int64] {
        _ = try await work.pipeline([
            """
            INSERT INTO employers (id, credit_code, name, kind, level, division)
            SELECT r.id, s.credit_code, s.name, s.kind, s.level, s.division
            FROM import_rows r JOIN import_staged s USING (row) WHERE r.state = 'new' ORDER BY r.row
            """,
            """
            INSERT INTO employer_corrections (id, employer_id, field, old_value, new_value, reason, document, corrected_on, recorded_by)
            SELECT gen_random_uuid(), r.id, 'name', h.name, s.name, \(LearnerImport.correctionReason), \(work.document),
                   \(work.transaction.today), \(work.caller.userId)
            FROM import_rows r JOIN import_staged s USING (row) JOIN employers h ON h.id = r.id WHERE r.state = 'changed'
            """,
            """
            UPDATE employers h SET name = s.name
            FROM import_rows r JOIN import_staged s USING (row) WHERE r.state = 'changed' AND h.id = r.id
            """,
        ])
        return []
    }
}
