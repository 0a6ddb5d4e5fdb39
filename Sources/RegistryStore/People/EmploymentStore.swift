import Foundation
import PostgresClient
import RegistryDomain

/// A period in post to be recorded: a transfer, or a return.
public struct NewEmployment: Codable, Sendable {
    public var employerCreditCode: String
    public var from: Day
    public var until: Day?

    public init(employerCreditCode: String, from: Day, until: Day? = nil) {
        self.employerCreditCode = employerCreditCode
        self.from = from
        self.until = until
    }
}

extension RegistryStore {
    /// Records a period. A period that is still open ends the day before; any other overlap is a conflict (Q12).
    ///
    /// The learner's bureau does it, the bureau that takes in somebody who is in no post, or the city bureau.
    public func addEmployment(
        learner: UUID, _ employment: NewEmployment, as caller: Caller, once: OnceKey? = nil
    ) async throws -> LearnerRecord {
        let scope = try await permit(.addEmployment, caller, record: learner)
        return try await loggingRefusal(.addEmployment, caller, learner: learner) {
            try await write(as: caller, once: once) { transaction in
                let held = try await transaction.holdLearner(learner)
                guard scope == .all || held.area == caller.authority else {
                    throw StoreError.forbidden(.outsideJurisdiction)
                }
                try FieldChecks.notAfter(transaction.today, employment.from, field: "from")
                try FieldChecks.notAfter(transaction.today, employment.until, field: "until")
                if let until = employment.until, until < employment.from { throw StoreError.invalid([.periodReversed]) }
                let employer = try await transaction.openEmployer(employment.employerCreditCode)
                try await transaction.closeOpenPeriod(of: learner, before: employment.from)
                // Read before the row moves out of the caller's sight: a transfer may take the learner to another area.
                let line = AccessLine(.addEmployment, learner: learner, record: employer.id)
                _ = try await transaction.pipeline([
                    """
                    INSERT INTO employments (id, learner_id, employer_id, employed_from, employed_until, recorded_by)
                    VALUES (gen_random_uuid(), \(learner), \(employer.id), \(employment.from), \(employment.until), \(caller.userId))
                    """,
                    line.statement(by: caller),
                ])
                return try await transaction.learnerAfterMove(learner)
            }
        }
    }

    /// Ends the open period: the learner leaves, without a new employer.
    public func endEmployment(
        learner: UUID, until: Day, reason: String, as caller: Caller, once: OnceKey? = nil
    ) async throws -> LearnerRecord {
        let scope = try await permit(.addEmployment, caller, record: learner)
        return try await loggingRefusal(.addEmployment, caller, learner: learner) {
            try await write(as: caller, once: once) { transaction in
                let held = try await transaction.holdLearner(learner)
                guard scope == .all || held.area == caller.authority else {
                    throw StoreError.forbidden(.outsideJurisdiction)
                }
                try FieldChecks.statement(reason, field: "reason")
                try FieldChecks.notAfter(transaction.today, until, field: "until")
                guard try await transaction.closeOpenPeriod(of: learner, before: until.adding(days: 1)) else {
                    throw StoreError.conflict(.noOpenEmployment, entry: nil, claim: nil)
                }
                let line = AccessLine(.addEmployment, learner: learner, reason: reason)
                _ = try await transaction.execute(line.statement(by: caller))
                return try await transaction.learner(learner)
            }
        }
    }
}

extension RegistryTransaction {
    /// Shortens the period that is still open to end the day before `day`: the old record is retracted, the shorter one
    /// recorded. True where there was one.
    @discardableResult
    fileprivate func closeOpenPeriod(of learner: UUID, before day: Day) async throws -> Bool {
        let retracted = try await execute(
            """
            UPDATE employments SET retracted_at = now()
            WHERE learner_id IN (SELECT person_records(\(learner), NULL)) AND retracted_at IS NULL
              AND employed_until IS NULL AND employed_from < \(day)
            RETURNING learner_id, employer_id, employed_from
            """)
        for row in retracted {
            _ = try await execute(
                """
                INSERT INTO employments (id, learner_id, employer_id, employed_from, employed_until, recorded_by)
                VALUES (gen_random_uuid(), \(try row.decode("learner_id", as: UUID.self)), \(try row.decode("employer_id", as: UUID.self)),
                        \(try row.decode("employed_from", as: Day.self)), \(day.adding(days: -1)), \(caller.userId))
                """)
        }
        return !retracted.isEmpty
    }

    /// The record after a transfer: it may have left the caller's area, and the one who moved it is told how it ended.
    fileprivate func learnerAfterMove(_ id: UUID) async throws -> LearnerRecord {
        let results = try await pipeline(
            ["SELECT set_config('ceregistry.role', 'verifier', true)"] + LearnerQuery.statements(id) + [caller.entering]
        )
        return try LearnerQuery.record(from: results[1...])
    }
}
