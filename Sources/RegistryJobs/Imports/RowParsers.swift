import RegistryDomain
import RegistryStore

/// Reads the rows of one kind of file.
protocol RowParser: Sendable {
    associatedtype Row: StagedRow
    init(policies: PolicySet, today: Day)
    mutating func read(_ fields: inout RowFields) -> Row
}

struct EmployerParser: RowParser {
    /// What people call a division, beside its code.
    private let divisions: [String: String]
    private let policies: PolicySet

    init(policies: PolicySet, today: Day) {
        self.policies = policies
        var divisions: [String: String] = [:]
        for authority in policies.policies.flatMap(\.authorities) {
            guard case .county(let code) = authority.id, let name = authority.division else { continue }
            divisions[name.zh] = code
            divisions[name.en.lowercased()] = code
        }
        self.divisions = divisions
    }

    func read(_ fields: inout RowFields) -> StagedEmployer {
        let code = fields.creditCode("creditCode")
        let name = fields.required("name")
        let kind = fields.word("kind", FileWords.kinds)
        let level = fields.word("level", FileWords.levels)
        let said = fields.text("division")
        let division = level == .county ? said.map { divisions[$0] ?? divisions[$0.lowercased()] ?? $0 } : nil
        if let level { for reason in FieldChecks.division(division, level: level, policies) { fields.reject(reason) } }
        guard !fields.isRejected, let code, let name, let kind, let level else { return staged(fields, nil) }
        return staged(
            fields, NewEmployer(creditCode: code.value, name: name, kind: kind, level: level, division: division))
    }

    private func staged(_ fields: RowFields, _ employer: NewEmployer?) -> StagedEmployer {
        StagedEmployer(row: fields.row.number, findings: fields.findings, employer: employer)
    }
}

struct LearnerParser: RowParser {
    private let today: Day
    /// From when somebody is taken to be in post of whom the file does not say: the first year that anybody owes.
    private let firstDay: Day

    init(policies: PolicySet, today: Day) {
        self.today = today
        firstDay = policies.subjectYears.first.flatMap { Day(year: $0.year, month: 1, day: 1) } ?? today
    }

    func read(_ fields: inout RowFields) -> StagedLearner {
        let number = fields.idNumber()
        let name = fields.required("name")
        let gender = fields.hasText("gender") ? fields.word("gender", FileWords.genders) : nil
        let employer = fields.creditCode("employerCreditCode")
        let post = fields.text("post")
        let title = fields.text("title")
        let since = fields.day("professionalSince")
        let from = fields.day("employedFrom")
        let until = fields.day("employedUntil")
        for (column, day) in [("professionalSince", since), ("employedFrom", from), ("employedUntil", until)] {
            if let day, day > today { fields.reject(.fileDayAfterToday(column, day, today: today)) }
        }
        let start = from ?? since ?? min(firstDay, today)
        if let until, until < start {
            fields.reject(Reason.periodReversed.named("employedUntil", found: until.description))
        }
        guard !fields.isRejected, let number, let name, let employer else {
            return StagedLearner(row: fields.row.number, findings: fields.findings, learner: nil)
        }
        return StagedLearner(
            row: fields.row.number, findings: fields.findings,
            learner: NewLearner(
                idNumber: number.value, name: name, gender: gender, employerCreditCode: employer.value, post: post,
                title: title,
                professionalSince: since, employedFrom: start, employedUntil: until),
            isPeriodAssumed: from == nil && since == nil)
    }
}

/// Form alone; what the evidence is worth is for `ClaimRules` to say once the learner is known.
struct CompletionParser: RowParser {
    init(policies: PolicySet, today: Day) {}

