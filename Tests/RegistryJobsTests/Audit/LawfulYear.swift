import Foundation
import PostgresClient
import RegistryDomain
import RegistryJobs
import RegistryStore
import Testing

/// A year in which everything happens that may: claims that come back, learners who move, records and units that become
/// one and two again, a notice that changes. Done by the store's own operations.
struct LawfulYear {
    let registry: TestRegistry

    init(_ registry: TestRegistry) { self.registry = registry }

    private var store: RegistryStore { registry.store }
    private let recognize = DecisionRequest(decision: .recognize)

    /// - Parameter meanwhile: what is done in the middle of the year, and again later.
    func run(_ meanwhile: () async throws -> Void = {}) async throws {
        try await people()
        try await decisions()
        try await meanwhile()
        try await returnsAndMoves()
        try await sessions()
        try await openings()
        try await merges()
        try await meanwhile()
        try await units()
        try await changedNotice()
    }

    private func person(_ serial: Int) async throws -> UUID { try await registry.learner(TestNumber.person(serial)) }

    private func people() async throws {
        _ = try await registry.admin.execute(
            "INSERT INTO users (username, person_name, password_hash, role, authority) VALUES ('base', '何老师', '-', 'baseOfficer', 'base')"
        )
        try await registry.take(.employers, ImportTests.employers)
        try await registry.take(.learners, ImportTests.people)
        let further = (105...116).map {
            "\(TestNumber.person($0)),学员\($0),女,\(TestNumber.employer(1)),护士,护师,2010-07-01"
        }
        try await registry.take(.learners, ImportTests.learners(further))
        var records = ImportTests.completionHeader
        for serial in [101, 103, 104, 105, 106, 107, 110, 111, 112, 113] {
            records += ImportTests.completion("P\(serial)", serial)
        }
        try await registry.take(.completions, records)
    }

    private func claims(_ serial: Int) async throws -> [UUID] {
        let learner = try await person(serial)
        return try await registry.admin.execute(
            "SELECT id FROM claims WHERE learner_id = \(learner) ORDER BY recorded_at"
        )
        .map { try $0.decode("id") }
    }

    private func decide(_ serial: Int, _ request: DecisionRequest, as username: String) async throws {
        let claim = try #require(try await claims(serial).last)
        let results = try await store.decide(claims: [claim], request, as: registry.caller(username))
        try #require(results.map(\.status) == [201], "\(serial): \(results)")
    }

    private func claim(_ serial: Int, _ record: String, year: Int = 2017, elective: Int = 20, as username: String)
        async throws
    {
        let passed = try #require(Day("\(year)-09-10"))
        _ = try await store.submitClaim(
            NewClaim(
                learnerId: person(serial), subjectYear: year,
                evidence: .online(
                    OnlineEvidence(
                        recordNumber: record, compulsoryHours: 10, electiveHours: elective,
                        compulsoryFinishedOn: passed.adding(days: -9),
                        electiveStartedOn: passed.adding(days: -8), testPassedOn: passed)),
                reason: "外出进修"), as: registry.caller(username))
    }

    private func decisions() async throws {
        for (serial, authority) in [(101, "hanyuan"), (104, "yucheng"), (103, "city")] {
            try await decide(serial, recognize, as: authority)
        }
        try await claim(102, "X102", as: "city")
        try await decide(
            102, DecisionRequest(decision: .recognize, answers: ["faceToFaceExpected": "进修属实，同意。"]), as: "city")
        // An entry that was wrong, and the same record again.
        let entry = try await store.register(of: person(101), as: registry.caller("hanyuan"))[0]
        _ = try await store.reverseEntry(id: entry.id, reason: "年度录错", as: registry.caller("hanyuan"))
        let old = try await store.claim(id: claims(101)[0], as: registry.caller("hanyuan"))
        _ = try await store.submitClaim(
            NewClaim(learnerId: person(101), subjectYear: 2017, evidence: old.evidence), as: registry.caller("hanyuan"))
        try await decide(101, recognize, as: "hanyuan")
    }

