import Foundation
import Logging
import RegistryDomain
import RegistryStore

/// A user of the demo, whose password anybody may know.
public struct DemoUser: Codable, Sendable {
    public var username: String
    public var password: String
    public var role: Role
    public var authority: Authority?
}

public struct DemoReport: Codable, Sendable {
    public var users: [DemoUser]
    public var learners: Int
    /// ID numbers to try a question with.
    public var idNumbers: [String]
    /// False where the same demo was there already.
    public var isNew: Bool
}

/// A believable city, the same for the same seed: employers of every kind and level, learners, two years of study.
public struct DemoLoader: Sendable {
    public enum Refusal: Error, CustomStringConvertible {
        case noPolicy
        /// A real register is never mixed with invented people.
        case registerInUse(learners: Int)
        /// Somebody real has one of the demo's usernames.
        case usersInUse

        public var description: String {
            switch self {
            case .usersInUse: "已有用户使用了演示用户名，不能载入演示数据。A username of the demo is taken."
            case .noPolicy: "请先载入通知（policy load）。Load a policy first."
            case .registerInUse(let learners):
                "登记库里已有\(learners)名学员，不能再载入演示数据。The register holds \(learners) learners; demo data is for an empty one."
            }
        }
    }

    private let store: RegistryStore

    /// - Parameter store: one that acts as the owner of the schema.
    public init(store: RegistryStore) { self.store = store }

    public func load(learners count: Int, seed: UInt64) async throws -> DemoReport {
        guard let policy = try await store.policies().policies.last else { throw Refusal.noPolicy }
        let employers = DemoEmployer.make(count: max(60, count / 40), seed: seed, counties: Self.counties(policy))
        let people = { @Sendable (number: Int) in DemoLearner.make(number, seed: seed, employers: employers) }
        let users = Self.users(policy)
        let report = DemoReport(
            users: users.map(\.user), learners: count, idNumbers: (0..<min(count, 10)).map { people($0).idNumber },
            isNew: true)
        let state = try await store.demoState(usernames: users.map(\.user.username))
        if state.learners > 0 {
            guard try await isSame(count, people) else {
                throw Refusal.registerInUse(learners: state.learners)
            }
            var again = report
            again.isNew = false
            return again
        }
        guard state.demoUsers == 0 else { throw Refusal.usersInUse }
        try await store.loadDemo(
            tables(count, seed, policy, employers, try await hashed(users, people(0), seed), people))
        return report
    }

    /// The first and the last person of this demo are there, and the one that a larger demo would have is not.
    private func isSame(_ count: Int, _ people: (Int) -> DemoLearner) async throws -> Bool {
        for number in [0, count - 1] {
            guard try await store.knowsIdNumber(people(number).idNumber) else { return false }
        }
        return try await !store.knowsIdNumber(people(count).idNumber)
    }

    private static func counties(_ policy: Policy) -> [(code: String, name: String)] {
        policy.authorities.compactMap { authority in
            guard case .county(let code) = authority.id else { return nil }
            return (code, authority.division?.zh ?? code)
        }
    }

    // MARK: Users

    private struct Account: Sendable {
        var user: DemoUser
        var personName: String
        var isUnitAdmin = false
        var isLearner = false
    }

    private static func users(_ policy: Policy) -> [Account] {
        func account(_ username: String, _ name: String, _ role: Role, _ authority: Authority? = nil) -> Account {
            Account(
                user: DemoUser(username: username, password: "demo-\(username)-2018", role: role, authority: authority),
                personName: name, isUnitAdmin: role == .unitAdmin, isLearner: role == .learner)
        }
        let names = ["陈立新", "杨春燕", "高永红", "罗建华", "彭晓琴", "郑国平", "宋玉兰", "唐志强"]
        let counties = counties(policy).enumerated().map { index, county in
            account("officer-\(county.code)", names[index % names.count], .countyOfficer, .county(county.code))
        }
        let county = Self.counties(policy).first?.code ?? "511802"
        return [
            account("officer-city", "王素芬", .cityOfficer, .city), account("officer-base", "何明远", .baseOfficer, .base),
            account("clerk-city", "李雪梅", .clerk, .city), account("clerk-\(county)", "张晓慧", .clerk, .county(county)),
            account("learner-demo", "本人", .learner), account("unit-demo", "周文静", .unitAdmin),
            account("auditor-demo", "马清源", .auditor), account("admin-demo", "许可", .admin),
        ] + counties
    }

