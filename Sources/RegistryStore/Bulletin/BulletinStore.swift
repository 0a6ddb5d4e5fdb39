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
        _ = try await pipeline(
            as: caller, [AccessLine(.readBulletin, reason: count.day.description).statement(by: caller)])
        if count.mayBeOld(on: today),
            let answers = try await translating({
                try await replica?.read { sql in try await count.read(SharedSnapshot(sql)) }
            })
        {
            return try answers.record()
        }
        do {
            return try await (reader ?? self).counted(count).record()
        } catch StoreError.forbidden {
            // Not the caller's fault.
            throw StoreError.unavailable("the role that counts lacks a right to read")
        }
    }

    func counted(_ count: BulletinCount) async throws -> BulletinAnswers {
        try await translating {
            try await pool.withTransaction(isolation: .repeatableRead, readOnly: true, retries: 3) { sql in
                try await count.read(snapshot(sql))
            }
        }
    }
}

/// What a bulletin asks of the register.
struct BulletinCount: Sendable {
    var day: Day
    var knownAt: Date?
    var area: Authority?

    /// What stood on a day gone by may be a few seconds old; what was known an hour ago is on any replica that is asked.
    func mayBeOld(on today: Day) -> Bool { knownAt.map { -$0.timeIntervalSinceNow > 3600 } ?? (day < today) }

    /// Each connection counts its share of the persons.
    func read(_ snapshot: SharedSnapshot) async throws -> BulletinAnswers {
        let frame = try await snapshot.sql.pipeline([Self.looking, policies, employers])
        let counts = try await snapshot.map(PersonShare.equal(snapshot.width)) { share, sql in
            try await sql.pipeline([Self.looking, Self.planning, self.counts(of: share)])[2]
        }
        return BulletinAnswers(count: self, policies: frame[1], employers: frame[2], counts: counts)
    }

    /// A plan for this day and share: one for any would take either for a few rows.
    private static let planning: Statement = "SELECT set_config('plan_cache_mode', 'force_custom_plan', true)"

    /// For this transaction: sees every learner, as the public check of a certificate does.
    static let looking: Statement = "SELECT set_config('ceregistry.role', 'verifier', true)"

    /// The notices in force, or as they were known.
    var policies: Statement {
        """
        SELECT DISTINCT ON (notice) version, document FROM policies
        WHERE \(knownAt)::timestamptz IS NULL OR recorded_at < \(knownAt) ORDER BY notice, version DESC
        """
    }

    /// In the order of the groups.
    private var employers: Statement {
        Statement(
            """
            \(tables(knownBefore: "$2"))SELECT o.id, o.credit_code, o.name, o.area, o.level, o.kind
            FROM employers o WHERE $1::text IS NULL OR o.area = $1
            ORDER BY o.area COLLATE "C", o.level COLLATE "C", o.kind COLLATE "C", o.credit_code COLLATE "C", o.id
            """, [Parameter(area?.description)] + known)
    }

    /// A row for each subject year and employer.
    private func counts(of share: PersonShare) -> Statement {
        Statement(
            """
            \(tables(knownBefore: "$4"))SELECT year, employer_id,
                   count(*) FILTER (WHERE status <> 'notOwed') AS owed,
                   count(*) FILTER (WHERE status = 'complete') AS complete,
                   count(*) FILTER (WHERE status = 'inProgress') AS in_progress,
                   count(*) FILTER (WHERE status = 'incomplete') AS incomplete,
                   count(*) FILTER (WHERE status = 'excused') AS excused
            FROM (\(YearStatusQuery.sql(on: "$1", among: { "\($0) BETWEEN $2 AND $3" }))) q
            WHERE employer_id IS NOT NULL GROUP BY year, employer_id
            """, [Parameter(day), Parameter(share.first), Parameter(share.last)] + known)
    }

    private var known: [Parameter] { knownAt.map { [Parameter($0)] } ?? [] }

    private func tables(knownBefore parameter: String) -> String {
        knownAt == nil ? "" : "WITH \(KnownTables.sql(before: "\(parameter)::timestamptz")) "
    }
}
