import Foundation
import PostgresClient
import RegistryDomain

/// What reads a person's history, and the value made of its rows. All records of the person count, merged ones too; with
/// `knownAt`, only what the register had recorded by then. The statements are PostgreSQL's functions `person_history` and
/// `read_history`, whose plans a session keeps.
struct HistoryQuery {
    var learner: UUID
    var knownAt: Date?

    /// With the eyes of whoever's transaction it is.
    var statement: Statement { "SELECT * FROM person_history(\(learner), \(knownAt))" }

    /// For a caller, and on the access log. Its first row says whether it was allowed and where the learner is
    /// placed; no row, that there is no such learner, or nobody who asks.
    func reading(_ why: String, _ requestId: String?) -> Statement {
        "SELECT * FROM read_history(\(learner), \(knownAt), \(why), \(requestId))"
    }

    static func history(from rows: some Sequence<Row>) throws -> LearnerHistory {
        var history = LearnerHistory()
        for row in rows {
            switch try row.decode("fact", as: String.self) {
            case "employment": history.employments.append(try employment(row))
            case "entry": history.entries.append(try entry(row))
            default: history.excuses.append(try excuse(row))
            }
        }
        return history
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

    static func excuse(_ row: Row) throws -> Excuse {
        Excuse(
            subjectYear: Int(try row.decode("subject_year", as: Int32.self)), approvedOn: try row.decode("approved_on"),
            liftsDuty: try row.decode("lifts_duty"), revokedOn: try row.decodeIfPresent("revoked_on"))
    }
}

extension RegistryTransaction {
    func history(of learner: UUID) async throws -> LearnerHistory {
        try HistoryQuery.history(from: try await execute(HistoryQuery(learner: learner).statement))
    }
}