    private func hashed(_ accounts: [Account], _ learner: DemoLearner, _ seed: UInt64) async throws -> [[String?]] {
        var rows: [[String?]] = []
        for (number, account) in accounts.enumerated() {
            var random = SeededGenerator(seed: seed, kind: 7, number: number)
            rows.append([
                random.uuid().uuidString, account.user.username, account.isLearner ? learner.name : account.personName,
                try await PasswordHash.make(account.user.password), account.user.role.rawValue,
                account.user.authority?.description,
                account.isUnitAdmin ? (learner.nextEmployer ?? learner.employer).id.uuidString : nil,
                account.isLearner ? learner.id.uuidString : nil,
            ])
        }
        return rows
    }

    // MARK: Tables

    private func tables(
        _ count: Int, _ seed: UInt64, _ policy: Policy, _ employers: [DemoEmployer], _ users: [[String?]],
        _ people: @escaping @Sendable (Int) -> DemoLearner
    ) -> [DemoTable] {
        [
            DemoTable(
                name: "demo_users",
                columns:
                    "id uuid, username text, person_name text, password_hash text, role text, authority text, employer uuid, learner uuid"
            ) { take in for row in users { try await take(row) } },
            DemoTable(
                name: "demo_employers",
                columns: "id uuid, credit_code text, name text, kind text, level text, division text"
            ) { take in
                for employer in employers {
                    try await take([
                        employer.id.uuidString, employer.creditCode, employer.name, employer.kind.rawValue,
                        employer.level.rawValue,
                        employer.division,
                    ])
                }
            },
            DemoTable(
                name: "demo_learners",
                columns: """
                    id uuid, id_number text, name text, gender text, post text, title text, professional_since date, employer uuid,
                    employed_from date, employed_until date, next_employer uuid, moved_on date
                    """
            ) { take in
                for number in 0..<count {
                    let learner = people(number)
                    try await take([
                        learner.id.uuidString, learner.idNumber, learner.name, learner.isMale ? "male" : "female",
                        learner.post,
                        learner.title, learner.professionalSince.description, learner.employer.id.uuidString,
                        learner.employedFrom.description, learner.employedUntil?.description,
                        learner.nextEmployer?.id.uuidString,
                        learner.movedOn?.description,
                    ])
                }
            },
            DemoTable(name: "demo_studies", columns: DemoStudy.columns) { take in
                for number in 0..<count {
                    for study in DemoStudy.make(people(number), number, seed: seed, policy: policy) {
                        try await take(study.row)
                    }
                }
            },
            openings(count, seed, policy, people), excuses(count, seed, policy, people),
            certificates(count, seed, people),
        ]
    }

    /// Years before the register, from paper certificates (Q10).
    private func openings(
        _ count: Int, _ seed: UInt64, _ policy: Policy, _ people: @escaping @Sendable (Int) -> DemoLearner
    ) -> DemoTable {
        let year = (policy.subjectYears.first?.year ?? 2017) - 1
        return DemoTable(
            name: "demo_openings",
            columns: "id uuid, learner uuid, subject_year int, hours int, recognized_on date, paper_number text"
        ) { take in
            for number in stride(from: 0, to: count, by: 40) {
                var random = SeededGenerator(seed: seed, kind: 4, number: number)
                let learner = people(number)
                guard learner.employedFrom.year < year else { continue }
                try await take([
                    random.uuid().uuidString, learner.id.uuidString, "\(year)", "30", "\(year)-12-01",
                    "川继教\(1_000_000 + number)",
                ])
            }
        }
    }

    private func excuses(
        _ count: Int, _ seed: UInt64, _ policy: Policy, _ people: @escaping @Sendable (Int) -> DemoLearner
    ) -> DemoTable {
        let year = policy.subjectYears.last?.year ?? 2018
        return DemoTable(
            name: "demo_excuses",
            columns:
                "id uuid, learner uuid, subject_year int, reason text, document text, lifts_duty boolean, approved_on date"
        ) { take in
            for number in stride(from: 7, to: count, by: 90) {
                var random = SeededGenerator(seed: seed, kind: 5, number: number)
                try await take([
                    random.uuid().uuidString, people(number).id.uuidString, "\(year)",
                    random.pick(["病假六个月以上", "援藏", "产假"]),
                    "雅人社减〔\(year)〕\(number)号", random.chance(50) ? "t" : "f", "\(year)-10-\(random.number(10...28))",
                ])
            }
        }
    }

    private func certificates(_ count: Int, _ seed: UInt64, _ people: @escaping @Sendable (Int) -> DemoLearner)
        -> DemoTable
    {
        DemoTable(name: "demo_certificates", columns: "id uuid, learner uuid, code text, printed_on date") { take in
            let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
            for number in stride(from: 0, to: count, by: 20) {
                var random = SeededGenerator(seed: seed, kind: 6, number: number)
                let code = String((0..<16).map { _ in random.pick(alphabet) })
                try await take([random.uuid().uuidString, people(number).id.uuidString, code, "2018-12-30"])
            }
        }
    }
}
