import Foundation
import PostgresClient
import RegistryDomain

/// Two records that may be one person.
public struct DuplicatePair: Sendable {
    public enum Sign: String, Sendable, CaseIterable {
        /// Born on the same day.
        case birthDay
        /// At the same employer.
        case employer
        /// The ID numbers differ in at most two places, the check digit aside.
        case nearNumber
    }
    public var first: LearnerSummary
    public var second: LearnerSummary
    public var signs: [Sign]
    /// The places of the ID number, 1 to 18, in which the two differ.
    public var differingPlaces: [Int]
    /// Standing entries of both in one subject year: what a merge would have to settle.
    public var sharedYears: Int
}

/// One of two records, with everything to compare.
public struct DuplicateSide: Sendable {
    public var record: LearnerRecord
    public var entries: [RegisterEntryRecord]
    public var openClaims: Int
    public var certificates: Int
}

/// Two records side by side.
public struct DuplicateComparison: Sendable {
    public var first: DuplicateSide
    public var second: DuplicateSide
    public var differingPlaces: [Int]
    /// Why somebody kept them apart, as the two stand now; nil where nobody did.
    public var keptApart: String?
}

/// A merge as the bureau that might take it back sees it.
public struct MergeSummary: Sendable {
    public var id: UUID
    public var kept: UUID
    public var keptName: String
    public var keptNumberMasked: String
    public var mergedNumberMasked: String
    public var reason: String
    public var document: String
    public var mergedOn: Day
    public var by: String
    public var entries: Int
    public var reversedOn: Day?
}

extension RegistryStore {
    /// Pairs of the caller's area that look like one person, most alike first: one name, and born on one day or with a
    /// number that is nearly the other. Found by keys, never by comparing all with all. A number of 15 digits and its
    /// lengthened form are one number from the start and no pair.
    public func duplicatePairs(limit: Int = 100, as caller: Caller) async throws -> [DuplicatePair] {
        try await permit(.mergeLearners, caller)
        let rows = try await pipeline(
            as: caller,
            [
                DuplicateQuery.pairs(limit: limit),
                AccessLine(.mergeLearners, reason: "candidates").statement(by: caller),
            ])[0]
        return try rows.map { row in
            let numbers = (
                try row.decode("id_number", as: String.self), try row.decode("other_number", as: String.self)
            )
            let places = DuplicateQuery.differingPlaces(numbers.0, numbers.1)
            var signs: [DuplicatePair.Sign] = []
            if try row.decode("one_birth", as: Bool.self) { signs.append(.birthDay) }
            if try row.decode("one_employer", as: Bool.self) { signs.append(.employer) }
            if places.filter({ $0 < 18 }).count <= 2 { signs.append(.nearNumber) }
            return DuplicatePair(
                first: try LearnerSummary(row), second: try DuplicateQuery.other(row), signs: signs,
                differingPlaces: places, sharedYears: try row.decode("shared_years"))
        }
    }

    /// - Throws: `StoreError.forbidden` where one of the two is of another area, `.conflict` where one was merged since.
    public func compareLearners(_ first: UUID, _ second: UUID, as caller: Caller) async throws -> DuplicateComparison {
        try await permit(.mergeLearners, caller, record: first)
        return try await loggingRefusal(.mergeLearners, caller, learner: second) {
            try await read(as: caller) { transaction in
                let sides = (try await transaction.side(first), try await transaction.side(second))
                let results = try await transaction.pipeline([
                    "SELECT id, id_number FROM learners WHERE id = \(first) OR id = \(second)",
                    DuplicateQuery.keptApart(first, second),
                    AccessLine(.mergeLearners, learner: first, record: second, reason: "compare").statement(by: caller),
                ])
                let numbers = try results[0].map { try $0.decode("id_number", as: String.self) }
                return DuplicateComparison(
                    first: sides.0, second: sides.1,
                    differingPlaces: numbers.count == 2 ? DuplicateQuery.differingPlaces(numbers[0], numbers[1]) : [],
                    keptApart: try results[1].first?.decode("reason"))
            }
        }
    }

