import Foundation
import PostgresClient
import RegistryDomain

/// The nightly run of reminders. It acts for nobody: row-level security knows it as `reminder`.
extension RegistryStore {
    private static let looking: Statement = "SELECT set_config('ceregistry.role', 'reminder', true)"

    /// Whom this round may still have to reach: still studying, reachable by the channel, and not reminded yet.
    public func reminderCandidates(_ round: ReminderRound, _ channel: ReminderChannel) async throws
        -> [ReminderCandidate]
    {
        let results = try await translating {
            try await pool.pipeline([
                Self.looking,
                Statement(
                    """
                    SELECT s.person, s.employer_id, l.name, CASE $3::text WHEN 'email' THEN c.email ELSE c.mobile END AS address
                    FROM (\(YearStatusQuery.sql)) s
                    JOIN learners l ON l.id = s.person
                    JOIN contacts c ON c.learner_id = s.person
                    WHERE s.year = $2 AND s.status = 'inProgress'
                      AND CASE $3::text WHEN 'email' THEN c.email ELSE c.mobile END IS NOT NULL
                      AND NOT EXISTS (SELECT FROM reminders r WHERE r.learner_id = s.person AND r.subject_year = $2
                                      AND r.days_before = $4 AND r.channel = $3 AND r.failed_at IS NULL)
                    ORDER BY s.person
                    """, parameters(round, channel)),
                Statement(
                    """
                    SELECT u.id, o.id AS employer_id, u.person_name AS name,
                           CASE $3::text WHEN 'email' THEN c.email ELSE c.mobile END AS address
                    FROM users u
                    JOIN employers m ON m.id = u.employer_id JOIN employers o ON o.id = coalesce(m.merged_into, m.id)
                    JOIN contacts c ON c.user_id = u.id
                    WHERE u.role = 'unitAdmin' AND u.disabled_at IS NULL
                      AND CASE $3::text WHEN 'email' THEN c.email ELSE c.mobile END IS NOT NULL
                      AND EXISTS (SELECT FROM (\(YearStatusQuery.sql)) s
                                  WHERE s.employer_id = o.id AND s.year = $2 AND s.status = 'inProgress')
                      AND NOT EXISTS (SELECT FROM reminders r WHERE r.user_id = u.id AND r.subject_year = $2
                                      AND r.days_before = $4 AND r.channel = $3 AND r.failed_at IS NULL)
                    ORDER BY u.id
                    """, parameters(round, channel)),
            ])
        }
        let learners = try results[1].map { row in
            ReminderCandidate(
                recipient: .learner(try row.decode("person")), name: try row.decode("name"),
                address: try row.decode("address"))
        }
        let units = try results[2].map { row in
            ReminderCandidate(
                recipient: .unitAdmin(user: try row.decode("id"), employer: try row.decode("employer_id")),
                name: try row.decode("name"), address: try row.decode("address"))
        }
        return learners + units
    }

    private func parameters(_ round: ReminderRound, _ channel: ReminderChannel) -> [Parameter] {
        [
            Parameter(today), Parameter(Int32(round.subjectYear)), Parameter(channel.rawValue),
            Parameter(Int32(round.daysBefore)),
        ]
    }

    /// How many still have to study for the year and have said nowhere how they are reached.
    public func unreachable(_ round: ReminderRound) async throws -> Int {
        let results = try await translating {
            try await pool.pipeline([
                Self.looking,
                Statement(
                    """
                    SELECT count(*) AS people FROM (\(YearStatusQuery.sql)) s
                    WHERE s.year = $2 AND s.status = 'inProgress'
                      AND NOT EXISTS (SELECT FROM contacts c WHERE c.learner_id = s.person)
                    """, [Parameter(today), Parameter(Int32(round.subjectYear))]),
            ])
        }
        return try results[1].first?.decode("people") ?? 0
    }

