import Foundation
import RegistryDomain

/// A row of a file, read and checked, on its way into the staging table.
public protocol StagedRow: Sendable {
    static var kind: ImportKind { get }
    /// The header is row 1.
    var row: Int { get }
    var findings: [ImportFinding] { get }
    /// The kind's own columns in the order of its staging table; nil for a row that is rejected already.
    var values: [String?]? { get }
}

public struct StagedEmployer: StagedRow {
    public static let kind = ImportKind.employers
    public var row: Int
    public var findings: [ImportFinding]
    public var employer: NewEmployer?

    public init(row: Int, findings: [ImportFinding], employer: NewEmployer?) {
        self.row = row
        self.findings = findings
        self.employer = employer
    }

    public var values: [String?]? {
        employer.map { [$0.creditCode, $0.name, $0.kind.rawValue, $0.level.rawValue, $0.division] }
    }
}

public struct StagedLearner: StagedRow {
    public static let kind = ImportKind.learners
    public var row: Int
    public var findings: [ImportFinding]
    public var learner: NewLearner?
    /// Whether the file says nothing of when the period in post began.
    public var isPeriodAssumed: Bool

    public init(row: Int, findings: [ImportFinding], learner: NewLearner?, isPeriodAssumed: Bool = false) {
        self.row = row
        self.findings = findings
        self.learner = learner
        self.isPeriodAssumed = isPeriodAssumed
    }

    public var values: [String?]? {
        learner.map {
            [
                $0.idNumber, $0.name, $0.gender, $0.employerCreditCode, $0.post, $0.title,
                $0.professionalSince?.description,
                $0.employedFrom.description, $0.employedUntil?.description, isPeriodAssumed ? "t" : "f",
            ]
        }
    }
}

public struct StagedCompletion: StagedRow {
    public static let kind = ImportKind.completions
    public var row: Int
    public var findings: [ImportFinding]
    public var completion: Completion?

    public struct Completion: Sendable {
        public var idNumber: String
        public var subjectYear: Int
        public var evidence: OnlineEvidence

        public init(idNumber: String, subjectYear: Int, evidence: OnlineEvidence) {
            self.idNumber = idNumber
            self.subjectYear = subjectYear
            self.evidence = evidence
        }
    }

    public init(row: Int, findings: [ImportFinding], completion: Completion?) {
        self.row = row
        self.findings = findings
        self.completion = completion
    }

    public var values: [String?]? {
        completion.map { completion in
            let evidence = completion.evidence
            return [
                evidence.recordNumber, completion.idNumber, "\(completion.subjectYear)", "\(evidence.compulsoryHours)",
                "\(evidence.electiveHours)", evidence.compulsoryFinishedOn?.description,
                evidence.electiveStartedOn?.description, evidence.testPassedOn?.description,
            ]
        }
    }
}

public struct StagedOpening: StagedRow {
    public static let kind = ImportKind.openings
    public var row: Int
    public var findings: [ImportFinding]
    public var opening: Opening?

    /// A line of a paper certificate (Q10).
    public struct Opening: Sendable {
        public var idNumber: String
        public var subjectYear: Int
        public var mode: Mode
        public var hours: Int
        public var recognizedOn: Day
        public var paperNumber: String

        public init(idNumber: String, subjectYear: Int, mode: Mode, hours: Int, recognizedOn: Day, paperNumber: String)
        {
            self.idNumber = idNumber
            self.subjectYear = subjectYear
            self.mode = mode
            self.hours = hours
            self.recognizedOn = recognizedOn
            self.paperNumber = paperNumber
        }
    }

    public init(row: Int, findings: [ImportFinding], opening: Opening?) {
        self.row = row
        self.findings = findings
        self.opening = opening
    }

    public var values: [String?]? {
        opening.map {
            [
                $0.idNumber, "\($0.subjectYear)", $0.mode.rawValue, "\($0.hours)", $0.recognizedOn.description,
                $0.paperNumber,
            ]
        }
    }
}
