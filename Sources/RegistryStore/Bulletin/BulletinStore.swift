import Foundation
import PostgresClient
import RegistryDomain

extension RegistryStore {
    /// Completion by area, level and kind on a business day (V1), each learner where the learner was in post on that
    /// day. A county officer sees the own area, with the same numbers that the city bureau sees of it: for that the
    /// count is made with the register's own eyes, since who has left the county is out of the officer's sight. Only
    /// counts come out.
    public func bulletin(_ question: BulletinQuestion, as caller: Caller) async throws -> BulletinRecord {
        let scope = try await permit(.readBulletin, caller)
        let area = scope == .all ? nil : caller.authority
        guard scope == .all || area != nil else { throw StoreError.forbidden(.outsideJurisdiction) }
        let day = question.asOf ?? today
        let policies = try await policies()
        let counts = Statement(
            """
            SELECT s.year, o.area, o.level, o.kind, count(*) FILTER (WHERE s.status <> 'notOwed') AS owed,
                   count(*) FILTER (WHERE s.status = 'complete') AS complete,
                   count(*) FILTER (WHERE s.status = 'inProgress') AS in_progress,
                   count(*) FILTER (WHERE s.status = 'incomplete') AS incomplete,
                   count(*) FILTER (WHERE s.status = 'excused') AS excused
            FROM (\(YearStatusQuery.sql)) s JOIN employers o ON o.id = s.employer_id
            WHERE $2::text IS NULL OR o.area = $2
            GROUP BY s.year, o.area, o.level, o.kind ORDER BY s.year, o.area, o.level, o.kind
            """, [Parameter(day), Parameter(area?.description)])
        let looking: Statement = "SELECT set_config('ceregistry.role', 'verifier', true)"
        let line = AccessLine(.readBulletin, reason: day.description).statement(by: caller)
        let rows = try await pipeline(as: caller, [line, looking, counts])[2]
        var years: [Int: [BulletinRecord.Row]] = [:]
        for row in rows {
            years[Int(try row.decode("year", as: Int32.self)), default: []].append(try Self.line(row, policies))
        }
        return BulletinRecord(
            asOf: day, policies: policies.policies.map(\.reference),
            years: policies.subjectYears.map { terms in
                let rows = years[terms.year] ?? []
                return .init(year: terms.year, rows: rows, total: rows.reduce(into: .init()) { $0.add($1.counts) })
            })
    }

    private static func line(_ row: Row, _ policies: PolicySet) throws -> BulletinRecord.Row {
        let area = try row.authority("area")
        var counts = BulletinRecord.Counts()
        counts.owed = try row.decode("owed")
        counts.complete = try row.decode("complete")
        counts.inProgress = try row.decode("in_progress")
        counts.incomplete = try row.decode("incomplete")
        counts.excused = try row.decode("excused")
        let name = policies.policies.lazy.compactMap { $0.authorities.first { $0.id == area }?.division }.first
        return .init(area: area, name: name, level: try row.word("level"), kind: try row.word("kind"), counts: counts)
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
