import Foundation
import RegistryDomain

/// What an invented learner studied in one subject year, and how far its claim has come.
struct DemoStudy: Sendable {
    var learner: DemoLearner
    var employer: DemoEmployer
    var year: Int
    var mode: Mode
    var state: ClaimState
    var compulsory: Int
    var elective: Int
    var startedOn: Day
    var passedOn: Day
    var submittedOn: Day
    var decidedOn: Day
    var number: String
    var isReversed: Bool
    var ids: [UUID]

    /// The studies of one learner under the policy; each lawful on its day.
    static func make(_ learner: DemoLearner, _ number: Int, seed: UInt64, policy: Policy) -> [DemoStudy] {
        var random = SeededGenerator(seed: seed, kind: 3, number: number)
        return policy.subjectYears.enumerated().flatMap { index, terms -> [DemoStudy] in
            let isLast = index == policy.subjectYears.count - 1
            guard let state = state(isLast: isLast, &random) else { return [] }
            return study(learner, terms, state, number, &random)
        }
    }

    private static func state(isLast: Bool, _ random: inout SeededGenerator) -> ClaimState? {
        switch random.number(0...999) {
        case 0..<(isLast ? 560 : 780): .recognized
        case 780..<(isLast ? 840 : 790): .submitted
        case 840..<860: .returned
        case 860..<870: .rejected
        case 870..<880: .withdrawn
        default: nil
        }
    }

    private static func study(
        _ learner: DemoLearner, _ terms: SubjectYear, _ state: ClaimState, _ number: Int,
        _ random: inout SeededGenerator
    ) -> [DemoStudy] {
        let isInstitution = learner.employer.level == .city && learner.employer.kind == .publicInstitution
        let mode: Mode = random.chance(isInstitution ? 88 : 12) ? .faceToFace : .online
        let first = max(learner.employedFrom, mode == .online ? terms.onlineWindow.from : terms.faceToFaceWindow.from)
        let lastOfYear = Day(year: terms.year, month: 11, day: 20) ?? terms.dueOn
        var last =
            mode == .online ? min(lastOfYear, terms.onlineWindow.until) : terms.faceToFaceWindow.until.adding(days: -5)
        if let until = learner.employedUntil { last = min(last, until) }
        guard first.adding(days: 20) < last else { return [] }
        let room = Int(last.daysSince2000 - first.daysSince2000)
        let started = first.adding(days: random.number(0...(room - 12)))
        let passed = started.adding(days: mode == .online ? random.number(8...12) : 4)
        let submitted = passed.adding(days: random.number(1...14))
        // A claim goes where the learner is in post on the day it is handed in.
        let hasMoved = learner.movedOn.map { $0 <= submitted } ?? false
        let employer = hasMoved ? learner.nextEmployer ?? learner.employer : learner.employer
        let hours =
            mode == .online
            ? terms.online : SubjectYear.OnlineTerms(compulsoryHours: terms.requiredHours, electiveHours: 0)
        let isPartial = mode == .faceToFace && state == .recognized && random.chance(6)
        let base = DemoStudy(
            learner: learner, employer: employer, year: terms.year, mode: mode, state: state,
            compulsory: isPartial ? terms.requiredHours / 2 : hours.compulsoryHours,
            elective: isPartial ? 0 : hours.electiveHours,
            startedOn: started, passedOn: passed, submittedOn: submitted,
            decidedOn: submitted.adding(days: random.number(1...20)),
            number: "\(terms.year)-\(number)", isReversed: state == .recognized && random.chance(0.5),
            ids: (0..<4).map { _ in random.uuid() })
        return [base]
    }

    var routedTo: String { mode == .faceToFace ? "base" : employer.area }
    private var isUnexpected: Bool { mode == .online && employer.level == .city && employer.kind == .publicInstitution }

    /// In the order of the columns of `demo_studies`.
    var row: [String?] {
        let rule = mode == .faceToFace ? "R3" : employer.level == .county ? "R2" : "R1"
        let assumptions = [mode == .online && employer.level == .zone ? "Q5" : nil, isUnexpected ? "Q6" : nil]
            .compactMap(\.self)
        let finished = startedOn.adding(days: Int(passedOn.daysSince2000 - startedOn.daysSince2000) / 2)
        return [
            learner.id.uuidString, employer.id.uuidString, "\(year)", mode.rawValue, state.rawValue, "\(compulsory)",
            "\(elective)",
            mode == .online ? finished.description : nil,
            mode == .online ? finished.description : startedOn.description,
            passedOn.description, submittedOn.description, decidedOn.description, isReversed ? "t" : "f",
            mode == .online ? "SC\(number)" : nil, mode == .faceToFace ? "YA\(year)-\(startedOn.month)" : nil,
            isUnexpected ? "外出支教，无法参加面授" : nil, rule, isUnexpected ? ClaimFlag.faceToFaceExpected.rawValue : nil,
            assumptions.joined(separator: ","), routedTo, ids[0].uuidString, ids[1].uuidString,
            [.recognized, .returned, .rejected].contains(state) ? ids[2].uuidString : nil, ids[3].uuidString,
        ]
    }

    static let columns = """
        learner uuid, employer uuid, subject_year int, mode text, state text, compulsory int, elective int,
        compulsory_finished_on date, elective_started_on date, passed_on date, submitted_on date, decided_on date, is_reversed boolean,
        record_number text, session_code text, reason text, rule text, flag text, assumptions text, routed_to text,
        record uuid, claim uuid, decision uuid, entry uuid
        """
}
