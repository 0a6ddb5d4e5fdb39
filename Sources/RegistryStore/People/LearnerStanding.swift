import Foundation
import PostgresClient
import RegistryDomain

/// What was studied online, as the provincial platform's record has it, and how far it has come.
public struct StudyRecord: Codable, Sendable {
    public var id: UUID
    public var subjectYear: Int
    public var evidence: OnlineEvidence
    /// The latest claim that cites it; nil where nobody has claimed it.
    public var claim: UUID?
    public var claimState: ClaimState?
    public var isOnRegister: Bool
}

extension RegistryStore {
    /// The answer for every purpose of the notices in force, today, from one reading of the person's history.
    public func answers(of learner: UUID, as caller: Caller) async throws -> [EligibilityAnswer] {
        let policies = try await policies()
        let history = try await readingHistory(HistoryQuery(learner: learner), why: "all", as: caller)
        var purposes: [Purpose] = []
        for terms in policies.policies.reversed().flatMap(\.purposes) where !purposes.contains(terms.id) {
            purposes.append(terms.id)
        }
        return purposes.map { Eligibility.answer($0, history: history, policies: policies, asOf: today) }
    }

    /// The person's completion records, oldest year first.
    public func studies(of learner: UUID, as caller: Caller) async throws -> [StudyRecord] {
        let rows = try await readingLearner(
            learner, .readRegister, why: "studies", as: caller,
            [
                """
                SELECT r.id, r.record_number, r.subject_year, r.compulsory_hours, r.elective_hours, r.compulsory_finished_on,
                       r.elective_started_on, r.test_passed_on, c.id AS claim, c.state, s.entry_id
                FROM completion_records r
                LEFT JOIN LATERAL (SELECT c.id, c.state FROM claims c WHERE c.completion_record_id = r.id
                                   ORDER BY c.recorded_at DESC, c.id LIMIT 1) c ON true
                LEFT JOIN standing_entries s ON s.completion_record_id = r.id
                WHERE r.learner_id IN (SELECT person_records(\(learner), NULL))
                ORDER BY r.subject_year, r.recorded_at, r.id
                """
            ])[0]
        return try rows.map { row in
            StudyRecord(
                id: try row.decode("id"), subjectYear: Int(try row.decode("subject_year", as: Int32.self)),
                evidence: OnlineEvidence(
                    recordNumber: try row.decode("record_number"),
                    compulsoryHours: Int(try row.decode("compulsory_hours", as: Int32.self)),
                    electiveHours: Int(try row.decode("elective_hours", as: Int32.self)),
                    compulsoryFinishedOn: try row.decodeIfPresent("compulsory_finished_on"),
                    electiveStartedOn: try row.decodeIfPresent("elective_started_on"),
                    testPassedOn: try row.decodeIfPresent("test_passed_on")),
                claim: try row.decodeIfPresent("claim"),
                claimState: try row.decodeIfPresent("state", as: String.self).flatMap { ClaimState(rawValue: $0) },
                isOnRegister: try row.decodeIfPresent("entry_id", as: UUID.self) != nil)
        }
    }

    /// Every claim of the person that the caller may see, the newest first.
    public func claims(of learner: UUID, as caller: Caller) async throws -> [ClaimRecord] {
        let rows = try await readingLearner(
            learner, .readClaim, why: "claims", as: caller,
            [
                """
                \(unescaped: ClaimQuery.columns)
                WHERE c.learner_id IN (SELECT person_records(\(learner), NULL))
                ORDER BY c.submitted_on DESC, c.recorded_at DESC, c.id LIMIT 100
                """
            ])[0]
        let today = today
        return try rows.map { try ClaimQuery.record($0, today: today) }
    }
}