    /// Two people after all: the pair does not come back until one of the records changes.
    ///
    /// - Parameter versions: as the caller saw the two; `StoreError.stale` where one has moved on.
    public func keepApart(
        _ first: UUID, _ second: UUID, reason: String, versions: [UUID: Int], as caller: Caller
    ) async throws {
        let scope = try await permit(.mergeLearners, caller, record: first)
        _ = try await loggingRefusal(.mergeLearners, caller, learner: first) {
            try await write(as: caller, once: nil) { transaction in
                try FieldChecks.statement(reason, field: "reason")
                for id in [first, second] {
                    let held = try await transaction.holdLearner(id)
                    guard scope == .all || held.area == caller.authority else {
                        throw StoreError.forbidden(.outsideJurisdiction)
                    }
                    if let seen = versions[id], seen != held.version { throw StoreError.stale(current: held.version) }
                }
                _ = try await transaction.pipeline([
                    """
                    INSERT INTO kept_apart (id, first_id, second_id, first_version, second_version, first_employer, second_employer,
                                            reason, kept_on, recorded_by)
                    SELECT gen_random_uuid(), a.id, b.id, a.version, b.version, a.employer_id, b.employer_id, \(reason),
                           \(transaction.today), \(caller.userId)
                    FROM learners a JOIN learners b ON a.id < b.id
                    WHERE a.id IN (\(first), \(second)) AND b.id IN (\(first), \(second))
                    """,
                    AccessLine(.mergeLearners, learner: first, record: second, reason: "keepApart").statement(
                        by: caller),
                ])
                return true
            }
        }
    }

    /// The merges of the caller's area, newest first; of one person where `learner` says so.
    public func merges(of learner: UUID? = nil, id: UUID? = nil, limit: Int = 50, as caller: Caller) async throws
        -> [MergeSummary]
    {
        try await permit(.reverseMerge, caller)
        let rows = try await pipeline(
            as: caller,
            [
                """
                SELECT m.id, m.kept_id, k.name, k.id_number, f.id_number AS merged_number, m.reason, m.document, m.merged_on,
                       m.entries_after, u.person_name, r.reversed_on
                FROM merges m JOIN learners k ON k.id = m.kept_id JOIN learners f ON f.id = m.merged_id
                JOIN users u ON u.id = m.recorded_by LEFT JOIN merge_reversals r ON r.merge_id = m.id
                WHERE (\(learner)::uuid IS NULL OR m.kept_id = \(learner)) AND (\(id)::uuid IS NULL OR m.id = \(id))
                ORDER BY m.recorded_at DESC, m.id LIMIT \(Int64(limit))
                """
            ])[0]
        return try rows.map { row in
            MergeSummary(
                id: try row.decode("id"), kept: try row.decode("kept_id"), keptName: try row.decode("name"),
                keptNumberMasked: IdentityNumber.masked(try row.decode("id_number")),
                mergedNumberMasked: IdentityNumber.masked(try row.decode("merged_number")),
                reason: try row.decode("reason"), document: try row.decode("document"),
                mergedOn: try row.decode("merged_on"), by: try row.decode("person_name"),
                entries: Int(try row.decode("entries_after", as: Int32.self)),
                reversedOn: try row.decodeIfPresent("reversed_on"))
        }
    }
}

extension RegistryTransaction {
    fileprivate func side(_ id: UUID) async throws -> DuplicateSide {
        let record = try await visibleLearner(id)
        guard record.mergedInto == nil else { throw StoreError.conflict(.alreadyMerged, entry: nil, claim: nil) }
        let results = try await pipeline([
            """
            \(unescaped: EntryQuery.columns)
            WHERE e.learner_id IN (SELECT person_records(\(id), NULL)) ORDER BY e.recognized_on, e.entry_number
            """,
            """
            SELECT (SELECT count(*) FROM claims WHERE learner_id = \(id) AND state IN ('submitted', 'returned')) AS claims,
                   (SELECT count(*) FROM certificates WHERE learner_id = \(id)) AS certificates
            """,
        ])
        return DuplicateSide(
            record: record, entries: try results[0].map(EntryQuery.record),
            openClaims: try results[1].first?.decode("claims") ?? 0,
            certificates: try results[1].first?.decode("certificates") ?? 0)
    }
}

