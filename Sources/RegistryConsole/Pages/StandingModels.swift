import Foundation
import RegistryDomain
import RegistryStore

/// Where a person stands in one subject year, and what to do about it.
struct StandingModel {
    struct OpenClaim {
        var address: String
        var text: String
    }
    var year: String
    var courseTitle: String
    var status: String
    var statusWord: String
    var credited: String
    var required: String
    var label: String
    var mode: String?
    /// What is missing, and by when; nil where nothing is.
    var missing: String?
    var isLate: Bool
    var claims: [OpenClaim]
    /// Where hours are claimed; nil where there is nothing to claim or the caller may not.
    var claimAddress: String?

    init(
        _ year: YearAnswer, claims: [ClaimRecord], today: Day, place: LearnerPlace, _ policies: PolicySet,
        _ words: Words
    ) {
        self.year = "\(year.year)"
        let terms = policies.policy(forSubjectYear: year.year)?.subjectYear(year.year)
        courseTitle = terms.map { words($0.courseTitle) } ?? ""
        status = year.status.rawValue
        statusWord = words.status(year.status)
        credited = "\(year.creditedHours)"
        required = "\(year.requiredHours)"
        label = words(
            "hoursOf",
            ["year": "\(year.year)", "credited": "\(year.creditedHours)", "required": "\(year.requiredHours)"])
        mode = year.mode.map(words.mode)
        let values = [
            "hours": "\(year.requiredHours - year.creditedHours)", "day": year.dueOn.description,
            "days": "\(Int(year.dueOn.daysSince2000) - Int(today.daysSince2000))",
        ]
        missing =
            switch year.status {
            case .inProgress: words("missingBy", values)
            case .incomplete: words("missingSince", values)
            case .complete, .excused, .notOwed: nil
            }
        isLate = year.status == .incomplete
        let open = claims.filter { $0.subjectYear == year.year && $0.nextActor != nil }
        self.claims = open.map {
            OpenClaim(address: place.claim($0.id), text: ClaimLine.waiting($0, policies, words))
        }
        let isOver = year.status == .complete || year.status == .notOwed
        claimAddress = isOver ? nil : place.newClaim?("year=\(year.year)")
    }
}

/// Whose pages these are: the person's own, or a colleague's record.
struct LearnerPlace {
    var learner: UUID
    /// `/me` or `/learners/{id}`.
    var base: String
    var isOwn: Bool
    var mayClaim: Bool
    var mayPrint: Bool
    var mayCorrect: Bool

    var newClaim: ((String) -> String)? {
        mayClaim ? { "\(base)/claims/new?\($0)" } : nil
    }

    func claim(_ id: UUID) -> String {
        isOwn ? "/me/claims/\(id.uuidString.lowercased())" : "/claims/\(id.uuidString.lowercased())"
    }
}

/// One purpose with its verdict.
struct PurposeLine {
    var outcome: String
    var icon: String
    var word: String
    var name: String
    var reasons: [VerdictModel.ReasonModel]

    init(_ answer: EligibilityAnswer, _ policies: PolicySet, _ words: Words) {
        let terms = policies.terms(of: answer.purpose)?.terms
        let isAssessment = terms?.effect == .barsExcellent
        outcome = answer.outcome.rawValue
        icon = "icon-\(answer.outcome.rawValue)"
        word = words("\(isAssessment ? "excellent" : "outcome")_\(answer.outcome.rawValue)")
        name = terms.map { words($0.name) } ?? answer.purpose.rawValue
        if let year = answer.assessedYear { name += " · \(year)" }
        reasons = answer.reasons.map { .init(message: words($0.message), rule: RuleModel($0.rule, policies, words)) }
    }
}

/// What was studied and does not stand on the register yet.
struct StudyLine {
    var recordNumber: String
    var year: String
    var hours: String
    var testPassedOn: String
    var state: String
    var stateWord: String
    /// Where the claim is, or where one is made.
    var address: String?
    var addressWord: String

