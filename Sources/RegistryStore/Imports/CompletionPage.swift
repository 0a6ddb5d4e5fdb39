import Foundation
import PostgresClient
import RegistryDomain

/// Some thousand staged completion records, assessed by the same rules as a claim that a person hands in.
struct CompletionPage {
    /// Rows above `after`, up to and with `upTo`.
    let after: Int64
    let upTo: Int64

    private struct Verdict: Encodable {
        var row: Int64
        var state: String?
        var note: String?
        var reasons: [Reason]?
        var claim: Claim?

        struct Claim: Encodable {
            var hours: Int
            var rules: [RuleID]
            var flags: [ClaimFlag]
            var assumptions: [RuleID]
            var routedTo: Authority
        }
    }

    func assess(_ work: ImportWork) async throws {
        let results = try await work.pipeline([rows, employments, entries])
        if results[0].isEmpty { return }
        let histories = try histories(results[1], results[2])
        let verdicts = try results[0].map { try verdict($0, histories, work.transaction) }
        let document = JSONB(text: try RegistryJSON.string(verdicts))
        _ = try await work.execute(
            """
            UPDATE import_rows r SET state = coalesce(x.state, r.state), note = x.note, reasons = x.reasons, claim = x.claim
            FROM jsonb_to_recordset(\(document)) AS x(row bigint, state text, note text, reasons jsonb, claim jsonb)
            WHERE r.row = x.row
            """)
    }

    private func verdict(
        _ row: Row, _ histories: [UUID: LearnerHistory], _ transaction: RegistryTransaction
    ) throws -> Verdict {
        let request = try request(row)
        let history = histories[try row.decode("learner_id")] ?? LearnerHistory()
        let number = try row.decode("row", as: Int64.self)
        let isComplete = Eligibility.years(of: history, under: transaction.policies, asOf: transaction.today)
            .contains { $0.year == request.subjectYear && $0.status == .complete }
        switch ClaimRules.assess(request, history: history, policies: transaction.policies, today: transaction.today) {
        case .success(let acceptance):
            if isComplete { return Verdict(row: number, note: "yearComplete") }
            return Verdict(
                row: number,
                claim: .init(
                    hours: acceptance.hours, rules: acceptance.rules, flags: acceptance.flags,
                    assumptions: acceptance.assumptions, routedTo: acceptance.routedTo))
        case .failure(let refusal):
            // Q6: the record itself is in order; the claim needs what a file does not have.
            guard refusal.reasons.allSatisfy({ $0.rule == .Q6 && $0.code == Reason.reasonRequired.code }) else {
                return Verdict(row: number, state: "rejected", reasons: refusal.reasons)
            }
            return Verdict(row: number, note: isComplete ? "yearComplete" : "faceToFaceExpected")
        }
    }

    private func request(_ row: Row) throws -> ClaimRequest {
        let evidence = OnlineEvidence(
            recordNumber: try row.decode("record_number"),
            compulsoryHours: Int(try row.decode("compulsory_hours", as: Int64.self)),
            electiveHours: Int(try row.decode("elective_hours", as: Int64.self)),
            compulsoryFinishedOn: try row.decodeIfPresent("compulsory_finished_on"),
            electiveStartedOn: try row.decodeIfPresent("elective_started_on"),
            testPassedOn: try row.decodeIfPresent("test_passed_on"))
        return ClaimRequest(
            subjectYear: Int(try row.decode("subject_year", as: Int32.self)), evidence: .online(evidence))
    }

    private func histories(_ employments: QueryResult, _ entries: QueryResult) throws -> [UUID: LearnerHistory] {
        var histories: [UUID: LearnerHistory] = [:]
        for row in employments {
            histories[try row.decode("person"), default: LearnerHistory()].employments.append(
                try HistoryQuery.employment(row))
        }
        for row in entries {
            histories[try row.decode("person"), default: LearnerHistory()].entries.append(try HistoryQuery.entry(row))
        }
        return histories
    }

    private var rows: Statement {
        """
        SELECT r.row, r.learner_id, s.record_number, s.subject_year, s.compulsory_hours, s.elective_hours,
               s.compulsory_finished_on, s.elective_started_on, s.test_passed_on
        FROM import_rows r JOIN import_staged s USING (row)
        WHERE r.state = 'new' AND r.row > \(after) AND r.row <= \(upTo) ORDER BY r.row
        """
    }

    /// Every record of the page's persons: their own and what was merged into it.
    private static let records = """
        (SELECT l.id, t.learner_id AS person FROM persons t JOIN learners l ON l.id = t.learner_id
         UNION ALL
         SELECT l.id, t.learner_id FROM persons t JOIN learners l ON l.merged_into = t.learner_id) t
        """

    private var employments: Statement {
        """
        WITH persons AS MATERIALIZED (SELECT DISTINCT learner_id FROM import_rows
                                      WHERE state = 'new' AND row > \(after) AND row <= \(upTo))
        SELECT t.person, k.id AS employer_id, k.kind, k.level, k.division, e.employed_from, e.employed_until
        FROM \(unescaped: Self.records)
        JOIN employments e ON e.learner_id = t.id AND e.retracted_at IS NULL
        JOIN employers o ON o.id = e.employer_id
        JOIN employers k ON k.id = coalesce(o.merged_into, o.id)
        """
    }

    private var entries: Statement {
        """
        WITH persons AS MATERIALIZED (SELECT DISTINCT learner_id FROM import_rows
                                      WHERE state = 'new' AND row > \(after) AND row <= \(upTo))
        SELECT t.person, e.id, e.subject_year, e.mode, e.hours, e.recognized_on, e.recognized_by, v.reversed_on
        FROM \(unescaped: Self.records)
        JOIN register_entries e ON e.learner_id = t.id
        LEFT JOIN reversals v ON v.entry_id = e.id
        """
    }
}