    func read(_ fields: inout RowFields) -> StagedCompletion {
        let record = fields.required("recordNumber")
        let number = fields.idNumber()
        let year = fields.integer("subjectYear")
        let compulsory = fields.integer("compulsoryHours")
        let elective = fields.integer("electiveHours")
        let finished = fields.day("compulsoryFinishedOn")
        let started = fields.day("electiveStartedOn")
        let passed = fields.day("testPassedOn")
        guard !fields.isRejected, let record, let number, let year, let compulsory, let elective else {
            return StagedCompletion(row: fields.row.number, findings: fields.findings, completion: nil)
        }
        let evidence = OnlineEvidence(
            recordNumber: record, compulsoryHours: compulsory, electiveHours: elective, compulsoryFinishedOn: finished,
            electiveStartedOn: started, testPassedOn: passed)
        return StagedCompletion(
            row: fields.row.number, findings: fields.findings,
            completion: .init(idNumber: number.value, subjectYear: year, evidence: evidence))
    }
}

struct OpeningParser: RowParser {
    private let policies: PolicySet
    private let today: Day

    init(policies: PolicySet, today: Day) {
        self.policies = policies
        self.today = today
    }

    func read(_ fields: inout RowFields) -> StagedOpening {
        let number = fields.idNumber()
        let year = fields.integer("subjectYear")
        let mode = fields.word("mode", FileWords.modes)
        let hours = fields.integer("hours")
        let recognizedOn = fields.day("recognizedOn", required: true)
        let paper = fields.required("paperNumber")
        if let year, let number { check(year, recognizedOn, bornIn: number.birthDay.year, &fields) }
        if let year, let mode, let hours { check(hours, mode, year, &fields) }
        guard !fields.isRejected, let number, let year, let mode, let hours, let recognizedOn, let paper else {
            return StagedOpening(row: fields.row.number, findings: fields.findings, opening: nil)
        }
        return StagedOpening(
            row: fields.row.number, findings: fields.findings,
            opening: .init(
                idNumber: number.value, subjectYear: year, mode: mode, hours: hours, recognizedOn: recognizedOn,
                paperNumber: paper))
    }

    private func check(_ year: Int, _ recognizedOn: Day?, bornIn birthYear: Int, _ fields: inout RowFields) {
        guard year > birthYear, year <= today.year else {
            return fields.reject(
                "subjectYear", .Q10, "yearImpossible", found: "\(year)", expected: "\(birthYear + 1)–\(today.year)",
                "年度“\(year)”不合理",
                "\(year) cannot be a subject year of a paper certificate")
        }
        guard let recognizedOn else { return }
        if recognizedOn > today { fields.reject(.fileDayAfterToday("recognizedOn", recognizedOn, today: today)) }
        if recognizedOn.year < year {
            fields.reject(
                "recognizedOn", .Q10, "recognizedBeforeTheYear", found: recognizedOn.description,
                expected: "\(year)-01-01",
                "认定日期\(recognizedOn)早于\(year)年度", "\(recognizedOn) comes before the year \(year)")
        }
    }

    private func check(_ hours: Int, _ mode: Mode, _ year: Int, _ fields: inout RowFields) {
        guard let limits = (policies.policy(forSubjectYear: year) ?? policies.policies.last)?.recordLimits else {
            return fields.reject(.subjectYearUnknown(year))
        }
        let most = mode == .online ? limits.onlineHours : limits.faceToFaceHours
        if !(1...most).contains(hours) {
            fields.reject(
                "hours", .Q9, "hoursImpossible", found: "\(hours)", expected: "1–\(most)",
                "学时“\(hours)”应为1至\(most)之间的整数",
                "\(hours) hours cannot be; 1 to \(most) can")
        }
    }
}

extension Reason {
    static func fileDayAfterToday(_ field: String, _ day: Day, today: Day) -> Reason {
        Reason(
            rule: .Q11, code: "dateAfterToday",
            message: Text(zh: "日期\(day)晚于今天（\(today)）。", en: "\(day) is later than today, \(today)."), field: field,
            found: day.description, expected: "\(today) or earlier")
    }

    func named(_ field: String, found: String) -> Reason {
        var reason = self
        reason.field = field
        reason.found = found
        return reason
    }
}