    init?(_ study: StudyRecord, isComplete: Bool, place: LearnerPlace, _ words: Words) {
        guard !study.isOnRegister, !isComplete else { return nil }
        recordNumber = study.evidence.recordNumber
        year = "\(study.subjectYear)"
        hours = "\(study.evidence.compulsoryHours) + \(study.evidence.electiveHours)"
        testPassedOn = study.evidence.testPassedOn?.description ?? words("notSaid")
        switch study.claimState {
        case .submitted, .returned:
            guard let claim = study.claim, let found = study.claimState else { return nil }
            state = found.rawValue
            stateWord = words.state(found)
            address = place.claim(claim)
            addressWord = words("studySeeClaim")
        case nil, .withdrawn, .rejected, .recognized:
            state = "incomplete"
            stateWord = words(study.claimState == .recognized ? "studyReversed" : "studyUnclaimed")
            address = place.newClaim?("record=\(study.id.uuidString.lowercased())")
            addressWord = words("studyClaim")
        }
    }
}

/// A claim of a person in a list.
struct ClaimLine {
    var address: String
    var year: String
    var mode: String
    var hours: String
    var state: String
    var stateWord: String
    var submittedOn: String
    var waiting: String?
    var isReturned: Bool

    init(_ claim: ClaimRecord, place: LearnerPlace, _ policies: PolicySet, _ words: Words) {
        address = place.claim(claim.id)
        year = "\(claim.subjectYear)"
        mode = words.mode(claim.mode)
        hours = "\(claim.hours)"
        state = claim.state.rawValue
        stateWord = words.state(claim.state)
        submittedOn = claim.submittedOn.description
        waiting = claim.nextActor == nil ? nil : Self.waiting(claim, policies, words)
        isReturned = claim.state == .returned
    }

    /// Who must act, and for how long it has waited.
    static func waiting(_ claim: ClaimRecord, _ policies: PolicySet, _ words: Words) -> String {
        let days = ["days": "\(claim.waitingDays ?? 0)", "who": words.area(claim.routedTo, policies)]
        return claim.state == .returned ? words("waitsForLearner", days) : words("waitsForOffice", days)
    }
}

/// An entry of the register.
struct EntryLine {
    var number: String
    var year: String
    /// Nil for a year that no notice in force has.
    var courseTitle: String?
    var mode: String
    var hours: String
    var recognizedOn: String
    var recognizedBy: String
    var source: String
    var reversed: String?

    init(_ entry: RegisterEntryRecord, _ policies: PolicySet, _ words: Words) {
        number = "\(entry.entryNumber)"
        year = "\(entry.subjectYear)"
        courseTitle =
            policies.policy(forSubjectYear: entry.subjectYear)?.subjectYear(entry.subjectYear).map {
                words($0.courseTitle)
            }
        mode = words.mode(entry.mode)
        hours = "\(entry.hours)"
        recognizedOn = entry.recognizedOn.description
        recognizedBy = words.authority(entry.recognizedBy, policies)
        source = Self.source(of: entry, words)
        reversed = entry.reversal.map {
            words("reversedOn", ["day": $0.reversedOn.description, "reason": $0.reason])
        }
    }

    static func source(of entry: RegisterEntryRecord, _ words: Words) -> String {
        if let number = entry.recordNumber { return words("sourceRecord", ["number": number]) }
        if let code = entry.sessionCode { return words("sourceSession", ["number": code]) }
        return words("sourcePaper", ["number": entry.paperNumber ?? ""])
    }
}

/// A printed certificate or an issued notice in a list.
struct PaperLine {
    var address: String
    var name: String
    var code: String
    var on: String
    var state: String
    var stateWord: String

    init(_ certificate: CertificateSummary, _ words: Words) {
        address = "/certificates/\(certificate.code)"
        name = words("certificateOf", ["count": "\(certificate.entries)"])
        code = certificate.code
        on = certificate.printedOn.description
        state = certificate.status == .stands ? "complete" : "incomplete"
        stateWord = words(certificate.status == .stands ? "verifyStands" : "verifySuperseded")
    }

    init(_ notice: NoticeSummary, _ policies: PolicySet, _ words: Words) {
        address = "/notices/\(notice.code)"
        name = policies.terms(of: notice.purpose).map { words($0.terms.name) } ?? notice.purpose.rawValue
        code = notice.code
        on = notice.issuedOn.description
        state = notice.outcome.rawValue
        stateWord = words("outcome_\(notice.outcome.rawValue)")
    }
}
