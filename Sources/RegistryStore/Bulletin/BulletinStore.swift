import Foundation
import PostgresClient
import RegistryDomain

extension RegistryStore {
    /// Completion by area, level, kind and employer on a business day (V1), each learner where the learner was in post on
    /// that day. A county officer sees the own area, with the same numbers that the city bureau sees of it: for that the
    /// count is made with the register's own eyes, since who has left the county is out of the officer's sight. Only
    /// counts come out.
    ///
    /// - Parameter reader: a store whose database role is the auditor's, where there is one: asking of a million rows whether
    ///   the daemon's role may see each costs more than the count.
    public func bulletin(_ question: BulletinQuestion, as caller: Caller, countedBy reader: RegistryStore? = nil)
        async throws
        -> BulletinRecord
    {
        let scope = try await permit(.readBulletin, caller)
        let area = scope == .all ? nil : caller.authority
        guard scope == .all || area != nil else { throw StoreError.forbidden(.outsideJurisdiction) }
        let count = BulletinCount(day: question.asOf ?? today, knownAt: question.knownAt, area: area)
        let line = AccessLine(.readBulletin, reason: count.day.description).statement(by: caller)
        if replica != nil, count.mayBeOld(on: today) {
            _ = try await pipeline(as: caller, [line])
            let results = try await readAside { sql in
                try await sql.pipeline([BulletinCount.looking, count.policies, count.rows])
            }
            return try count.record(policies: results[1], rows: results[2])
        }
        guard let reader else {
            let results = try await pipeline(
                as: caller, [line, BulletinCount.looking, count.policies, count.rows])
            return try count.record(policies: results[2], rows: results[3])
        }
        _ = try await pipeline(as: caller, [line])
        do {
            let results = try await translating {
                try await reader.pool.withTransaction(isolation: .repeatableRead, readOnly: true, retries: 3) { sql in
                    try await sql.pipeline([count.policies, count.rows])
                }
            }
            return try count.record(policies: results[0], rows: results[1])
        } catch StoreError.forbidden {
            // Not the caller's fault.
            throw StoreError.unavailable("the auditor's role lacks a right to read")
        }
    }
}

/// One count over the register, and the record made of its rows.
struct BulletinCount: Sendable {
    var day: Day
    var knownAt: Date?
    var area: Authority?

    /// What stood on a day gone by may be a few seconds old; what was known an hour ago is on any replica that is asked.
    func mayBeOld(on today: Day) -> Bool { knownAt.map { -$0.timeIntervalSinceNow > 3600 } ?? (day < today) }

    /// For this transaction: sees every learner, as the public check of a certificate does.
    static let looking: Statement = "SELECT set_config('ceregistry.role', 'verifier', true)"

    /// The notices in force, or as they were known.
    var policies: Statement {
        """
        SELECT DISTINCT ON (notice) version, document FROM policies
        WHERE \(knownAt)::timestamptz IS NULL OR recorded_at < \(knownAt) ORDER BY notice, version DESC
        """
    }

    /// A row for each subject year and employer.
    var rows: Statement {
        let tables = knownAt == nil ? "" : KnownTables.sql(before: "$3::timestamptz") + ", "
        return Statement(
            """
            WITH \(tables)asked AS (SELECT $2::text AS area, $3::timestamptz AS known_at)
            SELECT s.year, o.credit_code, o.name, o.area, o.level, o.kind, s.owed, s.complete, s.in_progress, s.incomplete, s.excused
            FROM (SELECT year, employer_id,
                         count(*) FILTER (WHERE status <> 'notOwed') AS owed,
                         count(*) FILTER (WHERE status = 'complete') AS complete,
                         count(*) FILTER (WHERE status = 'inProgress') AS in_progress,
                         count(*) FILTER (WHERE status = 'incomplete') AS incomplete,
                         count(*) FILTER (WHERE status = 'excused') AS excused
                  FROM (\(YearStatusQuery.sql)) q GROUP BY year, employer_id) s JOIN employers o ON o.id = s.employer_id
            WHERE $2::text IS NULL OR o.area = $2
            ORDER BY s.year, o.area COLLATE "C", o.level COLLATE "C", o.kind COLLATE "C", o.credit_code COLLATE "C", o.id
            """, [Parameter(day), Parameter(area?.description), Parameter(knownAt)])
    }

    func record(policies: QueryResult, rows: QueryResult) throws -> BulletinRecord {
        let set = PolicySet(
            try policies.map { row in
                var policy = try row.json("document", as: Policy.self)
                policy.version = Int(try row.decode("version", as: Int32.self))
                return policy
            })
        let names = Dictionary(
            set.policies.flatMap(\.authorities).map { ($0.id, $0.division) }, uniquingKeysWith: { first, _ in first })
        var years: [Int: [BulletinRecord.EmployerRow]] = [:]
        for row in rows {
            years[Int(try row.decode("year", as: Int32.self)), default: []].append(try Self.employer(row))
        }
        return BulletinRecord(
            asOf: day, policies: set.policies.map(\.reference),
            years: set.subjectYears.map { terms in
                let employers = years[terms.year] ?? []
                return .init(
                    year: terms.year, rows: Self.groups(employers) { names[$0] ?? nil }, employers: employers,
                    total: employers.reduce(into: .init()) { $0.add($1.counts) })
            })
    }

    private static func employer(_ row: Row) throws -> BulletinRecord.EmployerRow {
        var counts = BulletinRecord.Counts()
        counts.owed = try row.decode("owed")
        counts.complete = try row.decode("complete")
        counts.inProgress = try row.decode("in_progress")
        counts.incomplete = try row.decode("incomplete")
        counts.excused = try row.decode("excused")
        return .init(
            creditCode: try row.decode("credit_code"), name: try row.decode("name"), area: try row.authority("area"),
            level: try row.word("level"), kind: try row.word("kind"), counts: counts, behind: counts.incomplete > 0)
    }

    /// The rows come in the groups' order.
    private static func groups(
        _ employers: [BulletinRecord.EmployerRow], name: (Authority) -> Text?
    ) -> [BulletinRecord.Row] {
        employers.reduce(into: []) { rows, employer in
            if let last = rows.last,
                last.area == employer.area && last.level == employer.level && last.kind == employer.kind
            {
                rows[rows.count - 1].counts.add(employer.counts)
            } else {
                rows.append(
                    .init(
                        area: employer.area, name: name(employer.area), level: employer.level, kind: employer.kind,
                        counts: employer.counts))
            }
        }
    }
}

extension BulletinRecord.Counts {
    mutating func add(_ other: Self) {
        owed += other.owed
        complete += other.complete
        inProgress += other.inProgress
        incomplete += other.incomplete
        excused += other.excused
    }
}
