import Foundation
import RegistryDomain
import RegistryStore

/// A form of evidence as it was filled in, whether or not it makes a claim.
struct ClaimForm {
    var mode: Mode
    var subjectYear: Int?
    /// What was typed, by field.
    var typed: [String: String]
    /// Set once every field could be read.
    private(set) var evidence: Evidence?
    private(set) var mistakes: [Reason] = []

    static let onlineFields = [
        "recordNumber", "compulsoryHours", "electiveHours", "compulsoryFinishedOn", "electiveStartedOn", "testPassedOn",
    ]
    static let faceToFaceFields = ["sessionCode", "startedOn", "endedOn", "hours", "assessmentPassed"]

    var fields: [String] { mode == .online ? Self.onlineFields : Self.faceToFaceFields }
    var reason: String? { typed["reason"].flatMap { $0.isEmpty ? nil : $0 } }

    /// An empty form, or one that starts from what is known.
    init(mode: Mode, subjectYear: Int?, evidence: Evidence? = nil, reason: String? = nil) {
        self.mode = mode
        self.subjectYear = subjectYear
        self.evidence = evidence
        typed = evidence.map(Self.text) ?? [:]
        typed["reason"] = reason
    }

    /// A form that came in.
    init(_ form: FormBody, mode: Mode, subjectYear: Int?) {
        self.mode = mode
        self.subjectYear = subjectYear
        typed = Dictionary(
            uniqueKeysWithValues: (Self.onlineFields + Self.faceToFaceFields + ["reason"]).compactMap { name in
                form[name].map { (name, $0) }
            })
        if subjectYear == nil { mistakes.append(.missing("subjectYear", rule: .S1)) }
        let evidence = mode == .online ? online() : faceToFace()
        if mistakes.isEmpty { self.evidence = evidence }
    }

    private mutating func online() -> Evidence {
        .online(
            OnlineEvidence(
                recordNumber: typed["recordNumber"] ?? "", compulsoryHours: hours("compulsoryHours", rule: .O1),
                electiveHours: hours("electiveHours", rule: .O1),
                compulsoryFinishedOn: day("compulsoryFinishedOn", isNeeded: false, rule: .O2),
                electiveStartedOn: day("electiveStartedOn", isNeeded: false, rule: .O2),
                testPassedOn: day("testPassedOn", isNeeded: false, rule: .O1)))
    }

    private mutating func faceToFace() -> Evidence {
        let started = day("startedOn", isNeeded: true, rule: .F2)
        let ended = day("endedOn", isNeeded: true, rule: .F2)
        let nowhere = Day(daysSince2000: 0)
        return .faceToFace(
            FaceToFaceEvidence(
                sessionCode: typed["sessionCode"] ?? "", startedOn: started ?? nowhere, endedOn: ended ?? nowhere,
                hours: hours("hours", rule: .Q4), assessmentPassed: typed["assessmentPassed"] == "true"))
    }

    private mutating func hours(_ name: String, rule: RuleID) -> Int {
        guard let text = typed[name] else {
            mistakes.append(.missing(name, rule: rule))
            return 0
        }
        guard let number = Int(text) else {
            mistakes.append(.unreadable(name, "请填写整数，例如 10", "a whole number such as 10", rule: rule))
            return 0
        }
        return number
    }

    private mutating func day(_ name: String, isNeeded: Bool, rule: RuleID) -> Day? {
        guard let text = typed[name] else {
            if isNeeded { mistakes.append(.missing(name, rule: rule)) }
            return nil
        }
        guard let day = DayText.day(text) else {
            mistakes.append(.unreadable(name, "请填写日期，例如 2017-11-03", "a day such as 2017-11-03", rule: rule))
            return nil
        }
        typed[name] = day.description
        return day
    }

    private static func text(of evidence: Evidence) -> [String: String] {
        switch evidence {
        case .online(let evidence):
            let days = [
                ("compulsoryFinishedOn", evidence.compulsoryFinishedOn),
                ("electiveStartedOn", evidence.electiveStartedOn),
                ("testPassedOn", evidence.testPassedOn),
            ].compactMap { name, day in day.map { (name, $0.description) } }
            return [
                "recordNumber": evidence.recordNumber, "compulsoryHours": "\(evidence.compulsoryHours)",
                "electiveHours": "\(evidence.electiveHours)",
            ].merging(days, uniquingKeysWith: { first, _ in first })
        case .faceToFace(let evidence):
            return [
                "sessionCode": evidence.sessionCode, "startedOn": evidence.startedOn.description,
                "endedOn": evidence.endedOn.description, "hours": "\(evidence.hours)",
                "assessmentPassed": evidence.assessmentPassed ? "true" : "false",
            ]
        }
    }
}

/// A day as people type it where the browser has no field of its own for days.
enum DayText {
    /// 2017-11-03, 2017/11/3, 2017.11.3, 2017年11月3日, 20171103.
    static func day(_ text: String) -> Day? {
        if let day = Day(text) { return day }
        let parts = text.split(whereSeparator: { "-/.年月日 ".contains($0) }).map(String.init)
        if parts.count == 3, let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2]) {
            return Day(year: year, month: month, day: day)
        }
        guard parts.count == 1, text.count == 8, let number = Int(text) else { return nil }
        return Day(year: number / 10_000, month: number / 100 % 100, day: number % 100)
    }
}

extension Reason {
    fileprivate static func missing(_ field: String, rule: RuleID) -> Reason {
        Reason(
            rule: rule, code: "fieldMissing", message: Text(zh: "请填写此项。", en: "This is needed."), field: field)
    }

