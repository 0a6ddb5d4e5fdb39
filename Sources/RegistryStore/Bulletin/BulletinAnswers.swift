import Foundation
import PostgresClient
import RegistryDomain

/// What the register answered to a `BulletinCount`.
struct BulletinAnswers: Sendable {
    private struct Place: Hashable {
        var year: Int
        var employer: UUID
    }

    let count: BulletinCount
    let policies: QueryResult
    let employers: QueryResult
    /// Of each share of the persons.
    let counts: [QueryResult]

    func record() throws -> BulletinRecord {
        let set = try PolicySet(policies)
        let names = Dictionary(
            set.policies.flatMap(\.authorities).map { ($0.id, $0.division) }, uniquingKeysWith: { first, _ in first })
        let counts = try added()
        var years: [Int: [BulletinRecord.EmployerRow]] = [:]
        for row in employers {
            let employer = try row.decode("id", as: UUID.self)
            for terms in set.subjectYears {
                guard let counts = counts[Place(year: terms.year, employer: employer)] else { continue }
                years[terms.year, default: []].append(try Self.employer(row, counts))
            }
        }
        return BulletinRecord(
            asOf: count.day, policies: set.policies.map(\.reference),
            years: set.subjectYears.map { terms in
                let employers = years[terms.year] ?? []
                return .init(
                    year: terms.year, rows: Self.groups(employers) { names[$0] ?? nil }, employers: employers,
                    total: employers.reduce(into: .init()) { $0.add($1.counts) })
            })
    }

    private func added() throws -> [Place: BulletinRecord.Counts] {
        var sums: [Place: BulletinRecord.Counts] = [:]
        for row in counts.joined() {
            var counts = BulletinRecord.Counts()
            counts.owed = try row.decode("owed")
            counts.complete = try row.decode("complete")
            counts.inProgress = try row.decode("in_progress")
            counts.incomplete = try row.decode("incomplete")
            counts.excused = try row.decode("excused")
            let year = Int(try row.decode("year", as: Int32.self))
            sums[Place(year: year, employer: try row.decode("employer_id")), default: .init()].add(counts)
        }
        return sums
    }

    private static func employer(_ row: Row, _ counts: BulletinRecord.Counts) throws -> BulletinRecord.EmployerRow {
        .init(
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
