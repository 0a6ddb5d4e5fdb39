/// The rules of one notice as data: every number, date, route, purpose, fee and assumption. `sql/policies/*.yaml` holds
/// one each; a new notice is a new file and no change of code.
public struct Policy: Codable, Sendable, Equatable {
    /// Such as `2017-87`.
    public var id: String
    /// Such as 雅人社办〔2017〕87号.
    public var number: String
    public var title: Text
    public var issuer: Text
    public var printedOn: Day
    public var category: Category
    public var subjectYears: [SubjectYear]
    public var electiveTopics: ElectiveTopics
    public var test: TestTerms
    /// How each level studies (M1, M2).
    public var attendance: [Attendance]
    public var routes: [Route]
    public var authorities: [AuthorityName]
    public var purposes: [PurposeTerms]
    public var annualAssessment: AnnualAssessment
    public var fees: Fees
    /// Nil in versions that were loaded before the base's training was here; then no session is scheduled.
    public var training: TrainingTerms?
    public var recordLimits: RecordLimits
    /// After how many days without a decision the audit names a claim. The notice sets no time: the number is decided here.
    /// Nil in versions that were loaded before it was; then no claim is named.
    public var claimWaitingDays: Int?
    /// How many days before a year is due people are reminded of it. The notice asks for no reminder: decided here. Nil in
    /// versions that were loaded before it was; then nobody is reminded.
    public var reminderDays: [Int]?
    /// For how many years after a person's last day in post the recognized hours must stay with the name: so long an
    /// application may rest on them. Decided here; nil: no longer than the person is in post.
    public var recordsKeptYears: Int?
    public var nextSteps: NextSteps
    /// Where the notice is silent: Q1 to Q12, as a person reads them.
    public var assumptions: [Assumption]
    /// Every rule's clause and sentence.
    public var rules: [RuleText]
    /// Which loading of the notice this is; the store says, a file does not.
    public var version: Int?

    public struct Category: Codable, Sendable, Equatable {
        public var id: String
        public var name: Text
    }

    public struct ElectiveTopics: Codable, Sendable, Equatable {
        /// 等: further topics are allowed.
        public var open: Bool
        public var topics: [Text]
    }

    public struct TestTerms: Codable, Sendable, Equatable {
        public var durationMinutes: Int
        public var mayBeRetaken: Bool
    }

    /// Which mode is expected of whom. `expected` means in principle: the other mode needs a reason (Q6).
    public struct Attendance: Codable, Sendable, Equatable {
        public var level: EmployerLevel
        /// Nil for every kind of that level.
        public var kind: EmployerKind?
        public var expected: Mode?
        public var rule: RuleID
    }

    public struct AuthorityName: Codable, Sendable, Equatable {
        public var id: Authority
        public var name: Text
        /// The division's own name; nil for the base.
        public var division: Text?
    }

    /// Whom an annual assessment is about when nobody says which year.
    public struct AnnualAssessment: Codable, Sendable, Equatable {
        /// `MM-dd`: until that day the year before is being assessed, after it the current one.
        public var previousYearUntil: String
    }

    public struct Fees: Codable, Sendable, Equatable {
        public var onlineFenPerHour: Int
        public var rule: RuleID
    }

    /// Beyond these a number is a slip of the pen, not hours.
    public struct RecordLimits: Codable, Sendable, Equatable {
        public var onlineHours: Int
        public var faceToFaceHours: Int
    }

    /// What a person is told to do, with `{year}`, `{dueOn}` and `{missing}` filled in.
    public struct NextSteps: Codable, Sendable, Equatable {
        public var incomplete: Text
        public var inProgress: Text
        public var accepted: Text
    }

    public struct Assumption: Codable, Sendable, Equatable {
        public var id: RuleID
        public var text: Text
    }

    public struct RuleText: Codable, Sendable, Equatable {
        public var id: RuleID
        public var clause: String
        public var text: Text
    }
}

/// One year's task of a notice (S1, S2).
public struct SubjectYear: Codable, Sendable, Equatable {
    public var year: Int
    public var courseTitle: Text
    public var requiredHours: Int
    public var online: OnlineTerms
    public var onlineWindow: Window
    public var faceToFaceWindow: Window
    public var trainingPlanDueOn: Day
    /// Overdue from the day after (Q1).
    public var dueOn: Day
    public var onlineFeeInFen: Int

