import Foundation

/// A period in post at an employer, as the employer is classified.
public struct EmploymentPeriod: Sendable, Equatable {
    public var employerId: UUID
    public var kind: EmployerKind
    public var level: EmployerLevel
    /// GB/T 2260; nil where the employer has none of its own.
    public var division: String?
    public var from: Day
    /// The last day in post, included; nil while it lasts.
    public var until: Day?

    public init(employerId: UUID, kind: EmployerKind, level: EmployerLevel, division: String?, from: Day, until: Day?) {
        self.employerId = employerId
        self.kind = kind
        self.level = level
        self.division = division
        self.from = from
        self.until = until
    }
}

/// An entry of the register with its reversal, where it has one.
public struct StandingEntry: Sendable, Equatable {
    public var id: UUID
    public var subjectYear: Int
    public var mode: Mode
    public var hours: Int
    public var recognizedOn: Day
    public var reversedOn: Day?
    public var recognizedBy: Authority

    public init(
        id: UUID, subjectYear: Int, mode: Mode, hours: Int, recognizedOn: Day, reversedOn: Day? = nil,
        recognizedBy: Authority
    ) {
        self.id = id
        self.subjectYear = subjectYear
        self.mode = mode
        self.hours = hours
        self.recognizedOn = recognizedOn
        self.reversedOn = reversedOn
        self.recognizedBy = recognizedBy
    }

    func stands(on day: Day) -> Bool { recognizedOn <= day && !(reversedOn.map { $0 <= day } ?? false) }
}

/// 减免/缓训, approved by the learner's bureau (Q3).
public struct Excuse: Sendable, Equatable {
    public var subjectYear: Int
    public var approvedOn: Day
    public var liftsDuty: Bool
    public var revokedOn: Day?

    public init(subjectYear: Int, approvedOn: Day, liftsDuty: Bool, revokedOn: Day? = nil) {
        self.subjectYear = subjectYear
        self.approvedOn = approvedOn
        self.liftsDuty = liftsDuty
        self.revokedOn = revokedOn
    }

    func counts(on day: Day) -> Bool { approvedOn <= day && !(revokedOn.map { $0 <= day } ?? false) }
}

/// Everything dated that the rules ask about one person. The order of each list says nothing.
public struct LearnerHistory: Sendable, Equatable {
    public var employments: [EmploymentPeriod]
    public var entries: [StandingEntry]
    public var excuses: [Excuse]

    public init(employments: [EmploymentPeriod] = [], entries: [StandingEntry] = [], excuses: [Excuse] = []) {
        self.employments = employments
        self.entries = entries
        self.excuses = excuses
    }

    /// The employment that holds the personnel file on that day (Q12), else the latest that had begun by then.
    public func employment(on day: Day) -> EmploymentPeriod? {
        let begun = employments.filter { $0.from <= day }
        return begun.filter { $0.until.map { $0 >= day } ?? true }.max { $0.from < $1.from }
            ?? begun.max { $0.from < $1.from }
    }

    public func isInPost(on day: Day) -> Bool {
        employments.contains { $0.from <= day && ($0.until.map { $0 >= day } ?? true) }
    }

    /// Q2, as it stood on `asOf`: a period that had not begun is not known, one that had not ended is open.
    func owes(_ year: Int, asOf: Day) -> Bool {
        employments.contains { period in
            guard period.from <= asOf else { return false }
            let until = period.until.flatMap { $0 > asOf ? nil : $0 }
            return period.from.year <= year && (until.map { $0.year >= year } ?? true)
        }
    }
}
