import Foundation
import PostgresClient
import RegistryDomain

/// A learner of a unit as its administrator follows up: where each year stands, and what is on its way.
public struct UnitMember: Sendable {
    public struct Claim: Sendable {
        public var id: UUID
        public var year: Int
        public var mode: Mode
        public var state: ClaimState
        /// Days in this state.
        public var waitingDays: Int
        public var routedTo: Authority
    }
    public var learner: LearnerSummary
    /// In the order of years.
    public var years: [YearAnswer]
    /// Submitted and returned ones.
    public var claims: [Claim]
    /// The account that the learner signs in with; nil where there is none.
    public var username: String?
    /// Whether that account was given a password that is still to be changed.
    public var hasOneTimePassword: Bool

    /// Hours still missing of the years that stand so.
    public func missing(_ status: YearStatus) -> Int {
        years.filter { $0.status == status }.reduce(0) { $0 + $1.requiredHours - $1.creditedHours }
    }
    public var isBehind: Bool { years.contains { $0.status == .incomplete } }
    public var isUnderWay: Bool { years.contains { $0.status == .inProgress } }
}

extension RegistryStore {
    /// Everybody in post at the caller's unit, in the order of names. The rules are the counter's own; the people come in
    /// five statements, however many they are.
    ///
    /// - Throws: `StoreError.forbidden` for whoever is no unit's administrator.
    public func unitMembers(as caller: Caller) async throws -> [UnitMember] {
        guard try await permit(.searchLearners, caller) == .unit, let unit = caller.employerId else {
            try await recordRefusal(.searchLearners, reason: .roleMayNot, caller: caller)
            throw StoreError.forbidden(.roleMayNot)
        }
        let policies = try await policies()
        let today = today
        let results = try await pipeline(
            as: caller,
            UnitQuery.statements(unit) + [
                AccessLine(.searchLearners, record: unit, reason: "unit").statement(by: caller)
            ])
        var histories: [UUID: LearnerHistory] = [:]
        for row in results[1] {
            histories[try row.decode("person"), default: .init()].employments.append(try HistoryQuery.employment(row))
        }
        for row in results[2] {
            histories[try row.decode("person"), default: .init()].entries.append(try HistoryQuery.entry(row))
        }
        for row in results[3] {
            histories[try row.decode("person"), default: .init()].excuses.append(try HistoryQuery.excuse(row))
        }
        var claims: [UUID: [UnitMember.Claim]] = [:]
        for row in results[4] {
            let since = try row.decode("state_since", as: Day.self)
            claims[try row.decode("person"), default: []].append(
                .init(
                    id: try row.decode("id"), year: Int(try row.decode("subject_year", as: Int32.self)),
                    mode: try row.word("mode"), state: try row.word("state"),
                    waitingDays: Int(today.daysSince2000 - since.daysSince2000),
                    routedTo: try row.authority("routed_to")))
        }
        return try results[0].map { row in
            let learner = try LearnerSummary(row)
            return UnitMember(
                learner: learner,
                years: Eligibility.years(of: histories[learner.id] ?? .init(), under: policies, asOf: today),
                claims: claims[learner.id] ?? [], username: try row.decodeIfPresent("username"),
                hasOneTimePassword: try row.decodeIfPresent("password_is_one_time") ?? false)
        }
    }
}

private enum UnitQuery {
    /// The persons of a unit and all their records.
    private static let records = """
        WITH records AS MATERIALIZED (
            SELECT l.id, coalesce(l.merged_into, l.id) AS person FROM learners l
            JOIN learners p ON p.id = coalesce(l.merged_into, l.id) WHERE p.employer_id = $1
        )
        """

    static func statements(_ unit: UUID) -> [Statement] {
        [
            """
            SELECT l.id, l.name, l.id_number, l.area, l.post, l.title, o.id AS employer_id, o.credit_code,
                   o.name AS employer_name, o.kind, o.level, o.division, u.username, u.password_is_one_time
            FROM learners l LEFT JOIN employers o ON o.id = l.employer_id
            LEFT JOIN LATERAL (
                SELECT username, password_is_one_time FROM users
                WHERE learner_id = l.id AND role = 'learner' AND disabled_at IS NULL ORDER BY recorded_at, id LIMIT 1) u ON true
            WHERE l.employer_id = \(unit) AND l.merged_into IS NULL ORDER BY l.name, l.id
            """,
            of(
                unit,
                """
                SELECT r.person, k.id AS employer_id, k.kind, k.level, k.division, e.employed_from, e.employed_until
                FROM records r JOIN employments e ON e.learner_id = r.id AND e.retracted_at IS NULL
                JOIN employers o ON o.id = e.employer_id JOIN employers k ON k.id = coalesce(o.merged_into, o.id)
                """),
            of(
                unit,
                """
                SELECT r.person, e.id, e.subject_year, e.mode, e.hours, e.recognized_on, e.recognized_by, v.reversed_on
                FROM records r JOIN register_entries e ON e.learner_id = r.id LEFT JOIN reversals v ON v.entry_id = e.id
                """),
            of(
                unit,
                """
                SELECT r.person, x.subject_year, x.approved_on, x.lifts_duty, v.revoked_on
                FROM records r JOIN excuses x ON x.learner_id = r.id LEFT JOIN excuse_revocations v ON v.excuse_id = x.id
                """),
            of(
                unit,
                """
                SELECT r.person, c.id, c.subject_year, c.mode, c.state, c.state_since, c.routed_to
                FROM records r JOIN claims c ON c.learner_id = r.id AND c.state IN ('submitted', 'returned')
                ORDER BY c.subject_year, c.id
                """),
        ]
    }

    private static func of(_ unit: UUID, _ sql: String) -> Statement {
        Statement("\(records)\n\(sql)", [Parameter(unit)])
    }
}