    public struct OnlineTerms: Codable, Sendable, Equatable {
        public var compulsoryHours: Int
        public var electiveHours: Int

        public init(compulsoryHours: Int, electiveHours: Int) {
            self.compulsoryHours = compulsoryHours
            self.electiveHours = electiveHours
        }
    }
}

/// Days from `from` to `until`, both included.
public struct Window: Codable, Sendable, Equatable {
    public var from: Day
    public var until: Day

    public func contains(_ day: Day) -> Bool { from <= day && day <= until }
    public var text: String { "\(from)—\(until)" }
}

/// Who recognizes what (R1 to R3, Q5).
public struct Route: Codable, Sendable, Equatable {
    public enum Target: String, Codable, Sendable { case city, county, base }

    public var mode: Mode
    public var level: EmployerLevel
    /// `county` means the bureau of the employer's own division.
    public var authority: Target
    public var rule: RuleID
    public var assumption: RuleID?
}

/// What is asked of a person who applies for something (E1 to E6).
public struct PurposeTerms: Codable, Sendable, Equatable {
    public enum Effect: String, Codable, Sendable {
        /// An incomplete year of any notice means not accepted.
        case blocksWhenIncomplete
        /// The assessed year incomplete without cause means not excellent.
        case barsExcellent
    }

    public var id: Purpose
    public var name: Text
    public var rule: RuleID
    public var effect: Effect
    /// Nil for everybody; else only personnel of these kinds of employers.
    public var kinds: [EmployerKind]?
    public var documents: [Text]
}

/// Which version of which notice an answer rests on.
public struct PolicyReference: Codable, Sendable, Hashable {
    public var id: String
    public var number: String
    public var version: Int

    public init(id: String, number: String, version: Int) {
        self.id = id
        self.number = number
        self.version = version
    }
}

extension Policy {
    public var reference: PolicyReference { PolicyReference(id: id, number: number, version: version ?? 0) }

    public func subjectYear(_ year: Int) -> SubjectYear? { subjectYears.first { $0.year == year } }

    public func purpose(_ purpose: Purpose) -> PurposeTerms? { purposes.first { $0.id == purpose } }

    public func expectation(level: EmployerLevel, kind: EmployerKind) -> Attendance? {
        attendance.first { $0.level == level && ($0.kind == nil || $0.kind == kind) }
    }
}

/// All policies in force, each subject year governed by one of them.
public struct PolicySet: Sendable {
    public let policies: [Policy]
    /// Of all notices, the earliest first.
    public let subjectYears: [SubjectYear]

    public init(_ policies: [Policy]) {
        self.policies = policies.sorted { ($0.subjectYears.first?.year ?? 0) < ($1.subjectYears.first?.year ?? 0) }
        subjectYears = policies.flatMap(\.subjectYears).sorted { $0.year < $1.year }
    }

    public var isEmpty: Bool { policies.isEmpty }
    public func policy(forSubjectYear year: Int) -> Policy? { policies.first { $0.subjectYear(year) != nil } }

    /// The newest notice that knows the purpose.
    public func terms(of purpose: Purpose) -> (policy: Policy, terms: PurposeTerms)? {
        for policy in policies.reversed() {
            if let terms = policy.purpose(purpose) { return (policy, terms) }
        }
        return nil
    }

    public func name(of authority: Authority) -> Text? {
        for policy in policies.reversed() {
            if let name = policy.authorities.first(where: { $0.id == authority })?.name { return name }
        }
        return nil
    }

    public func knows(_ authority: Authority) -> Bool { name(of: authority) != nil }

    /// Whether hours of this mode go to such an authority at all: the base for face-to-face under R3, a bureau for online
    /// hours under R1 and R2, or whatever the year's own notice routes.
    public func recognizes(_ mode: Mode, _ authority: Authority, subjectYear: Int) -> Bool {
        let targets = policy(forSubjectYear: subjectYear)?.routes.filter { $0.mode == mode }.map(\.authority) ?? []
        return knows(authority) && (authority == .base ? targets.contains(.base) : targets.contains { $0 != .base })
    }

    public func assumption(_ id: RuleID) -> Text? {
        for policy in policies.reversed() {
            if let text = policy.assumptions.first(where: { $0.id == id })?.text { return text }
        }
        return nil
    }
}
