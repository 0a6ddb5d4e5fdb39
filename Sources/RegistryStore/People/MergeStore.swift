import Foundation
import PostgresClient
import RegistryDomain

/// Which record is merged into the one that is kept, and why they are one person.
public struct LearnerMerge: Codable, Sendable {
    public var from: UUID
    public var reason: String
    public var document: String
    /// The versions that the caller saw of the two, by record; nil where nobody looked.
    public var versions: [UUID: Int]?

    public init(from: UUID, reason: String, document: String, versions: [UUID: Int]? = nil) {
        self.from = from
        self.reason = reason
        self.document = document
        self.versions = versions
    }

    private enum CodingKeys: String, CodingKey { case from, reason, document }
}

public struct MergeRecord: Codable, Sendable {
    public var id: UUID
    public var kept: UUID
    public var merged: UUID
    public var entriesBefore: Int
    public var entriesAfter: Int
    public var mergedOn: Day
    public var reversedOn: Day?
}

extension RegistryStore {
    /// Makes two records of one person one. Both histories stay as they are; refused unless the entries before and after
    /// count the same.
    public func mergeLearners(
        kept: UUID, _ merge: LearnerMerge, as caller: Caller, once: OnceKey? = nil
    ) async throws -> MergeRecord {
        let scope = try await permit(.mergeLearners, caller, record: kept)
        return try await loggingRefusal(.mergeLearners, caller, learner: kept) {
            try await write(as: caller, once: once) { transaction in
                try FieldChecks.statement(merge.reason, field: "reason")
                try FieldChecks.statement(merge.document, field: "document")
                guard kept != merge.from else {
                    throw StoreError.invalid([
                        .field("from", found: nil, expected: Text(zh: "另一条学员记录", en: "another record"))
                    ])
                }
                for id in [kept, merge.from].sorted(by: { $0.uuidString < $1.uuidString }) {
                    let held = try await transaction.holdLearner(id)
                    guard scope == .all || held.area == caller.authority else {
                        throw StoreError.forbidden(.outsideJurisdiction)
                    }
                    guard held.mergedInto == nil else {
                        throw StoreError.conflict(.alreadyMerged, entry: nil, claim: nil)
                    }
                    if let seen = merge.versions?[id], seen != held.version {
                        throw StoreError.stale(current: held.version)
                    }
                }
                return try await transaction.merge(kept: kept, merge)
            }
        }
    }

    /// Takes a merge back: both records are again what they were.
    public func reverseMerge(id: UUID, reason: String, as caller: Caller, once: OnceKey? = nil) async throws
        -> MergeRecord
    {
        let scope = try await permit(.reverseMerge, caller, record: id)
        return try await loggingRefusal(.reverseMerge, caller, record: id) {
            try await write(as: caller, once: once) { transaction in
                try FieldChecks.statement(reason, field: "reason")
                let row = try await transaction.one(
                    "SELECT kept_id, merged_id, moved, entries_before, merged_on FROM merges WHERE id = \(id)",
                    orElse: .recordUnknown)
                let kept = try row.decode("kept_id", as: UUID.self)
                let held = try await transaction.holdLearner(kept)
                guard scope == .all || held.area == caller.authority else {
                    throw StoreError.forbidden(.outsideJurisdiction)
                }
                guard held.mergedInto == nil else { throw StoreError.conflict(.mergedSince, entry: nil, claim: nil) }
                return try await transaction.unmerge(id, kept: kept, row, reason: reason)
            }
        }
    }
}

extension RegistryTransaction {
    fileprivate func merge(kept: UUID, _ merge: LearnerMerge) async throws -> MergeRecord {
        let before = try await standingEntries(of: [kept, merge.from])
        let moved = try await execute("SELECT id FROM learners WHERE merged_into = \(merge.from)").map {
            try $0.decode("id", as: UUID.self)
        }
        let records = [kept, merge.from] + moved
        _ = try await pipeline([
            "UPDATE learners SET merged_into = \(kept), version = version + 1 WHERE id = \(merge.from) OR merged_into = \(merge.from)",
            "SELECT settle_merge(\(records))",
        ])
        let after = try await standingEntries(of: [kept])
        let id = UUID()
        _ = try await pipeline([
            """
            INSERT INTO merges (id, kept_id, merged_id, moved, reason, document, entries_before, entries_after, merged_on, recorded_by)
            VALUES (\(id), \(kept), \(merge.from), \(moved), \(merge.reason), \(merge.document), \(Int32(before)),
                    \(Int32(after)), \(today), \(caller.userId))
            """,
            AccessLine(.mergeLearners, learner: kept, record: merge.from).statement(by: caller),
        ])
        return MergeRecord(
            id: id, kept: kept, merged: merge.from, entriesBefore: before, entriesAfter: after, mergedOn: today,
            reversedOn: nil)
    }

    fileprivate func unmerge(_ id: UUID, kept: UUID, _ row: Row, reason: String) async throws -> MergeRecord {
        let merged = try row.decode("merged_id", as: UUID.self)
        let moved = try row.decode("moved", as: [UUID].self)
        let before = try await standingEntries(of: [kept])
        _ = try await pipeline([
            """
            INSERT INTO merge_reversals (merge_id, reason, reversed_on, recorded_by)
            VALUES (\(id), \(reason), \(today), \(caller.userId))
            """,
            "UPDATE learners SET merged_into = NULL, version = version + 1 WHERE id = \(merged)",
            "UPDATE learners SET merged_into = \(merged), version = version + 1 WHERE id = ANY (\(moved))",
            "SELECT settle_merge(\([kept, merged] + moved))",
            AccessLine(.reverseMerge, learner: kept, record: merged).statement(by: caller),
        ])
        let after = try await standingEntries(of: [kept, merged])
        guard before == after else { throw StoreError.conflict(.mergeLosesEntries, entry: nil, claim: nil) }
        return MergeRecord(
            id: id, kept: kept, merged: merged, entriesBefore: Int(try row.decode("entries_before", as: Int32.self)),
            entriesAfter: after, mergedOn: try row.decode("merged_on"), reversedOn: today)
    }

    /// How many entries stand for these persons.
    private func standingEntries(of persons: [UUID]) async throws -> Int {
        let rows = try await execute(
            "SELECT count(*) AS entries FROM standing_entries WHERE learner_id = ANY (\(persons))")
        return try rows.first?.decode("entries") ?? 0
    }
}
