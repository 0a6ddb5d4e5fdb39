import Foundation
import PostgresClient
import RegistryDomain

/// One learner of an employer, and where the learner stands in each subject year.
public struct LearnerStanding: Codable, Sendable {
    public var id: UUID
    public var name: String
    public var idNumberMasked: String
    public var post: String?
    public var title: String?
    public var years: [Int: YearStatus]
}

extension RegistryStore {
    /// The learners in post at an employer today, by name, with their states of every subject year. The reading is on
    /// the access log, as a search is.
    ///
    /// - Parameters:
    ///   - year: with `status`, only those who stand so in that year.
    public func learnersStanding(
        at employer: UUID, year: Int? = nil, status: Set<YearStatus> = [], cursor: String?, limit: Int? = nil,
        as caller: Caller
    ) async throws -> Page<LearnerStanding> {
        try await permit(.searchLearners, caller, record: employer)
        let after = try Cursor.decode(cursor, as: NameKey.self)
        let size = Cursor.limit(limit)
        let rows = try await pipeline(
            as: caller,
            [
                AccessLine(.searchLearners, record: employer).statement(by: caller),
                Statement(
                    Self.standingSQL,
                    [
                        Parameter(today), Parameter(employer), Parameter(year.map { Int32($0) }),
                        Parameter(status.map(\.rawValue).sorted()), Parameter(after?.name), Parameter(after?.id),
                        Parameter(Int64(size + 1)),
                    ]),
            ])[1]
        let items = try rows.prefix(size).map { row in
            LearnerStanding(
                id: try row.decode("id"), name: try row.decode("name"),
                idNumberMasked: IdentityNumber.masked(try row.decode("id_number")),
                post: try row.decodeIfPresent("post"), title: try row.decodeIfPresent("title"),
                years: Dictionary(
                    zip(
                        try row.decode("years", as: [Int32].self).map(Int.init),
                        try row.decode("statuses", as: [String].self).compactMap { YearStatus(rawValue: $0) }),
                    uniquingKeysWith: { first, _ in first }))
        }
        let next = rows.count > size ? try items.last.map { try Cursor.encode(NameKey(name: $0.name, id: $0.id)) } : nil
        return Page(items: items, nextCursor: next)
    }

    /// `YearStatusQuery` over the persons who were ever at the employer.
    private static let standingSQL = """
        WITH scope AS MATERIALIZED (
            SELECT DISTINCT coalesce(l.merged_into, l.id) AS person
            FROM public.employments e JOIN public.learners l ON l.id = e.learner_id
            WHERE e.retracted_at IS NULL
              AND e.employer_id IN (SELECT id FROM public.employers WHERE id = $2 OR merged_into = $2)
        ), learners AS MATERIALIZED (
            SELECT * FROM public.learners WHERE id IN (SELECT person FROM scope) OR merged_into IN (SELECT person FROM scope)
        ), employments AS MATERIALIZED (
            SELECT * FROM public.employments WHERE learner_id IN (SELECT id FROM learners)
        ), register_entries AS MATERIALIZED (
            SELECT * FROM public.register_entries WHERE learner_id IN (SELECT id FROM learners)
        ), excuses AS MATERIALIZED (
            SELECT * FROM public.excuses WHERE learner_id IN (SELECT id FROM learners)
        ), standing AS MATERIALIZED (
            SELECT s.person, array_agg(s.year ORDER BY s.year) AS years, array_agg(s.status ORDER BY s.year) AS statuses,
                   bool_or(s.year = $3 AND s.status = ANY ($4)) AS is_asked
            FROM (\(YearStatusQuery.sql)) s WHERE s.employer_id = $2 GROUP BY s.person
        )
        SELECT l.id, l.name, l.id_number, l.post, l.title, s.years, s.statuses
        FROM standing s JOIN learners l ON l.id = s.person
        WHERE ($3::int IS NULL OR s.is_asked) AND ($6::uuid IS NULL OR (l.name, l.id) > ($5, $6))
        ORDER BY l.name, l.id LIMIT $7
        """
}