    private func returnsAndMoves() async throws {
        try await decide(105, DecisionRequest(decision: .return, reason: "缺盖章"), as: "hanyuan")
        let returned = try await store.claim(id: claims(105)[0], as: registry.caller("hanyuan"))
        _ = try await store.resubmitClaim(
            id: returned.id, evidence: returned.evidence, reason: "已盖章", as: registry.caller("hanyuan"))
        _ = try await store.addEmployment(
            learner: person(105),
            NewEmployment(employerCreditCode: TestNumber.employer(4), from: try #require(Day("2018-11-01"))),
            as: registry.caller("hanyuan"))
        _ = try await store.rerouteClaim(
            id: returned.id, to: .county("511802"), reason: "已调雨城区", as: registry.caller("city"))
        try await decide(105, recognize, as: "yucheng")
        try await decide(106, DecisionRequest(decision: .reject, reason: "不是本人"), as: "hanyuan")
        try await claim(106, "X106", as: "hanyuan")
        try await decide(106, recognize, as: "hanyuan")
        _ = try await store.withdrawClaim(id: claims(107)[0], reason: "改为面授", as: registry.caller("hanyuan"))
        _ = try await store.endEmployment(
            learner: person(107), until: try #require(Day("2018-10-31")), reason: "退休", as: registry.caller("hanyuan"))
    }

    private func sessions() async throws {
        for month in [6, 7] {
            let started = try #require(Day(year: 2018, month: month, day: 4))
            _ = try await store.submitClaim(
                NewClaim(
                    learnerId: person(108), subjectYear: 2018,
                    evidence: .faceToFace(
                        FaceToFaceEvidence(
                            sessionCode: "YA2018-\(month)", startedOn: started, endedOn: started.adding(days: 2),
                            hours: 15,
                            assessmentPassed: true))), as: registry.caller("base"))
            try await decide(108, recognize, as: "base")
        }
    }

    private func openings() async throws {
        let file =
            ImportTests.openingHeader + ImportTests.opening(109, year: 2016, 72, on: "2016-12-01")
            + ImportTests.opening(109, mode: "面授", 12, paper: "证0002")
        #expect(try await registry.take(.openings, file, as: "hanyuan").codes == [])
        let excuse = try await store.addExcuse(
            learner: person(109), NewExcuse(subjectYear: 2018, reason: "援藏", document: "派遣函", liftsDuty: true),
            as: registry.caller("hanyuan"))
        _ = try await store.revokeExcuse(id: excuse.id, reason: "提前返回", as: registry.caller("hanyuan"))
        _ = try await store.correctLearner(
            id: person(109),
            LearnerCorrection(field: .idNumber, value: TestNumber.person(509), reason: "派出所更正", document: "证明"),
            as: registry.caller("hanyuan"))
    }

    /// Both of each pair are complete in 2017 before they become one.
    private func merges() async throws {
        for serial in [110, 111, 112, 113] { try await decide(serial, recognize, as: "hanyuan") }
        let hanyuan = try await registry.caller("hanyuan")
        let first = try await store.mergeLearners(
            kept: person(110), LearnerMerge(from: person(111), reason: "同一人", document: "户口簿"), as: hanyuan)
        _ = try await store.mergeLearners(
            kept: person(112), LearnerMerge(from: person(113), reason: "同一人", document: "户口簿"), as: hanyuan)
        let printed = try await store.printCertificate(learner: person(110), as: hanyuan)
        #expect(printed.entries.count == 2)
        // Made while they were one person, and lying with one of the two afterwards.
        try await claim(111, "X111", year: 2018, as: "hanyuan")
        try await decide(110, recognize, as: "hanyuan")
        _ = try await store.reverseMerge(id: first.id, reason: "不是同一人", as: hanyuan)
    }

    private func units() async throws {
        let city = try await registry.caller("city")
        let twin = try await store.createEmployer(
            NewEmployer(
                creditCode: TestNumber.employer(5), name: "汉源县人民医院（新）", kind: .publicInstitution, level: .county,
                division: "511823"),
            as: city)
        let hospital = try await registry.admin.execute(
            "SELECT id FROM employers WHERE credit_code = \(TestNumber.employer(1))")[0]
        _ = try await store.mergeEmployers(
            kept: twin.id, from: hospital.decode("id"), reason: "重复录入", document: "批复", as: city)
        let clinic = try await registry.admin.execute(
            "SELECT id FROM employers WHERE credit_code = \(TestNumber.employer(4))")[0]
        _ = try await store.correctEmployer(
            id: clinic.decode("id"), EmployerCorrection(field: .level, value: "city", reason: "上收", document: "批复"),
            as: city)
        let plant = try await registry.admin.execute(
            "SELECT id FROM employers WHERE credit_code = \(TestNumber.employer(3))")[0]
        _ = try await store.closeEmployer(
            id: plant.decode("id"), on: try #require(Day("2018-11-01")), reason: "注销", as: city)
    }

    /// A later version of the notice asks more hours, sends the counties' claims to the city and ends study earlier.
    private func changedNotice() async throws {
        let file = TestRegistry.root.appendingPathComponent("sql/policies/2017-87.yaml")
        var source = try String(contentsOf: file, encoding: .utf8)
        for (old, new) in [
            ("requiredHours: 30", "requiredHours: 36"), ("electiveHours: 20", "electiveHours: 26"),
            ("onlineFeeInFen: 7500", "onlineFeeInFen: 9000"),
            (
                "{ mode: online, level: county, authority: county, rule: R2 }",
                "{ mode: online, level: county, authority: city, rule: R1 }"
            ),
            ("until: \"2018-12-31\"", "until: \"2018-10-31\""),
        ] {
            #expect(source.contains(old))
            source = source.replacingOccurrences(of: old, with: new)
        }
        let policy = try PolicyFile(source: source)
        let reference = try await store.loadPolicy(
            policy.policy, document: policy.document, source: policy.source, by: "test")
        #expect(reference.version == 2)
        try await claim(114, "X114", year: 2018, elective: 26, as: "hanyuan")
        try await decide(114, recognize, as: "city")
    }
}
