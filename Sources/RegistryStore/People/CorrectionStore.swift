import Foundation
import PostgresClient
import RegistryDomain

/// A correction of what the register says of a person, with its evidence.
public struct LearnerCorrection: Codable, Sendable {
    public enum Field: String, Codable, Sendable, CaseIterable {
        case name, idNumber, gender, post, title, professionalSince
    }
    public var field: Field
    public var value: String
    public var reason: String
    public var document: String

    public init(field: Field, value: String, reason: String, document: String) {
        self.field = field
        self.value = value
        self.reason = reason
        self.document = document
    }
}

extension RegistryStore {
    /// A dated correction: what stood before stays on record, and an old ID number keeps leading to the person.
    ///
    /// - Parameter ifVersion: the version that the caller saw; `StoreError.stale` where the record has moved on.
    public func correctLearner(
        id: UUID, _ correction: LearnerCorrection, ifVersion: Int? = nil, as caller: Caller, once: OnceKey? = nil
    ) async throws -> LearnerRecord {
        try await correctLearner(id: id, all: [correction], ifVersion: ifVersion, as: caller, once: once)
    }

    /// Several corrections of one person, all or none.
    public func correctLearner(
        id: UUID, all corrections: [LearnerCorrection], ifVersion: Int? = nil, as caller: Caller, once: OnceKey? = nil
    ) async throws -> LearnerRecord {
        let scope = try await permit(.correctLearner, caller, record: id)
        return try await loggingRefusal(.correctLearner, caller, learner: id) {
            try await write(as: caller, once: once) { transaction in
                let held = try await transaction.holdLearner(id)
                guard scope == .all || held.area == caller.authority else {
                    throw StoreError.forbidden(.outsideJurisdiction)
                }
                if let ifVersion, ifVersion != held.version { throw StoreError.stale(current: held.version) }
                guard held.mergedInto == nil else { throw StoreError.conflict(.alreadyMerged, entry: nil, claim: nil) }
                for correction in corrections {
                    try FieldChecks.statement(correction.reason, field: "reason")
                    try FieldChecks.statement(correction.document, field: "document")
                    try await transaction.correct(id, correction)
                }
                return try await transaction.learner(id)
            }
        }
    }
}

extension RegistryTransaction {
    fileprivate func correct(_ id: UUID, _ correction: LearnerCorrection) async throws {
        let (change, value) = try await change(of: id, correction)
        _ = try await pipeline([
            """
            INSERT INTO learner_corrections (id, learner_id, field, old_value, new_value, reason, document, corrected_on, recorded_by)
            SELECT gen_random_uuid(), id, \(correction.field.rawValue),
                   CASE \(correction.field.rawValue) WHEN 'name' THEN name WHEN 'idNumber' THEN id_number WHEN 'gender' THEN gender
                        WHEN 'post' THEN post WHEN 'title' THEN title ELSE professional_since::text END,
                   \(value), \(correction.reason), \(correction.document), \(today), \(caller.userId)
            FROM learners WHERE id = \(id)
            """,
            change,
            AccessLine(.correctLearner, learner: id, reason: correction.field.rawValue).statement(by: caller),
        ])
    }

    /// The update and the value as it is stored.
    private func change(of id: UUID, _ correction: LearnerCorrection) async throws -> (Statement, String?) {
        let value = correction.value
        switch correction.field {
        case .idNumber:
            let number = try FieldChecks.identityNumber(value)
            try await takeNumber(number, for: id)
            return (
                "UPDATE learners SET id_number = \(number.value), version = version + 1 WHERE id = \(id)", number.value
            )
        case .name:
            let reasons = FieldChecks.name(value, field: "value")
            guard reasons.isEmpty else { throw StoreError.invalid(reasons) }
            return ("UPDATE learners SET name = \(value), version = version + 1 WHERE id = \(id)", value)
        case .gender:
            let gender = try FieldChecks.gender(value)
            return ("UPDATE learners SET gender = \(gender), version = version + 1 WHERE id = \(id)", gender)
        case .post, .title:
            let reasons = FieldChecks.optionalText(value, field: "value")
            guard reasons.isEmpty else { throw StoreError.invalid(reasons) }
            return correction.field == .post
                ? ("UPDATE learners SET post = \(value), version = version + 1 WHERE id = \(id)", value)
                : ("UPDATE learners SET title = \(value), version = version + 1 WHERE id = \(id)", value)
        case .professionalSince:
            guard let day = Day(value) else {
                throw StoreError.invalid([
                    .field("value", found: value, expected: Text(zh: "日期如 2018-03-01", en: "a day as 2018-03-01"))
                ])
            }
            return (
                "UPDATE learners SET professional_since = \(day), version = version + 1 WHERE id = \(id)",
                day.description
            )
        }
    }

    /// A number that is another person's is no correction but a sign of two records: they are to be merged.
    private func takeNumber(_ number: IdentityNumber, for id: UUID) async throws {
        let rows = try await execute(
            """
            INSERT INTO learner_id_numbers (id_number, learner_id) VALUES (\(number.value), \(id))
            ON CONFLICT (id_number) DO NOTHING RETURNING learner_id
            """)
        guard rows.isEmpty else { return }
        let owner = try await execute(
            """
            SELECT FROM learner_id_numbers WHERE id_number = \(number.value) AND learner_id IN (SELECT person_records(\(id), NULL))
            """)
        guard !owner.isEmpty else { throw StoreError.conflict(.numberOfAnother, entry: nil, claim: nil) }
    }
}
