import Foundation
import RegistryDomain
import Testing

@Suite("What taking an entry back changes (Q8)")
struct ReversalEffectsTests {
    private let day = Fixtures.day("2018-03-01")

    @Test("The only entry of an overdue year: it turns incomplete, and what it blocks is refused (worked case 15)")
    func onlyEntry() throws {
        let entry = Fixtures.entry(2017, on: "2017-11-20")
        let history = LearnerHistory(employments: [Fixtures.employment()], entries: [entry])
        let effects = ReversalEffects(of: entry.id, in: history, policies: try Fixtures.policies, on: day)
        #expect(effects.years.map(\.before.year) == [2017])
        #expect(effects.years.map(\.before.status) == [.complete] && effects.years.map(\.after.status) == [.incomplete])
        let promotion = try #require(effects.verdicts.first { $0.purpose == .titlePromotion })
        #expect(promotion.before.outcome == .accepted && promotion.after.outcome == .refused)
        #expect(effects.verdicts.contains { $0.purpose == .annualExcellent && $0.after.outcome == .refused })
    }

    @Test("One session of two that fill a year: hours fall, and the year with them")
    func oneOfTwo() throws {
        let half = Fixtures.entry(2017, on: "2017-09-01", mode: .faceToFace, hours: 16)
        let other = Fixtures.entry(2017, on: "2017-10-01", mode: .faceToFace, hours: 14)
        let history = LearnerHistory(employments: [Fixtures.employment()], entries: [half, other])
        let effects = ReversalEffects(of: half.id, in: history, policies: try Fixtures.policies, on: day)
        #expect(effects.years.map(\.after.creditedHours) == [14] && effects.years.map(\.after.status) == [.incomplete])
    }

    @Test("Where another entry completes the year as well, only the mode changes and no verdict turns")
    func completeTwice() throws {
        let online = Fixtures.entry(2017, on: "2017-09-01")
        let faceToFace = Fixtures.entry(2017, on: "2017-10-01", mode: .faceToFace, hours: 30)
        let history = LearnerHistory(employments: [Fixtures.employment()], entries: [online, faceToFace])
        let effects = ReversalEffects(of: online.id, in: history, policies: try Fixtures.policies, on: day)
        #expect(effects.years.map(\.after.mode) == [.faceToFace] && effects.years.map(\.after.status) == [.complete])
        #expect(effects.verdicts.isEmpty)
    }

    @Test("An entry that was reversed before changes nothing a second time")
    func reversedBefore() throws {
        let entry = Fixtures.entry(2017, on: "2017-11-20", reversedOn: "2018-02-01")
        let history = LearnerHistory(employments: [Fixtures.employment()], entries: [entry])
        let effects = ReversalEffects(of: entry.id, in: history, policies: try Fixtures.policies, on: day)
        #expect(effects.years.isEmpty && effects.verdicts.isEmpty)
    }
}
