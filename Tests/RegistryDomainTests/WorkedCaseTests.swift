import Foundation
import RegistryDomain
import Testing
import Yams

/// The sixteen worked cases of DOMAIN.md through the domain's functions; `Tests/worked-cases.yaml` holds them.
@Suite("Worked cases through the domain")
struct WorkedCaseTests {
    static var document: [String: Any] {
        try! Yams.load(yaml: Fixtures.text("Tests/worked-cases.yaml")) as! [String: Any]
    }
    static let cases = (document["cases"] as! [[String: Any]]).map { $0["case"] as! Int }

    @Test(arguments: cases)
    func workedCase(_ number: Int) throws {
        let cases = Self.document["cases"] as! [[String: Any]]
        let given = cases.first { $0["case"] as? Int == number }!
        let employer = (Self.document["employers"] as! [String: [String: Any]])[given["employer"] as! String]!
        var person = Person(
            employment: EmploymentPeriod(
                employerId: UUID(), kind: EmployerKind(rawValue: employer["kind"] as! String)!,
                level: EmployerLevel(rawValue: employer["level"] as! String)!,
                division: employer["division"] as? String,
                from: day(given["employedFrom"]), until: nil),
            policies: try Fixtures.policies)
        for step in given["steps"] as! [[String: Any]] { try person.play(step) }
    }
}

private func day(_ value: Any?) -> Day {
    if let date = value as? Date { return Day(daysSince2000: Int32(date.timeIntervalSince1970 / 86_400) - 10_957) }
    return Day(value as! String)!
}

/// A person who lives through the steps of a case.
private struct Person {
    struct Claim {
        var acceptance: ClaimAcceptance
        var state: ClaimState
        var year: Int
        var mode: Mode
        var entry: UUID?
    }

    var history: LearnerHistory
    let policies: PolicySet
    var claims: [String: Claim] = [:]
    var certificates: [String: [UUID]] = [:]

    init(employment: EmploymentPeriod, policies: PolicySet) {
        history = LearnerHistory(employments: [employment])
        self.policies = policies
    }

    mutating func play(_ step: [String: Any]) throws {
        if let claim = step["claim"] as? [String: Any] { submit(claim, step) }
        if let decision = step["decide"] as? [String: Any] { decide(decision, step) }
        if let reversal = step["reverse"] as? [String: Any] {
            let entry = claims[reversal["claim"] as! String]!.entry
            let index = history.entries.firstIndex { $0.id == entry }!
            history.entries[index].reversedOn = day(reversal["day"])
        }
        if let excuse = step["excuse"] as? [String: Any] {
            history.excuses.append(
                Excuse(
                    subjectYear: excuse["year"] as! Int, approvedOn: day(excuse["day"]),
                    liftsDuty: excuse["liftsDuty"] as! Bool))
        }
        if let certificate = step["certificate"] as? [String: Any] {
            certificates[certificate["name"] as! String] = history.entries.map(\.id)
        }
        if let verify = step["verify"] as? [String: Any] {
            let reversed = history.entries.contains { entry in
                certificates[verify["certificate"] as! String]!.contains(entry.id) && entry.reversedOn != nil
            }
            #expect(step["status"] as? String == (reversed ? "superseded" : "stands"))
        }
        if let question = step["eligibility"] as? [String: Any] { ask(question, step["answer"] as! [String: Any]) }
    }

    private mutating func submit(_ claim: [String: Any], _ step: [String: Any]) {
        let year = claim["year"] as! Int
        let today = day(claim["day"])
        let said = claim["evidence"] as! [String: Any]
        let mode = Mode(rawValue: claim["mode"] as! String)!
        let evidence: Evidence =
            mode == .online
            ? .online(
                OnlineEvidence(
                    recordNumber: "SC-1", compulsoryHours: said["compulsoryHours"] as! Int,
                    electiveHours: said["electiveHours"] as! Int,
                    compulsoryFinishedOn: said["compulsoryFinishedOn"].map(day),
                    electiveStartedOn: said["electiveStartedOn"].map(day), testPassedOn: said["testPassedOn"].map(day)))
            : .faceToFace(
                FaceToFaceEvidence(
                    sessionCode: said["sessionCode"] as! String, startedOn: day(said["startedOn"]),
                    endedOn: day(said["endedOn"]),
                    hours: said["hours"] as! Int, assessmentPassed: said["assessmentPassed"] as! Bool))
        let request = ClaimRequest(subjectYear: year, evidence: evidence, reason: claim["reason"] as? String)
        switch ClaimRules.assess(request, history: history, policies: policies, today: today) {
        case .failure(let refusal):
            let rules = Set(refusal.reasons.compactMap(\.rule)).sorted().map(\.rawValue)
            #expect(rules == step["refused"] as? [String])
            #expect(refusal.reasons.allSatisfy { !$0.message.zh.isEmpty && !$0.message.en.isEmpty })
        case .success(let acceptance):
            let complete = Eligibility.years(of: history, under: policies, asOf: today).first { $0.year == year }
            if let conflict = step["conflict"] as? [String: Any] {
                #expect(complete?.status == .complete)
                #expect(complete?.entries == [claims[conflict["entryOf"] as! String]!.entry!])
                return
            }
            let expected = step["accepted"] as? [String: Any]
            #expect(expected != nil && complete?.status != .complete)
            #expect(acceptance.routedTo.description == expected?["routedTo"] as? String)
            #expect(acceptance.rules.map(\.rawValue) == expected?["rules"] as? [String])
            #expect(acceptance.flags.map(\.rawValue) == expected?["flags"] as? [String])
            #expect(acceptance.assumptions.map(\.rawValue) == expected?["assumptions"] as? [String])
            claims[claim["name"] as! String] = Claim(acceptance: acceptance, state: .submitted, year: year, mode: mode)
        }
    }

    private mutating func decide(_ decision: [String: Any], _ step: [String: Any]) {
        let name = decision["claim"] as! String
        var claim = claims[name]!
        let answers = decision["answers"] as? [String: String] ?? [:]
        let outcome: String
        if decision["by"] as! String != claim.acceptance.routedTo.description {
            outcome = "forbidden"
        } else if !ClaimRules.unanswered(flags: claim.acceptance.flags, answers: answers).isEmpty {
            outcome = "unanswered"
        } else if let state = ClaimRules.transition(from: claim.state, event: .decide(.recognize)) {
            outcome = "recognized"
            claim.state = state
            let entry = StandingEntry(
                id: UUID(), subjectYear: claim.year, mode: claim.mode, hours: claim.acceptance.hours,
                recognizedOn: day(decision["day"]), recognizedBy: claim.acceptance.routedTo)
            claim.entry = entry.id
            history.entries.append(entry)
        } else {
            outcome = "conflict"
        }
        claims[name] = claim
        #expect(outcome == step["outcome"] as? String)
    }

    private func ask(_ question: [String: Any], _ expected: [String: Any]) {
        let answer = Eligibility.answer(
            Purpose(rawValue: question["purpose"] as! String), history: history, policies: policies,
            asOf: day(question["asOf"]))
        #expect(answer.outcome.rawValue == expected["outcome"] as? String)
        #expect(answer.reasons.compactMap(\.rule).map(\.rawValue) == expected["rules"] as? [String] ?? [])
        if let years = expected["reasonYears"] as? [Int] { #expect(answer.reasons.compactMap(\.subjectYear) == years) }
        for (year, status) in expected["years"] as? [Int: String] ?? [:] {
            #expect(answer.years.first { $0.year == year }?.status.rawValue == status)
        }
    }
}
