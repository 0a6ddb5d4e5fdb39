import Foundation
import RegistryDomain
import RegistryJobs
import Testing

@testable import RegistryStore

@Suite("The answer at the counter as JSON")
struct EligibilityDocumentTests {
    private func histories() -> [LearnerHistory] {
        (0..<60).map { number in
            let from = Day(daysSince2000: Int32(3000 + number % 10 * 400))
            var history = LearnerHistory(employments: [
                EmploymentPeriod(
                    employerId: UUID(), kind: number % 3 == 0 ? .enterprise : .publicInstitution, level: .county,
                    division: "511823", from: from, until: number % 7 == 0 ? Day(daysSince2000: 6700) : nil)
            ])
            for part in 0..<(number % 5) {
                history.entries.append(
                    StandingEntry(
                        id: UUID(), subjectYear: 2017 + part % 2, mode: part < 2 ? .online : .faceToFace,
                        hours: part < 2 ? 30 : 12, recognizedOn: Day(daysSince2000: Int32(6300 + part / 2 * 100)),
                        reversedOn: (number + part) % 9 == 0 ? Day(daysSince2000: 6900) : nil,
                        recognizedBy: .county("511823")))
            }
            if number % 4 == 0 {
                history.excuses = [
                    Excuse(subjectYear: 2018, approvedOn: Day(daysSince2000: 6800), liftsDuty: number % 8 == 0)
                ]
            }
            return history
        }
    }

    @Test("It writes itself to the letter as it would be encoded, for every purpose, year, day and language")
    func writesItself() throws {
        let file = try PolicyFile.read(StoreTestDatabase.root.appendingPathComponent("sql/policies/2017-87.yaml").path)
        let policies = PolicySet([file.policy])
        let purposes = try #require(policies.policies.first).purposes.map(\.id) + [Purpose(rawValue: "\"none\"")]
        var outcomes: Set<Outcome> = []
        for (number, history) in histories().enumerated() {
            for purpose in purposes {
                let year = [nil, 2017, 2018, 2030][number % 4]
                let answer = Eligibility.answer(
                    purpose, history: history, policies: policies,
                    asOf: Day(daysSince2000: Int32(6200 + number * 25)), assessedYear: year)
                outcomes.insert(answer.outcome)
                let document = EligibilityDocument(answer, language: number % 2 == 0 ? .zh : .en, policies: policies)
                let own = String(decoding: try RegistryJSON.bytes(document), as: UTF8.self)
                let foundations = try RegistryJSONTests.foundation(document)
                #expect(own.count == foundations.count && own.lowercased() == foundations.lowercased())
            }
        }
        #expect(outcomes == [.accepted, .refused, .pending, .notApplicable])
    }
}
