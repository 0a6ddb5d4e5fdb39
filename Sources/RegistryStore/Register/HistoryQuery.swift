import Foundation
import PostgresClient
import RegistryDomain

/// The statements that read a person's history, and the value made of their rows. All records of the person count,
/// merged ones too; with `knownAt`, only what the register had recorded by then.
struct HistoryQuery {
    var learner: UUID
    var knownAt: Date?

    /// One round trip in a pipeline; `history(from:)` reads the results in this order.
    var statements: [Statement] { [employments, entries, excuses] }

    private var employments: Statement {
        """
        SELECT k.id AS employer_id, k.kind, k.level, k.division, e.employed_from, e.employed_until
        FROM employments e
        JOIN employers o ON o.id = e.employer_id
        JOIN employers k ON k.id = coalesce(o.merged_into, o.id)
        WHERE e.learner_id IN (SELECT person_records(\(learner), \(knownAt)))
          AND CASE WHEN \(knownAt)::timestamptz IS NULL THEN e.retracted_at IS NULL
                   ELSE e.recorded_at <= \(knownAt) AND (e.retracted_at IS NULL OR e.retracted_at > \(knownAt)) END
        ORDER BY e.employed_from, e.id
        """
    }

    private var entries: Statement {
        """
        SELECT e.id, e.subject_year, e.mode, e.hours, e.recognized_on, e.recognized_by, r.reversed_on
        FROM register_entries e
        LEFT JOIN reversals r ON r.entry_id = e.id AND (\(knownAt)::timestamptz IS NULL OR r.recorded_at <= \(knownAt))
        WHERE e.learner_id IN (SELECT person_records(\(learner), \(knownAt)))
          AND (\(knownAt)::timestamptz IS NULL OR e.recorded_at <= \(knownAt))
        ORDER BY e.recognized_on, e.entry_number
        """
    }

    private var excuses: Statement {
        """
        SELECT x.subject_year, x.approved_on, x.lifts_duty, v.revoked_on
        FROM excuses x
        LEFT JOIN excuse_revocations v ON v.excuse_id = x.id AND (\(knownAt)::timestamptz IS NULL OR v.recorded_at <= \(knownAt))
        WHERE x.learner_id IN (SELECT person_records(\(learner), \(knownAt)))
          AND (\(knownAt)::timestamptz IS NULL OR x.recorded_at <= \(knownAt))
        ORDER BY x.approved_on, x.id
        """
    }

    static func employment(_ row: Row) throws -> EmploymentPeriod {
        EmploymentPeriod(
            employerId: try row.decode("employer_id"), kind: try row.word("kind"), level: try row.word("level"),
            division: try row.decodeIfPresent("division"), from: try row.decode("employed_from"),
            until: try row.decodeIfPresent("employed_until"))
    }

    static func entry(_ row: Row) throws -> StandingEntry {
        StandingEntry(
            id: try row.decode("id"), subjectYear: Int(try row.decode("subject_year", as: Int32.self)),
            mode: try row.word("mode"), hours: Int(try row.decode("hours", as: Int32.self)),
            recognizedOn: try row.decode("recognized_on"), reversedOn: try row.decodeIfPresent("reversed_on"),
            recognizedBy: try row.authority("recognized_by"))
    }

    static func history(from results: ArraySlice<QueryResult>) throws -> LearnerHistory {
        let first = results.startIndex
        return LearnerHistory(
            employments: try results[first].map(employment), entries: try results[first + 1].map(entry),
            excuses: try results[first + 2].map(excuse))
    }

    static func excuse(_ row: Row) throws -> Excuse {
        Excuse(
            subjectYear: Int(try row.decode("subject_year", as: Int32.self)), approvedOn: try row.decode("approved_on"),
            liftsDuty: try row.decode("lifts_duty"), revokedOn: try row.decodeIfPresent("revoked_on"))
    }
}

extension RegistryTransaction {
    func history(of learner: UUID) async throws -> LearnerHistory {
        try HistoryQuery.history(from: try await pipeline(HistoryQuery(learner: learner).statements)[...])
    }
}
