import Foundation
import PostgresClient
import RegistryDomain

/// An entry that somebody thinks of taking back, and what that would change.
public struct ReversalPreview: Sendable {
    public struct Certificate: Sendable {
        public var code: String
        public var printedOn: Day
        /// Superseded already, by another reversal.
        public var isSuperseded: Bool
    }
    public var entry: RegisterEntryRecord
    public var learner: LearnerSummary
    public var effects: ReversalEffects
    /// Printed certificates that name the entry, newest first.
    public var certificates: [Certificate]
    /// Why the caller could not carry it out; nil where nothing stands in the way.
    public var obstacle: Reason?
}

extension RegistryStore {
    /// What a reversal would change, as of today. Nothing is written but the access log.
    ///
    /// - Throws: `StoreError.forbidden` where the caller sees neither entry nor person, `.notFound`.
    public func reversalPreview(of entry: UUID, as caller: Caller) async throws -> ReversalPreview {
        try await permit(.reverseEntry, caller, record: entry)
        return try await loggingRefusal(.reverseEntry, caller, record: entry) {
            try await read(as: caller) { transaction in try await transaction.reversalPreview(of: entry) }
        }
    }
}

extension RegistryTransaction {
    fileprivate func reversalPreview(of id: UUID) async throws -> ReversalPreview {
        let found = try await pipeline([
            "\(unescaped: EntryQuery.columns) WHERE e.id = \(id)", "SELECT entry_exists(\(id)) AS present",
        ])
        guard let row = found[0].first else {
            let exists = try found[1].first?.decode("present", as: Bool.self) ?? false
            throw exists ? StoreError.forbidden(.notTheMaker) : .notFound(.entryUnknown)
        }
        let entry = try EntryQuery.record(row)
        let results = try await pipeline([
            """
            \(unescaped: LearnerSummary.columns)
            WHERE l.id = (SELECT coalesce(m.merged_into, m.id) FROM learners m WHERE m.id = \(entry.learnerId))
            """,
            """
            SELECT c.code, c.printed_on, EXISTS (SELECT FROM reversals r WHERE r.entry_id = ANY (c.entries)) AS superseded
            FROM certificates c
            WHERE c.learner_id IN (SELECT person_records(\(entry.learnerId), NULL)) AND \(id) = ANY (c.entries)
            ORDER BY c.recorded_at DESC, c.id
            """,
            "SELECT \(caller.learnerId)::uuid IN (SELECT person_records(\(entry.learnerId), NULL)) AS own",
        ])
        guard let person = results[0].first else { throw StoreError.forbidden(.outsideJurisdiction) }
        let isOwn = try results[2].first?.decodeIfPresent("own", as: Bool.self) ?? false
        return ReversalPreview(
            entry: entry, learner: try LearnerSummary(person),
            effects: ReversalEffects(
                of: id, in: try await history(of: entry.learnerId), policies: policies, on: today),
            certificates: try results[1].map { row in
                .init(
                    code: CertificateCode.grouped(try row.decode("code")), printedOn: try row.decode("printed_on"),
                    isSuperseded: try row.decode("superseded"))
            },
            obstacle: obstacle(to: entry, isOwn: isOwn))
    }

    private func obstacle(to entry: RegisterEntryRecord, isOwn: Bool) -> Reason? {
        if entry.reversal != nil { return .alreadyReversed }
        guard let authority = caller.authority, authority == .city || authority == entry.recognizedBy else {
            return .notTheMaker
        }
        return isOwn ? .ownClaim : nil
    }
}