enum DuplicateQuery {
    /// Two joins by keys, each over one name: a slip in one part of a number leaves the other parts as they are.
    static func pairs(limit: Int) -> Statement {
        """
        WITH mine AS MATERIALIZED (
            SELECT id, name, id_number, employer_id, version FROM learners WHERE merged_into IS NULL
        ), alike AS (
            SELECT a.id AS first_id, b.id AS second_id FROM mine a
            JOIN mine b ON b.name = a.name AND substr(b.id_number, 7, 8) = substr(a.id_number, 7, 8) AND a.id < b.id
            UNION
            SELECT a.id, b.id FROM mine a
            JOIN mine b ON b.name = a.name AND substr(b.id_number, 1, 6) = substr(a.id_number, 1, 6)
                       AND substr(b.id_number, 15, 3) = substr(a.id_number, 15, 3) AND a.id < b.id
            WHERE (SELECT count(*) FROM generate_series(7, 14) place
                   WHERE substr(a.id_number, place, 1) <> substr(b.id_number, place, 1)) <= 2
        )
        SELECT l.id, l.name, l.id_number, l.area, l.post, l.title, o.id AS employer_id, o.credit_code, o.name AS employer_name,
               o.kind, o.level, o.division,
               s.id AS other_id, s.id_number AS other_number, s.area AS other_area, s.post AS other_post, s.title AS other_title,
               p.id AS other_employer_id, p.credit_code AS other_credit_code, p.name AS other_employer_name,
               p.kind AS other_kind, p.level AS other_level, p.division AS other_division,
               substr(l.id_number, 7, 8) = substr(s.id_number, 7, 8) AS one_birth,
               coalesce(l.employer_id = s.employer_id, false) AS one_employer,
               (SELECT count(DISTINCT e.subject_year) FROM standing_entries e JOIN standing_entries f USING (subject_year)
                WHERE e.learner_id = l.id AND f.learner_id = s.id) AS shared_years
        FROM alike x JOIN learners l ON l.id = x.first_id JOIN learners s ON s.id = x.second_id
        LEFT JOIN employers o ON o.id = l.employer_id LEFT JOIN employers p ON p.id = s.employer_id
        WHERE NOT EXISTS (
            SELECT FROM kept_apart k WHERE k.first_id = l.id AND k.second_id = s.id
            AND (k.first_version, k.second_version) = (l.version, s.version)
            AND k.first_employer IS NOT DISTINCT FROM l.employer_id AND k.second_employer IS NOT DISTINCT FROM s.employer_id)
        ORDER BY (substr(l.id_number, 7, 8) = substr(s.id_number, 7, 8))::int
                     + coalesce(l.employer_id = s.employer_id, false)::int * 2
                     + (substr(l.id_number, 1, 6) = substr(s.id_number, 1, 6))::int DESC, l.name, l.id, s.id
        LIMIT \(Int64(limit))
        """
    }

    static func keptApart(_ first: UUID, _ second: UUID) -> Statement {
        """
        SELECT k.reason FROM kept_apart k JOIN learners l ON l.id = k.first_id JOIN learners s ON s.id = k.second_id
        WHERE k.first_id = least(\(first), \(second)) AND k.second_id = greatest(\(first), \(second))
          AND (k.first_version, k.second_version) = (l.version, s.version)
          AND k.first_employer IS NOT DISTINCT FROM l.employer_id AND k.second_employer IS NOT DISTINCT FROM s.employer_id
        ORDER BY k.recorded_at DESC LIMIT 1
        """
    }

    /// The second of a pair: same name, everything else from its own columns.
    static func other(_ row: Row) throws -> LearnerSummary {
        LearnerSummary(
            id: try row.decode("other_id"), name: try row.decode("name"),
            idNumberMasked: IdentityNumber.masked(try row.decode("other_number")),
            employer: try row.decodeIfPresent("other_employer_id", as: UUID.self) == nil
                ? nil : EmployerSummary(row, prefix: "other_"),
            area: try row.authority("other_area"), post: try row.decodeIfPresent("other_post"),
            title: try row.decodeIfPresent("other_title"))
    }

    static func differingPlaces(_ first: String, _ second: String) -> [Int] {
        zip(first, second).enumerated().filter { $1.0 != $1.1 }.map { $0.offset + 1 }
    }
}
