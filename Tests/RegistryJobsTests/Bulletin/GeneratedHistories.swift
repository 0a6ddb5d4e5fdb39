import Foundation
import PostgresClient
import RegistryDomain

@testable import RegistryJobs
@testable import RegistryStore

/// Random lives, lawful or not, as values and as rows of the register.
struct GeneratedHistories {
    struct Employment: Encodable {
        var learner: UUID
        var employer: UUID
        var from: Day
        var until: Day?
        var isRetracted: Bool
    }
    struct Entry: Encodable {
        var id: UUID
        var learner: UUID
        var year: Int
        var mode: Mode
        var hours: Int
        var recognizedOn: Day
        var reversedOn: Day?
    }
    struct Excused: Encodable {
        var id: UUID
        var learner: UUID
        var year: Int
        var liftsDuty: Bool
        var approvedOn: Day
        var revokedOn: Day?
    }
    struct Learner: Encodable {
        var id: UUID
        var idNumber: String
        var mergedInto: UUID?
    }

    private(set) var learners: [Learner] = []
    private(set) var employments: [Employment] = []
    private(set) var entries: [Entry] = []
    private(set) var excuses: [Excused] = []
    let employers: [EmploymentPeriod]

    /// - Parameter employers: the units to work at; their days are not looked at.
    init(count: Int, seed: UInt64, employers: [EmploymentPeriod]) {
        self.employers = employers
        for number in 0..<count {
            var random = SeededGenerator(seed: seed, kind: 90, number: number)
            let isMerged = number > 0 && random.chance(15)
            let kept = learners.last.map { $0.mergedInto ?? $0.id }
            let id = random.uuid()
            learners.append(
                Learner(id: id, idNumber: TestNumber.person(number), mergedInto: isMerged ? kept : nil))
            work(id, &random)
            study(id, &random)
        }
    }

    private static func day(_ random: inout SeededGenerator) -> Day {
        // New Year's Eve and New Year's Day more often than others: that is where years part.
        let year = random.number(2016...2019)
        let edge = Day(year: year, month: 12, day: 31) ?? Day(daysSince2000: 0)
        switch random.number(0...9) {
        case 0: return edge
        case 1: return edge.adding(days: 1)
        default: return edge.adding(days: -random.number(0...364))
        }
    }

    private mutating func work(_ learner: UUID, _ random: inout SeededGenerator) {
        let days = Set((0..<random.number(0...6)).map { _ in Self.day(&random) }).sorted()
        for (index, from) in days.enumerated() where index % 2 == 0 {
            let until = index + 1 < days.count ? days[index + 1].adding(days: random.chance(50) ? -1 : 0) : nil
            employments.append(
                Employment(
                    learner: learner, employer: random.pick(employers).employerId, from: from,
                    until: max(from, until ?? from) == from && until != nil ? from : until,
                    isRetracted: random.chance(10)))
        }
    }

    private mutating func study(_ learner: UUID, _ random: inout SeededGenerator) {
        for _ in 0..<random.number(0...4) {
            let on = Self.day(&random)
            entries.append(
                Entry(
                    id: random.uuid(), learner: learner, year: random.number(2016...2018),
                    mode: random.chance(50) ? .online : .faceToFace, hours: random.pick([10, 15, 15, 20, 30, 45]),
                    recognizedOn: on,
                    reversedOn: random.chance(30) ? on.adding(days: random.number(0...200)) : nil))
        }
        for _ in 0..<random.number(0...2) {
            let on = Self.day(&random)
            excuses.append(
                Excused(
                    id: random.uuid(), learner: learner, year: random.number(2017...2018), liftsDuty: random.chance(60),
                    approvedOn: on,
                    revokedOn: random.chance(40) ? on.adding(days: random.number(0...300)) : nil))
        }
    }

