import Foundation
import RegistryDomain
import RegistryStore

/// A claim as a row of the queue.
struct ClaimRowModel {
    var id: String
    var name: String
    var idNumberMasked: String
    var employer: String
    var year: String
    var mode: String
    var hours: String
    var state: String
    var stateWord: String
    var since: String
    var waiting: String
    var isOpen: Bool
    var flags: [String]
    /// What is unusual about it, a word each.
    var signs: [String]
    var nextActor: String

    init(_ claim: ClaimRecord, concerns: ClaimConcerns? = nil, _ policies: PolicySet, _ words: Words) {
        id = claim.id.uuidString.lowercased()
        name = claim.learnerName ?? "—"
        idNumberMasked = claim.idNumberMasked ?? ""
        employer = claim.employerName ?? "—"
        year = "\(claim.subjectYear)"
        mode = words.mode(claim.mode)
        hours = "\(claim.hours)"
        state = claim.state.rawValue
        stateWord = words.state(claim.state)
        since = claim.stateSince.description
        waiting = claim.waitingDays.map { words("waitingDays", ["days": "\($0)"]) } ?? "—"
        isOpen = claim.state == .submitted
        flags = claim.flags.map { words("flag_\($0)") }
        signs = concerns.map { Self.signs(claim, $0, policies, words) } ?? []
        nextActor =
            switch claim.nextActor {
            case nil: "—"
            case "learner": words("nextActorLearner")
            case .some(let office): Authority(office).map { words.area($0, policies) } ?? office
            }
    }
}

extension ClaimRowModel {
    var isUnusual: Bool { !flags.isEmpty || !signs.isEmpty }

    private static func signs(
        _ claim: ClaimRecord, _ concerns: ClaimConcerns, _ policies: PolicySet, _ words: Words
    ) -> [String] {
        guard claim.state == .submitted else { return [] }
        let found = [
            ("signComplete", concerns.completedBy != nil), ("signOpen", concerns.openClaims > 0),
            ("signNamesakes", concerns.namesakes > 0), ("signMoved", concerns.hasMoved),
            ("signRefused", concerns.lastRefusal != nil), ("signLate", ClaimConcerns.isNearLimit(claim, policies)),
        ]
        return found.filter(\.1).map { words($0.0) }
    }
}

/// One thing of the evidence beside what the notice asks.
struct EvidenceModel {
    /// A piece of a line that may be parted from the next; within a day (2018-06-30) no line ends.
    struct Piece {
        var text: String
        var isDay: Bool

        static func pieces(of text: String) -> [Piece] {
            text.replacing("—", with: "— ").split(separator: " ").map {
                Piece(text: String($0), isDay: $0.contains("-"))
            }
        }
    }

    var what: String
    var found: [Piece]
    var asked: [Piece]
    var isMet: Bool
    var rule: String

    init(what: String, found: String, asked: String, isMet: Bool, rule: String) {
        self.what = what
        self.found = Piece.pieces(of: found)
        self.asked = Piece.pieces(of: asked)
        self.isMet = isMet
        self.rule = rule
    }

    static func lines(of claim: ClaimRecord, _ policies: PolicySet, _ words: Words) -> [EvidenceModel] {
        let terms = policies.policy(forSubjectYear: claim.subjectYear)?.subjectYear(claim.subjectYear)
        switch claim.evidence {
        case .online(let evidence): return online(evidence, terms, words)
        case .faceToFace(let evidence): return faceToFace(evidence, terms, words)
        }
    }

    private static func online(_ evidence: OnlineEvidence, _ terms: SubjectYear?, _ words: Words) -> [EvidenceModel] {
        func day(_ day: Day?) -> String { day?.description ?? words("notSaid") }
        let window = terms?.onlineWindow
        let isOrdered =
            evidence.compulsoryFinishedOn.flatMap { finished in
                evidence.electiveStartedOn.map { finished <= $0 }
            } ?? true
        return [
            .init(what: words("recordNumber"), found: evidence.recordNumber, asked: "", isMet: true, rule: "O1"),
            .init(
                what: words("compulsoryHours"), found: "\(evidence.compulsoryHours)",
                asked: terms.map { "≥ \($0.online.compulsoryHours)" } ?? "",
                isMet: evidence.compulsoryHours >= terms?.online.compulsoryHours ?? 0, rule: "O1"),
            .init(
                what: words("electiveHours"), found: "\(evidence.electiveHours)",
                asked: terms.map { "≥ \($0.online.electiveHours)" } ?? "",
                isMet: evidence.electiveHours >= terms?.online.electiveHours ?? 0, rule: "O1"),
            .init(
                what: words("studyOrder"),
                found: "\(day(evidence.compulsoryFinishedOn)) → \(day(evidence.electiveStartedOn))",
                asked: words("compulsoryFirst"), isMet: isOrdered, rule: "O2"),
            .init(
                what: words("testPassedOn"), found: day(evidence.testPassedOn), asked: window?.text ?? "",
                isMet: evidence.testPassedOn.map { passed in window?.contains(passed) ?? true } ?? false, rule: "O3"),
        ]
    }

