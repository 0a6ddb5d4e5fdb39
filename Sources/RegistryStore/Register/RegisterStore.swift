import Foundation
import PostgresClient
import RegistryDomain

/// One line of the register, with its reversal where it has one.
public struct RegisterEntryRecord: Codable, Sendable {
    public struct Reversal: Codable, Sendable {
        public var reason: String
        public var reversedOn: Day
        public var reversedBy: Authority
        public var recordedAt: Date
    }
    public var id: UUID
    /// The register's own running number, in the order of recording.
    public var entryNumber: Int64
    /// `recognition` or `opening`.
    public var kind: String
    public var learnerId: UUID
    public var subjectYear: Int
    public var mode: Mode
    public var hours: Int
    public var recognizedOn: Day
    public var recognizedBy: Authority
    /// The person who made it.
    public var recordedBy: String
    public var recordedAt: Date
    public var claimId: UUID?
    public var recordNumber: String?
    public var sessionCode: String?
    public var paperNumber: String?
    public var reversal: Reversal?
}

enum EntryQuery {
    static let columns = """
        SELECT e.id, e.entry_number, e.kind, e.learner_id, e.subject_year, e.mode, e.hours, e.recognized_on,
               e.recognized_by, u.person_name, e.recorded_at, e.claim_id, c.record_number, e.session_code, e.paper_number,
               r.reason AS reversal_reason, r.reversed_on, r.reversed_by, r.recorded_at AS reversed_at
        FROM register_entries e
        JOIN users u ON u.id = e.recorded_by
        LEFT JOIN completion_records c ON c.id = e.completion_record_id
        LEFT JOIN reversals r ON r.entry_id = e.id
        """

    static func record(_ row: Row) throws -> RegisterEntryRecord {
        var reversal: RegisterEntryRecord.Reversal?
        if let reversedOn = try row.decodeIfPresent("reversed_on", as: Day.self) {
            reversal = .init(
                reason: try row.decode("reversal_reason"), reversedOn: reversedOn,
                reversedBy: try row.authority("reversed_by"), recordedAt: try row.decode("reversed_at"))
        }
        return RegisterEntryRecord(
            id: try row.decode("id"), entryNumber: try row.decode("entry_number"), kind: try row.decode("kind"),
            learnerId: try row.decode("learner_id"), subjectYear: Int(try row.decode("subject_year", as: Int32.self)),
            mode: try row.word("mode"), hours: Int(try row.decode("hours", as: Int32.self)),
            recognizedOn: try row.decode("recognized_on"), recognizedBy: try row.authority("recognized_by"),
            recordedBy: try row.decode("person_name"), recordedAt: try row.decode("recorded_at"),
            claimId: try row.decodeIfPresent("claim_id"), recordNumber: try row.decodeIfPresent("record_number"),
            sessionCode: try row.decodeIfPresent("session_code"), paperNumber: try row.decodeIfPresent("paper_number"),
            reversal: reversal)
    }
}

extension RegistryStore {
    /// The person's register, oldest first (R4: recorded continuously).
    ///
    /// - Parameters:
    ///   - asOf: entries recognized by that business day, with reversals made by then; everything when nil.
    ///   - knownAt: entries and reversals that the register had recorded by that instant.
    public func register(
        of learner: UUID, asOf: Day? = nil, knownAt: Date? = nil, as caller: Caller
    ) async throws -> [RegisterEntryRecord] {
        let rows = try await readingLearner(
            learner, .readRegister, as: caller,
            [
                """
                \(unescaped: EntryQuery.columns)
                    AND (\(asOf)::date IS NULL OR r.reversed_on <= \(asOf))
                    AND (\(knownAt)::timestamptz IS NULL OR r.recorded_at <= \(knownAt))
                WHERE e.learner_id IN (SELECT person_records(\(learner), \(knownAt)))
                  AND (\(asOf)::date IS NULL OR e.recognized_on <= \(asOf))
                  AND (\(knownAt)::timestamptz IS NULL OR e.recorded_at <= \(knownAt))
                ORDER BY e.recognized_on, e.entry_number
                """
            ])
        return try rows[0].map(EntryQuery.record)
    }

    /// Takes an entry back by a new record (Q8): the entry stays, the reversal names it, once.
    ///
    /// - Throws: `StoreError.forbidden` unless the caller's authority made the entry or is the city bureau,
    ///   `.conflict` where it has been reversed.
    public func reverseEntry(
        id: UUID, reason: String, as caller: Caller, once: OnceKey? = nil
    ) async throws -> RegisterEntryRecord {
        try await permit(.reverseEntry, caller, record: id)
        return try await loggingRefusal(.reverseEntry, caller, record: id) {
            try await write(as: caller, once: once) { transaction in
                guard let authority = caller.authority else { throw StoreError.forbidden(.roleMayNot) }
                let entries = try await transaction.execute(
                    "SELECT e.recognized_by, e.learner_id FROM register_entries e WHERE e.id = \(id)")
                guard let entry = entries.first else {
                    let present = try await transaction.execute("SELECT entry_exists(\(id)) AS present")
                    let exists = try present.first?.decode("present", as: Bool.self) ?? false
                    throw exists ? StoreError.forbidden(.notTheMaker) : .notFound(.entryUnknown)
                }
                guard try authority == .city || entry.authority("recognized_by") == authority else {
                    throw StoreError.forbidden(.notTheMaker)
                }
                let learner = try entry.decode("learner_id", as: UUID.self)
                if let own = caller.learnerId,
                    try await transaction.execute("SELECT FROM person_records(\(own)) p WHERE p = \(learner)").count > 0
                {
                    throw StoreError.forbidden(.ownClaim)
                }
                let results = try await transaction.pipeline([
                    """
                    INSERT INTO reversals (entry_id, reason, reversed_by, reversed_on, recorded_by)
                    VALUES (\(id), \(reason), \(authority.description), \(transaction.today), \(caller.userId))
                    """,
                    AccessLine(.reverseEntry, learner: learner, record: id).statement(by: caller),
                    "\(unescaped: EntryQuery.columns) WHERE e.id = \(id)",
                ])
                guard let row = results[2].first else { throw StoreError.notFound(.entryUnknown) }
                return try EntryQuery.record(row)
            }
        }
    }
}