    /// The history of each person under the learner that is kept, as the rules read it.
    var histories: [UUID: LearnerHistory] {
        let person = Dictionary(uniqueKeysWithValues: learners.map { ($0.id, $0.mergedInto ?? $0.id) })
        let units = Dictionary(uniqueKeysWithValues: employers.map { ($0.employerId, $0) })
        var histories: [UUID: LearnerHistory] = [:]
        for learner in learners where learner.mergedInto == nil { histories[learner.id] = LearnerHistory() }
        for employment in employments where !employment.isRetracted {
            guard let key = person[employment.learner], var period = units[employment.employer] else { continue }
            (period.from, period.until) = (employment.from, employment.until)
            histories[key]?.employments.append(period)
        }
        for entry in entries {
            guard let key = person[entry.learner] else { continue }
            histories[key]?.entries.append(
                StandingEntry(
                    id: entry.id, subjectYear: entry.year, mode: entry.mode, hours: entry.hours,
                    recognizedOn: entry.recognizedOn,
                    reversedOn: entry.reversedOn, recognizedBy: .city))
        }
        for excuse in excuses {
            guard let key = person[excuse.learner] else { continue }
            histories[key]?.excuses.append(
                Excuse(
                    subjectYear: excuse.year, approvedOn: excuse.approvedOn, liftsDuty: excuse.liftsDuty,
                    revokedOn: excuse.revokedOn))
        }
        return histories
    }

    /// Puts the rows on the register as they are, past its guards.
    func insert(_ admin: PostgresConnection) async throws {
        let user: Statement = "SELECT id FROM users WHERE username = 'city'"
        let city = try await admin.execute(user)[0].decode("id", as: UUID.self)
        let statements: [Statement] = [
            "SET session_replication_role = replica",
            """
            INSERT INTO learners (id, id_number, name, merged_into)
            SELECT id, "idNumber", '学员', "mergedInto"
            FROM jsonb_to_recordset(\(try json(learners))) r (id uuid, "idNumber" text, "mergedInto" uuid)
            """,
            """
            INSERT INTO employments (learner_id, employer_id, employed_from, employed_until, retracted_at)
            SELECT learner, employer, "from", "until", CASE WHEN "isRetracted" THEN now() END
            FROM jsonb_to_recordset(\(try json(employments)))
                r (learner uuid, employer uuid, "from" date, "until" date, "isRetracted" boolean)
            """,
            """
            INSERT INTO register_entries (id, kind, learner_id, subject_year, mode, hours, paper_number, recognized_by, recognized_on,
                                          recorded_by)
            SELECT id, 'opening', learner, year, mode, hours, id::text, 'city', "recognizedOn", \(city)
            FROM jsonb_to_recordset(\(try json(entries)))
                r (id uuid, learner uuid, year int, mode text, hours int, "recognizedOn" date)
            """,
            """
            INSERT INTO reversals (entry_id, reason, reversed_by, reversed_on, recorded_by)
            SELECT id, '有误', 'city', "reversedOn", \(city)
            FROM jsonb_to_recordset(\(try json(entries))) r (id uuid, "reversedOn" date) WHERE "reversedOn" IS NOT NULL
            """,
            """
            INSERT INTO excuses (id, learner_id, subject_year, reason, document, lifts_duty, approved_by, approved_on, recorded_by)
            SELECT id, learner, year, '病假', '证明', "liftsDuty", 'city', "approvedOn", \(city)
            FROM jsonb_to_recordset(\(try json(excuses)))
                r (id uuid, learner uuid, year int, "liftsDuty" boolean, "approvedOn" date)
            """,
            """
            INSERT INTO excuse_revocations (excuse_id, reason, revoked_on, recorded_by)
            SELECT id, '返岗', "revokedOn", \(city)
            FROM jsonb_to_recordset(\(try json(excuses))) r (id uuid, "revokedOn" date) WHERE "revokedOn" IS NOT NULL
            """,
            "SET session_replication_role = DEFAULT",
        ]
        for statement in statements { _ = try await admin.execute(statement) }
    }

    private func json(_ rows: some Encodable) throws -> JSONB { JSONB(text: try RegistryJSON.string(rows)) }
}
