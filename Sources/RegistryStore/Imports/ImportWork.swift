import Foundation
import PostgresClient
import RegistryDomain

/// One import under way in its transaction: rows are staged, sorted into what becomes of them, and applied.
struct ImportWork: Sendable {
    let transaction: RegistryTransaction
    let job: UUID
    /// The only area whose learners and employers may be touched; nil for all.
    let area: String?
    /// What dated corrections name as their evidence.
    let document: String

    var caller: Caller { transaction.caller }
    func execute(_ statement: Statement) async throws -> QueryResult { try await transaction.execute(statement) }
    func pipeline(_ statements: [Statement]) async throws -> [QueryResult] {
        try await transaction.pipeline(statements)
    }
}

/// The set-based statements of one kind.
protocol ImportPlan: Sendable {
    /// The reasons that `refusal` and `note` may name, by the code used there.
    static var reasons: [String: Reason] { get }
    /// Fills `import_rows` from `import_staged`, of rows that are not there yet; changes nothing else.
    func sort(_ work: ImportWork) async throws
    /// Carries out what `import_rows` says.
    ///
    /// - Returns: rows whose claim was overtaken by another one meanwhile.
    func apply(_ work: ImportWork) async throws -> [Int64]
}

extension ImportKind {
    var plan: any ImportPlan {
        switch self {
        case .employers: EmployerImport()
        case .learners: LearnerImport()
        case .completions: CompletionImport()
        case .openings: OpeningImport()
        }
    }
}

enum ImportSQL {
    /// Rows that were refused while they were read.
    static let readRefusals: Statement =
        "INSERT INTO import_rows (row, state) SELECT row, 'rejected' FROM import_staged WHERE rejected ON CONFLICT DO NOTHING"

    /// The person whom an ID number, old or new, belongs to; `numbered` says that there is one, seen or not.
    static let persons = """
        LEFT JOIN learner_id_numbers n ON n.id_number = s.id_number
        LEFT JOIN learners m ON m.id = n.learner_id
        LEFT JOIN learners p ON p.id = coalesce(m.merged_into, m.id)
        """

    static func findings(of job: UUID, _ reasons: [String: Reason]) throws -> Statement {
        let reasons = JSONB(text: try RegistryJSON.string(reasons))
        return """
            INSERT INTO import_findings (job_id, row, field, severity, rule, code, found, expected, message)
            SELECT \(job), f.row, f.what ->> 'field', f.severity, f.what ->> 'rule', f.what ->> 'code',
                   coalesce(f.found, f.what ->> 'found'), f.what ->> 'expected', f.what -> 'message'
            FROM (SELECT s.row, e.what ->> 'severity' AS severity, e.what, NULL AS found, e.place
                  FROM import_staged s CROSS JOIN LATERAL jsonb_array_elements(s.findings) WITH ORDINALITY AS e(what, place)
                  UNION ALL
                  SELECT r.row, 'rejected', e.what, NULL, e.place
                  FROM import_rows r CROSS JOIN LATERAL jsonb_array_elements(r.reasons) WITH ORDINALITY AS e(what, place)
                  UNION ALL
                  SELECT r.row, 'rejected', \(reasons) -> r.refusal, r.found, 0 FROM import_rows r WHERE r.refusal IS NOT NULL
                  UNION ALL
                  SELECT r.row, 'note', \(reasons) -> r.note, r.found, 0 FROM import_rows r
                  WHERE r.note IS NOT NULL AND r.state <> 'rejected') f
            ORDER BY f.row, f.place
            """
    }

    static let counts: Statement = """
        SELECT count(*) AS read, count(*) FILTER (WHERE state = 'new') AS new,
               count(*) FILTER (WHERE state = 'changed') AS changed,
               count(*) FILTER (WHERE state = 'unchanged') AS unchanged,
               count(*) FILTER (WHERE state = 'rejected') AS rejected, count(claim_id) AS claims_opened
        FROM import_rows
        """
}