    fileprivate static func unreadable(_ field: String, _ zh: String, _ en: String, rule: RuleID) -> Reason {
        Reason(
            rule: rule, code: "invalidField", message: Text(zh: "\(zh)。", en: "It must be \(en)."), field: field)
    }
}

/// The form on the page.
struct ClaimFormModel {
    struct Problem {
        var message: String
        var rule: String?
    }
    struct Field {
        var id: String
        var label: String
        var hint: String?
        var value: String
        var type: String
        var inputMode: String?
        var isOptional: Bool
        var problems: [Problem]
        var hasProblems: Bool
        /// `aria-describedby`
        var described: String?
    }
    struct Choice {
        var value: String
        var name: String
        var isChosen: Bool
    }
    struct Link {
        var address: String
        var name: String
        var isCurrent: Bool
    }
    struct Summary {
        var field: String
        var label: String
        var message: String
    }

    var action: String
    var once: String
    var modes: [Link]
    var mode: String
    var years: [Choice]
    var yearIsFixed: Bool
    var yearText: String
    var yearProblems: [Problem]
    var hasYearProblems: Bool
    var fields: [Field]
    var asksAssessment: Bool
    var assessment: Field?
    var assessmentChoices: [Choice]
    var reason: Field
    var expectation: String?
    var terms: String?
    /// What no single field is to blame for.
    var messages: [Problem]
    /// The claim or the register that stands in the way.
    var standingAddress: String?
    var summary: [Summary]
    var hasSummary: Bool
    var send: String
    var back: String
}

extension ClaimFormModel {
    /// - Parameter place: where the form leads back to.
    init(
        _ form: ClaimForm, action: String, place: LearnerPlace, isNew: Bool, expectation: String?, problems: [Reason],
        standingAddress: String?, _ policies: PolicySet, _ words: Words
    ) {
        let known = Set(form.fields + ["reason", "subjectYear"])
        func said(about field: String) -> [Problem] {
            problems.filter { $0.field == field }.map { Problem(message: words($0.message), rule: $0.rule?.rawValue) }
        }
        func field(_ name: String) -> Field {
            let found = said(about: name)
            let hint = words.table["hint_\(name)"]
            let described = (found.isEmpty ? [] : ["\(name)-problem"]) + (hint == nil ? [] : ["\(name)-hint"])
            let isDay = name.hasSuffix("On")
            return Field(
                id: name, label: words("field_\(name)"), hint: hint, value: form.typed[name] ?? "",
                type: isDay ? "date" : "text", inputMode: name.lowercased().hasSuffix("hours") ? "numeric" : nil,
                isOptional: ["compulsoryFinishedOn", "electiveStartedOn"].contains(name)
                    || (name == "reason" && expectation == nil),
                problems: found, hasProblems: !found.isEmpty,
                described: described.isEmpty ? nil : described.joined(separator: " "))
        }
        self.action = action
        once = Visit.freshKey()
        mode = form.mode.rawValue
        let yearPart = form.subjectYear.map { "&year=\($0)" } ?? ""
        modes =
            isNew
            ? Mode.allCases.map {
                Link(
                    address: "\(action)?mode=\($0.rawValue)\(yearPart)", name: words("claimBy_\($0.rawValue)"),
                    isCurrent: $0 == form.mode)
            } : []
        years = policies.subjectYears.map {
            Choice(
                value: "\($0.year)", name: "\($0.year) \(words($0.courseTitle))", isChosen: $0.year == form.subjectYear)
        }
        yearIsFixed = !isNew
        yearText = form.subjectYear.map(String.init) ?? ""
        yearProblems = said(about: "subjectYear")
        hasYearProblems = !yearProblems.isEmpty
        fields = form.fields.filter { $0 != "assessmentPassed" }.map(field)
        asksAssessment = form.mode == .faceToFace
        assessment = asksAssessment ? field("assessmentPassed") : nil
        assessmentChoices = ["true", "false"].map {
            Choice(
                value: $0, name: words($0 == "true" ? "passed" : "notPassed"),
                isChosen: form.typed["assessmentPassed"] == $0)
        }
        reason = field("reason")
        self.expectation = expectation
        terms = form.subjectYear.flatMap { year in
            policies.policy(forSubjectYear: year)?.subjectYear(year).map { Self.terms($0, form.mode, words) }
        }
        messages = problems.filter { $0.field.map { !known.contains($0) } ?? true }.map {
            Problem(message: words($0.message), rule: $0.rule?.rawValue)
        }
        self.standingAddress = standingAddress
        summary = problems.compactMap { reason in
            guard let field = reason.field, known.contains(field) else { return nil }
            return Summary(field: field, label: words("field_\(field)"), message: words(reason.message))
        }
        hasSummary = !summary.isEmpty
        send = words(isNew ? "claimSend" : "claimResend")
        back = place.isOwn ? "/me/claims" : place.base
    }

    /// What is asked of this year and mode, before anything is typed.
    private static func terms(_ year: SubjectYear, _ mode: Mode, _ words: Words) -> String {
        switch mode {
        case .online:
            words(
                "termsOnline",
                [
                    "compulsory": "\(year.online.compulsoryHours)", "elective": "\(year.online.electiveHours)",
                    "from": year.onlineWindow.from.description, "until": year.onlineWindow.until.description,
                ])
        case .faceToFace:
            words(
                "termsFaceToFace",
                [
                    "hours": "\(year.requiredHours)", "from": year.faceToFaceWindow.from.description,
                    "until": year.faceToFaceWindow.until.description,
                ])
        }
    }
}
