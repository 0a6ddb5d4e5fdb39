import Foundation
import PostgresClient
import RegistryDomain

/// One line of the register with what stands around it.
public struct EntryStory: Codable, Sendable {
    public var entry: RegisterEntryRecord
    public var learnerName: String
    public var idNumberMasked: String
    /// Whether it counts now, and whether it completes its year.
    public var stands: Bool
    public var completes: Bool
    /// Certificates that printed it, the oldest first.
    public var certificates: [Printing]

    public struct Printing: Codable, Sendable {
        public var code: String
        public var printedOn: Day
    }
}

extension RegistryStore {
    /// An entry of the register with its reversal and its certificates; the reading is on the access log.
    ///
    /// - Throws: `StoreError.forbidden` for an entry of a learner whom the caller does not see.
    public func entryStory(_ id: UUID, as caller: Caller) async throws -> EntryStory {
        try await permit(.readRegister, caller, record: id)
        return try await loggingRefusal(.readRegister, caller, record: id) {
            let results = try await pipeline(
                as: caller,
                [
                    "\(unescaped: EntryQuery.columns) WHERE e.id = \(id)",
                    """
                    SELECT l.name, l.id_number, s.entry_id IS NOT NULL AS stands, coalesce(s.completes, false) AS completes
                    FROM register_entries e JOIN learners l ON l.id = e.learner_id
                    LEFT JOIN standing_entries s ON s.entry_id = e.id WHERE e.id = \(id)
                    """,
                    """
                    SELECT c.code, c.printed_on FROM certificates c
                    JOIN register_entries e ON e.id = \(id) AND c.learner_id IN (SELECT person_records(e.learner_id))
                    WHERE c.entries @> \([id]) ORDER BY c.printed_on, c.id
                    """,
                    "SELECT entry_exists(\(id)) AS present",
                ])
            guard let row = results[0].first, let standing = results[1].first else {
                let exists = try results[3].first?.decode("present", as: Bool.self) ?? false
                throw exists ? StoreError.forbidden(.outsideJurisdiction) : .notFound(.entryUnknown)
            }
            let entry = try EntryQuery.record(row)
            _ = try await pipeline(
                as: caller, [AccessLine(.readRegister, learner: entry.learnerId, record: id).statement(by: caller)])
            return EntryStory(
                entry: entry, learnerName: try standing.decode("name"),
                idNumberMasked: IdentityNumber.masked(try standing.decode("id_number")),
                stands: try standing.decode("stands"), completes: try standing.decode("completes"),
                certificates: try results[2].map {
                    .init(code: CertificateCode.grouped(try $0.decode("code")), printedOn: try $0.decode("printed_on"))
                })
        }
    }
}
