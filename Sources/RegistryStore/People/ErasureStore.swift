import Foundation
import PostgresClient
import RegistryDomain

/// Why a person's data is to go, and on what paper. Neither may say what is to be erased.
public struct NewErasure: Codable, Sendable {
    public var reason: String
    public var document: String

    public init(reason: String, document: String) {
        self.reason = reason
        self.document = document
    }
}

public struct ErasureRecord: Codable, Sendable {
    public var id: UUID
    public var learner: UUID
    /// Every record of the person: what had been merged into it too.
    public var records: [UUID]
    public var erasedOn: Day
}

extension RegistryStore {
    /// Takes name, numbers and words about a person from the register, for ever (个人信息保护法 第四十七条). Entries,
    /// employments and days stay under a pseudonym: counts, published bulletins and proofs are what they were.
    ///
    /// - Throws: `StoreError.conflict` where a claim is open, where the person acts for an authority, or where the hours are
    ///   still to be kept (`Policy.recordsKeptYears`), and where it was done before.
    public func erasePerson(id: UUID, _ erasure: NewErasure, as caller: Caller, once: OnceKey? = nil) async throws
        -> ErasureRecord
    {
        try await permit(.erasePerson, caller, record: id)
        // A leaf commits to what is removed here: it is written first.
        _ = try await integrateLog()
        return try await loggingRefusal(.erasePerson, caller, learner: id) {
            try await write(as: caller, once: once) { transaction in
                try FieldChecks.statement(erasure.reason, field: "reason")
                try FieldChecks.statement(erasure.document, field: "document")
                let held = try await transaction.holdLearner(id)
                guard held.mergedInto == nil else {
                    throw StoreError.conflict(.alreadyMerged, entry: nil, claim: nil)
                }
                return try await transaction.erase(id, erasure)
            }
        }
    }
}

extension RegistryTransaction {
    fileprivate func erase(_ id: UUID, _ erasure: NewErasure) async throws -> ErasureRecord {
        let facts = try await facts(of: id)
        let years = policies.policies.compactMap(\.recordsKeptYears).max() ?? 0
        if let refusal = ErasureRules.refusals(facts, keptYears: years, on: today).first {
            throw StoreError.conflict(refusal, entry: nil, claim: nil)
        }
        let record = UUID()
        let results = try await pipeline([
            """
            INSERT INTO erasures (id, learner_id, reason, document, erased_on, recorded_by)
            VALUES (\(record), \(id), \(erasure.reason), \(erasure.document), \(today), \(caller.userId))
            """,
            """
            INSERT INTO erased_learners (learner_id, erasure_id) SELECT r, \(record) FROM person_records(\(id)) r RETURNING learner_id
            """,
            "SELECT erase_person(\(record))",
            AccessLine(.erasePerson, learner: id, record: record).statement(by: caller),
        ])
        return ErasureRecord(
            id: record, learner: id, records: try results[1].map { try $0.decode("learner_id") }, erasedOn: today)
    }

    /// Held against changes by whoever holds the learner.
    private func facts(of id: UUID) async throws -> ErasureRules.Facts {
        let row = try await execute(
            """
            WITH records AS (SELECT r AS id FROM person_records(\(id)) r)
            SELECT EXISTS (SELECT FROM claims WHERE learner_id IN (SELECT id FROM records) AND state IN ('submitted', 'returned')) AS open,
                   EXISTS (SELECT FROM users WHERE learner_id IN (SELECT id FROM records) AND role <> 'learner') AS office,
                   EXISTS (SELECT FROM register_entries WHERE learner_id IN (SELECT id FROM records)) AS entries,
                   coalesce(max(coalesce(employed_until, 'infinity')) >= \(today), false) AS in_post, max(employed_until) AS last
            FROM employments WHERE learner_id IN (SELECT id FROM records) AND retracted_at IS NULL
            """)[0]
        return ErasureRules.Facts(
            hasOpenClaim: try row.decode("open"), holdsOffice: try row.decode("office"),
            hasEntries: try row.decode("entries"), isInPost: try row.decode("in_post"),
            lastDayInPost: try row.decodeIfPresent("last"))
    }
}
