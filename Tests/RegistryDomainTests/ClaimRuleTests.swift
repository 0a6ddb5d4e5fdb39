import Foundation
import RegistryDomain
import Testing

@Suite("What is asked of a claim")
struct ClaimRuleTests {
    private func codes(
        _ evidence: Evidence, year: Int = 2018, today: String = "2018-12-30", reason: String? = nil,
        employment: EmploymentPeriod = Fixtures.employment()
    ) throws -> [String] {
        let request = ClaimRequest(subjectYear: year, evidence: evidence, reason: reason)
        let history = LearnerHistory(employments: [employment])
        switch ClaimRules.assess(request, history: history, policies: try Fixtures.policies, today: Fixtures.day(today))
        {
        case .success: return []
        case .failure(let refusal): return refusal.reasons.map(\.code)
        }
    }

    private func online(
        _ compulsory: Int = 10, _ elective: Int = 20, finished: String? = "2018-06-01", started: String? = "2018-06-02",
        passed: String? = "2018-07-01", record: String = "SC-1"
    ) -> Evidence {
        .online(
            OnlineEvidence(
                recordNumber: record, compulsoryHours: compulsory, electiveHours: elective,
                compulsoryFinishedOn: finished.map(Fixtures.day), electiveStartedOn: started.map(Fixtures.day),
                testPassedOn: passed.map(Fixtures.day)))
    }

    private func session(_ from: String, _ until: String, hours: Int = 30, passed: Bool = true) -> Evidence {
        .faceToFace(
            FaceToFaceEvidence(
                sessionCode: "S-1", startedOn: Fixtures.day(from), endedOn: Fixtures.day(until), hours: hours,
                assessmentPassed: passed))
    }

    @Test("Lawful claims are accepted, on the edges too")
    func lawful() throws {
        #expect(try codes(online()) == [])
        #expect(try codes(online(started: "2018-06-01")) == [])
        #expect(try codes(online(finished: nil, started: nil, passed: "2018-12-31"), today: "2018-12-31") == [])
        #expect(try codes(online(finished: "2017-06-01", started: "2017-06-01", passed: "2017-06-01")) == [])
        #expect(try codes(session("2018-06-01", "2018-11-30")) == [])
        #expect(try codes(online(12, 40)) == [])
    }

    @Test("Every refusal is said at once (O1, O2, O3)")
    func everything() throws {
        let found = try codes(
            online(8, 18, finished: "2019-01-03", started: "2019-01-02", passed: nil), today: "2019-02-01")
        #expect(
            Set(found) == ["hoursBelowRequired", "testNotPassed", "electiveBeforeCompulsory", "outsideOnlineWindow"])
        #expect(found.count { $0 == "hoursBelowRequired" } == 2)
    }

    @Test("Evidence dated after the day it is handed in is refused (Q11)")
    func tomorrow() throws {
        #expect(try codes(online(passed: "2018-07-02"), today: "2018-07-01") == ["dateAfterToday"])
    }

    @Test("A test before the study is refused (O4)")
    func testFirst() throws { #expect(try codes(online(passed: "2018-06-01")) == ["testBeforeStudyFinished"]) }

    @Test("Face-to-face keeps to its own year's window and needs its assessment (F2, Q4)")
    func faceToFace() throws {
        #expect(
            try codes(session("2017-06-01", "2017-06-05")) == ["outsideFaceToFaceWindow", "outsideFaceToFaceWindow"])
        #expect(try codes(session("2018-11-30", "2018-12-01")) == ["outsideFaceToFaceWindow"])
        #expect(try codes(session("2018-09-01", "2018-09-02", passed: false)) == ["assessmentNotPassed"])
        #expect(try codes(session("2018-09-02", "2018-09-01")) == ["datesOutOfOrder"])
        #expect(try codes(session("2018-09-01", "2018-09-02", hours: 0)) == ["hoursImpossible"])
    }

    @Test("Hours that nobody can have learned are a slip of the pen", arguments: [-1, 1_000_000_000, Int.max, Int.min])
    func impossible(_ hours: Int) throws {
        #expect(try codes(online(hours, hours)) == ["hoursImpossible", "hoursImpossible"])
    }

    @Test("A year that no notice has, and a person in no post, are refused (S1, L1)")
    func nobody() throws {
        #expect(try codes(online(), year: 2021) == ["subjectYearUnknown"])
        #expect(try codes(online(), employment: Fixtures.employment(from: "2020-01-01")) == ["noEmployment"])
    }

    @Test("A city institution's online claim needs a reason; its enterprise's does not (M1, M2, Q6)")
    func expectation() throws {
        #expect(try codes(online(), employment: Fixtures.employment(.publicInstitution, .city)) == ["reasonRequired"])
        #expect(
            try codes(online(), reason: " ", employment: Fixtures.employment(.publicInstitution, .city)) == [
                "reasonRequired"
            ])
        #expect(try codes(online(), reason: "支教", employment: Fixtures.employment(.publicInstitution, .city)) == [])
        #expect(try codes(online(), employment: Fixtures.employment(.enterprise, .city)) == [])
    }

    @Test("Every state answers every event, and an ended claim none")
    func life() {
        let events: [ClaimEvent] = [
            .decide(.recognize), .decide(.return), .decide(.reject), .withdraw, .resubmit, .reroute,
        ]
        for state in [ClaimState.recognized, .rejected, .withdrawn] {
            for event in events { #expect(ClaimRules.transition(from: state, event: event) == nil) }
        }
        #expect(events.compactMap { ClaimRules.transition(from: .submitted, event: $0) }.count == 5)
        #expect(
            events.compactMap { ClaimRules.transition(from: .returned, event: $0) } == [
                .withdrawn, .submitted, .returned,
            ])
    }
}
