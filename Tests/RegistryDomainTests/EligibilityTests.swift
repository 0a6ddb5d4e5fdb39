import Foundation
import RegistryDomain
import Testing

@Suite("Where a person stands in a year")
struct EligibilityTests {
    private func status(_ history: LearnerHistory, _ year: Int, _ day: String) throws -> YearStatus {
        let years = Eligibility.years(of: history, under: try Fixtures.policies, asOf: Fixtures.day(day))
        return years.first { $0.year == year }!.status
    }

    @Test("A year is due on its last day and overdue the day after (Q1)")
    func dueDay() throws {
        let history = LearnerHistory(employments: [Fixtures.employment()])
        #expect(try status(history, 2018, "2018-12-31") == .inProgress)
        #expect(try status(history, 2018, "2019-01-01") == .incomplete)
    }

    @Test("Sessions of one year add up, and never with online hours (Q4)")
    func sessionsAddUp() throws {
        let post = [Fixtures.employment()]
        let half = Fixtures.entry(2017, on: "2017-09-01", mode: .faceToFace, hours: 16)
        let other = Fixtures.entry(2017, on: "2017-10-01", mode: .faceToFace, hours: 14)
        #expect(try status(LearnerHistory(employments: post, entries: [half]), 2017, "2018-02-01") == .incomplete)
        #expect(try status(LearnerHistory(employments: post, entries: [half, other]), 2017, "2018-02-01") == .complete)
        let online = Fixtures.entry(2017, on: "2017-10-01", mode: .online, hours: 14)
        #expect(
            try status(LearnerHistory(employments: post, entries: [half, online]), 2017, "2018-02-01") == .incomplete)
    }

    @Test("Online study of 2017 finished in 2018 counts from its recognition (O3, Q1)")
    func finishedLater() throws {
        let history = LearnerHistory(
            employments: [Fixtures.employment()], entries: [Fixtures.entry(2017, on: "2018-05-10")])
        #expect(try status(history, 2017, "2018-05-09") == .incomplete)
        #expect(try status(history, 2017, "2018-05-10") == .complete)
    }

    @Test("Only an approval that says so lifts the duty, and only from its day on (Q3)")
    func excuses() throws {
        var history = LearnerHistory(employments: [Fixtures.employment()])
        history.excuses = [Excuse(subjectYear: 2017, approvedOn: Fixtures.day("2018-03-01"), liftsDuty: true)]
        #expect(try status(history, 2017, "2018-02-28") == .incomplete)
        #expect(try status(history, 2017, "2018-03-01") == .excused)
        history.excuses = [Excuse(subjectYear: 2017, approvedOn: Fixtures.day("2018-03-01"), liftsDuty: false)]
        #expect(try status(history, 2017, "2018-03-01") == .incomplete)
    }

    @Test("Who left in a year owes it, who left before does not (Q2)")
    func leavers() throws {
        let history = LearnerHistory(employments: [Fixtures.employment(until: "2018-01-01")])
        #expect(try status(history, 2018, "2019-02-01") == .incomplete)
        let before = LearnerHistory(employments: [Fixtures.employment(until: "2017-12-31")])
        #expect(try status(before, 2018, "2019-02-01") == .notOwed)
    }

    @Test("An annual assessment asked early in a year is about the year before")
    func assessedYear() throws {
        let policies = try Fixtures.policies
        let history = LearnerHistory(employments: [Fixtures.employment()])
        func year(_ day: String) -> Int? {
            Eligibility.answer(.annualExcellent, history: history, policies: policies, asOf: Fixtures.day(day))
                .assessedYear
        }
        #expect(year("2018-02-01") == 2017)
        #expect(year("2018-10-01") == 2018)
        #expect(year("2019-01-15") == 2018)
        #expect(year("2024-06-01") == 2018)
    }

    @Test("A purpose that no notice names is not applicable, and says so")
    func unknownPurpose() throws {
        let answer = Eligibility.answer(
            Purpose(rawValue: "pension"), history: LearnerHistory(), policies: try Fixtures.policies,
            asOf: Fixtures.day("2018-01-01"))
        #expect(answer.outcome == .notApplicable && answer.reasons.first?.code == "purposeUnknown")
    }
}