    /// Takes a reminder for this run alone, before anything is sent. Nil where another run has it, where it was sent
    /// before, or where the year is complete or excused by now.
    public func reserveReminder(_ candidate: ReminderCandidate, _ round: ReminderRound, _ channel: ReminderChannel)
        async throws -> ReservedReminder?
    {
        let policies = try await policies()
        let day = today
        return try await translating {
            try await pool.withTransaction(retries: 3) { sql in
                _ = try await sql.execute(Self.looking)
                var reserved = ReservedReminder(
                    id: UUID(), candidate: candidate, round: round, missingHours: 0, unit: "", behind: 0, names: [])
                switch candidate.recipient {
                case .learner(let learner):
                    let rows = try await sql.execute(HistoryQuery(learner: learner, knownAt: nil).statement)
                    let history = try HistoryQuery.history(from: rows)
                    let year = Eligibility.years(of: history, under: policies, asOf: day)
                        .first { $0.year == round.subjectYear }
                    guard let year, ReminderRule.concerns(year.status) else { return nil }
                    reserved.missingHours = year.requiredHours - year.creditedHours
                    guard let id = try await take(reserved, channel, learner: learner, user: nil, sql) else {
                        return nil
                    }
                    reserved.id = id
                case .unitAdmin(let user, let employer):
                    let rows = try await sql.execute(
                        Statement(
                            """
                            SELECT o.name AS unit, l.name, count(*) OVER () AS behind
                            FROM (\(YearStatusQuery.sql)) s JOIN learners l ON l.id = s.person JOIN employers o ON o.id = s.employer_id
                            WHERE s.employer_id = $3 AND s.year = $2 AND s.status = 'inProgress'
                            ORDER BY l.name, l.id LIMIT \(Self.mostNames)
                            """, [Parameter(day), Parameter(Int32(round.subjectYear)), Parameter(employer)]))
                    guard let first = rows.first else { return nil }
                    reserved.unit = try first.decode("unit")
                    reserved.behind = try first.decode("behind")
                    reserved.names = try rows.map { try $0.decode("name") }
                    guard let id = try await take(reserved, channel, learner: nil, user: user, sql) else { return nil }
                    reserved.id = id
                }
                return reserved
            }
        }
    }

    private static let mostNames = 50

    /// One row for each reminder, and its id: the second who comes waits for the first to commit and finds it taken.
    private func take(
        _ reserved: ReservedReminder, _ channel: ReminderChannel, learner: UUID?, user: UUID?,
        _ sql: PostgresTransaction
    ) async throws -> UUID? {
        let rows = try await sql.execute(
            """
            INSERT INTO reminders (id, learner_id, user_id, subject_year, days_before, channel, reminded_on)
            VALUES (\(reserved.id), \(learner), \(user), \(Int32(reserved.round.subjectYear)),
                    \(Int32(reserved.round.daysBefore)), \(channel.rawValue), \(today))
            ON CONFLICT ON CONSTRAINT nobody_is_reminded_twice DO UPDATE
            SET attempts = reminders.attempts + 1, reserved_at = now(), reminded_on = excluded.reminded_on,
                failed_at = NULL, failure = NULL
            WHERE reminders.failed_at IS NOT NULL
            RETURNING id
            """)
        return try rows.first?.decode("id")
    }

    /// Says what became of it. What is unclear stays as it is: reserved, neither sent nor failed.
    public func settleReminder(_ reminder: ReservedReminder, _ result: ReminderResult) async throws {
        let change: Statement
        switch result {
        case .unclear: return
        case .sent: change = "UPDATE reminders SET sent_at = clock_timestamp() WHERE id = \(reminder.id)"
        case .failed(let why):
            change = """
                UPDATE reminders SET failed_at = clock_timestamp(), failure = \(String(why.prefix(500)))
                WHERE id = \(reminder.id)
                """
        }
        _ = try await translating { try await pool.pipeline([Self.looking, change]) }
    }

    /// Reminders of earlier runs of which nobody knows whether they arrived.
    public func unclearReminders() async throws -> Int {
        let results = try await translating {
            try await pool.pipeline([
                Self.looking,
                """
                SELECT count(*) AS reminders FROM reminders
                WHERE sent_at IS NULL AND failed_at IS NULL AND reserved_at < now() - interval '1 hour'
                """,
            ])
        }
        return try results[1].first?.decode("reminders") ?? 0
    }
}