    private static func faceToFace(_ evidence: FaceToFaceEvidence, _ terms: SubjectYear?, _ words: Words)
        -> [EvidenceModel]
    {
        let window = terms?.faceToFaceWindow
        let isInside = window.map { $0.contains(evidence.startedOn) && $0.contains(evidence.endedOn) } ?? true
        return [
            .init(what: words("sessionCode"), found: evidence.sessionCode, asked: "", isMet: true, rule: "F1"),
            .init(
                what: words("sessionDays"), found: "\(evidence.startedOn)—\(evidence.endedOn)",
                asked: window?.text ?? "", isMet: isInside, rule: "F2"),
            .init(
                what: words("hours"), found: "\(evidence.hours)",
                asked: terms.map { words("towardsHours", ["hours": "\($0.requiredHours)"]) } ?? "", isMet: true,
                rule: "Q4"),
            .init(
                what: words("assessment"), found: words(evidence.assessmentPassed ? "passed" : "notPassed"),
                asked: words("passed"), isMet: evidence.assessmentPassed, rule: "Q4"),
        ]
    }
}

/// One claim before an officer.
struct ClaimModel {
    struct Flag {
        var id: String
        var word: String
        var rule: String
        var answer: String
    }
    struct Step {
        var day: String
        var what: String
        var by: String
        var because: String?
    }
    var row: ClaimRowModel
    var learner: String
    var reason: String?
    var routing: [RuleModel]
    var concerns: [String]
    var flags: [Flag]
    var evidence: [EvidenceModel]
    var history: [Step]
    var mayDecide: Bool
    /// Where what it became may be taken back, for whoever may.
    var reversal: String?
    var typedReason: String
    /// What was typed and could not be used, so that it is not lost.
    var lost: String?
    var messages: [String]
    var done: String?

    init(
        _ claim: ClaimRecord, concerns: ClaimConcerns, mayDecide: Bool, mayReverse: Bool, form: FormBody,
        messages: [String] = [], done: String? = nil, _ policies: PolicySet, _ words: Words
    ) {
        row = ClaimRowModel(claim, policies, words)
        learner = claim.learnerId.uuidString.lowercased()
        reason = claim.reason
        routing = (claim.rules + claim.assumptions).compactMap { RuleModel($0, policies, words) }
        self.concerns = Self.sentences(claim, concerns, policies, words)
        let answers = form.group("answer.")
        flags = claim.flags.map {
            Flag(id: $0, word: words("flag_\($0)"), rule: words("flagText_\($0)"), answer: answers[$0] ?? "")
        }
        evidence = EvidenceModel.lines(of: claim, policies, words)
        history = (claim.history ?? []).map {
            Step(day: $0.occurredOn.description, what: words("event_\($0.event)"), by: $0.by, because: $0.reason)
        }
        self.mayDecide = mayDecide && claim.state == .submitted
        reversal = mayReverse ? claim.entry.map { "/entries/\($0.uuidString.lowercased())/reversal" } : nil
        typedReason = form["reason"] ?? ""
        let typed = [form["reason"]] + answers.values.map { $0 }
        let text = typed.compactMap(\.self).joined(separator: "\n")
        lost = messages.isEmpty || self.mayDecide || text.isEmpty ? nil : text
        self.messages = messages
        self.done = done
    }

    private static func sentences(
        _ claim: ClaimRecord, _ concerns: ClaimConcerns, _ policies: PolicySet, _ words: Words
    ) -> [String] {
        var texts: [String] = []
        if concerns.completedBy != nil, claim.state == .submitted { texts.append(words("concernComplete")) }
        if concerns.openClaims > 0 { texts.append(words("concernOpen", ["count": "\(concerns.openClaims)"])) }
        if concerns.namesakes > 0 { texts.append(words("concernNamesakes", ["count": "\(concerns.namesakes)"])) }
        if concerns.hasMoved { texts.append(words("concernMoved")) }
        if let why = concerns.lastRefusal { texts.append(words("concernRefused", ["reason": why])) }
        if ClaimConcerns.isNearLimit(claim, policies),
            let terms = policies.policy(forSubjectYear: claim.subjectYear)?.subjectYear(claim.subjectYear),
            case .online(let evidence) = claim.evidence, let passed = evidence.testPassedOn
        {
            texts.append(
                words("concernLate", ["day": passed.description, "limit": terms.onlineWindow.until.description]))
        }
        return texts
    }
}
