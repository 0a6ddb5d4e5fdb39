import Foundation
import PostgresClient
import RegistryDomain

/// 减免/缓训 for one subject year (Q3).
public struct NewExcuse: Codable, Sendable {
    public var subjectYear: Int
    public var reason: String
    public var document: String
    /// Whether the year's duty itself is lifted, not only the bar of E6.
    public var liftsDuty: Bool

    public init(subjectYear: Int, reason: String, document: String, liftsDuty: Bool) {
        self.subjectYear = subjectYear
        self.reason = reason
        self.document = document
        self.liftsDuty = liftsDuty
    }
}

extension RegistryStore {
    /// Approved by the bureau of the learner's area, and by no other (Q3).
    public func addExcuse(
        learner: UUID, _ excuse: NewExcuse, as caller: Caller, once: OnceKey? = nil
    ) async throws -> ExcuseRecord {
        try await permit(.addExcuse, caller, record: learner)
        return try await loggingRefusal(.addExcuse, caller, learner: learner) {
            try await write(as: caller, once: once) { transaction in
                let held = try await transaction.holdLearner(learner)
                guard let authority = caller.authority, held.area == authority else {
                    throw StoreError.forbidden(.excuseElsewhere)
                }
                guard transaction.policies.policy(forSubjectYear: excuse.subjectYear) != nil else {
                    throw StoreError.invalid([.subjectYearUnknown(excuse.subjectYear)])
                }
                try FieldChecks.statement(excuse.reason, field: "reason")
                try FieldChecks.statement(excuse.document, field: "document")
                let id = UUID()
                let results = try await transaction.pipeline([
                    """
                    INSERT INTO excuses (id, learner_id, subject_year, reason, document, lifts_duty, approved_by, approved_on, recorded_by)
                    VALUES (\(id), \(learner), \(Int32(excuse.subjectYear)), \(excuse.reason), \(excuse.document),
                            \(excuse.liftsDuty), \(authority.description), \(transaction.today), \(caller.userId))
                    """,
                    AccessLine(.addExcuse, learner: learner, record: id).statement(by: caller),
                    """
                    SELECT id, subject_year, reason, document, lifts_duty, approved_by, approved_on, NULL::date AS revoked_on
                    FROM excuses WHERE id = \(id)
                    """,
                ])
                return try ExcuseRecord(results[2][0])
            }
        }
    }

    /// Takes an excuse back from today on, by a new record.
    public func revokeExcuse(id: UUID, reason: String, as caller: Caller, once: OnceKey? = nil) async throws
        -> ExcuseRecord
    {
        try await permit(.addExcuse, caller, record: id)
        return try await loggingRefusal(.addExcuse, caller, record: id) {
            try await write(as: caller, once: once) { transaction in
                let row = try await transaction.one(
                    "SELECT learner_id, approved_by FROM excuses WHERE id = \(id)", orElse: .recordUnknown)
                guard try row.authority("approved_by") == caller.authority else {
                    throw StoreError.forbidden(.excuseElsewhere)
                }
                try FieldChecks.statement(reason, field: "reason")
                let learner = try row.decode("learner_id", as: UUID.self)
                let results = try await transaction.pipeline([
                    """
                    INSERT INTO excuse_revocations (excuse_id, reason, revoked_on, recorded_by)
                    VALUES (\(id), \(reason), \(transaction.today), \(caller.userId))
                    """,
                    AccessLine(.addExcuse, learner: learner, record: id, reason: "revoke").statement(by: caller),
                    """
                    SELECT x.id, x.subject_year, x.reason, x.document, x.lifts_duty, x.approved_by, x.approved_on, v.revoked_on
                    FROM excuses x LEFT JOIN excuse_revocations v ON v.excuse_id = x.id WHERE x.id = \(id)
                    """,
                ])
                return try ExcuseRecord(results[2][0])
            }
        }
    }
}
