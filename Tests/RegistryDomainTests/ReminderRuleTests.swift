import RegistryDomain
import Testing

@Suite("When somebody is reminded (Q1)")
struct ReminderRuleTests {
    private let due = Fixtures.day("2018-12-31")

    @Test(
        "On the policy's days, and late rather than not at all",
        arguments: [
            ("2018-10-01", nil), ("2018-10-02", 90), ("2018-10-31", 90), ("2018-11-01", 60), ("2018-12-01", 30),
            ("2018-12-23", 30), ("2018-12-24", 7), ("2018-12-31", 7), ("2019-01-01", nil),
        ] as [(String, Int?)])
    func days(_ today: String, _ expected: Int?) {
        let found = ReminderRule.daysBefore(dueOn: due, policy: [90, 60, 30, 7], today: Fixtures.day(today))
        #expect(found == expected)
    }

    @Test("A policy that names no days reminds nobody")
    func none() {
        #expect(ReminderRule.daysBefore(dueOn: due, policy: nil, today: due) == nil)
        #expect(ReminderRule.daysBefore(dueOn: due, policy: [], today: due) == nil)
    }

    @Test("Only a year that still has to be studied for concerns anybody", arguments: YearStatus.allCases)
    func status(_ status: YearStatus) {
        #expect(ReminderRule.concerns(status) == (status == .inProgress))
    }
}
