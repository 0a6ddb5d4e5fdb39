import Foundation
import RegistryDomain

/// Something about one row of an imported file.
public struct ImportFinding: Codable, Sendable {
    public enum Severity: String, Codable, Sendable {
        /// The row was not taken in.
        case rejected
        /// The row was taken in, and this is to be known.
        case note
    }
    /// The header is row 1; nil where the whole file is meant.
    public var row: Int?
    public var field: String?
    public var severity: Severity
    public var rule: RuleID?
    public var code: String
    /// Masked where it is an ID number.
    public var found: String?
    public var expected: String?
    public var message: Text

    public init(
        row: Int?, field: String?, severity: Severity, rule: RuleID?, code: String, found: String?, expected: String?,
        message: Text
    ) {
        self.row = row
        self.field = field
        self.severity = severity
        self.rule = rule
        self.code = code
        self.found = found
        self.expected = expected
        self.message = message
    }
}

/// What became of the rows.
public struct ImportCounts: Codable, Sendable, Equatable {
    public var read = 0
    public var new = 0
    public var changed = 0
    public var unchanged = 0
    public var rejected = 0
    public var claimsOpened = 0

    public init() {}
}

/// An import as a job: what it is about, how far it has come, what it found.
public struct ImportJobRecord: Codable, Sendable {
    public var id: UUID
    public var kind: String
    /// queued, running, done or failed.
    public var state: String
    public var fileName: String?
    public var dryRun: Bool
    public var allOrNothing: Bool
    public var rowsRead: Int
    public var rowsNew: Int
    public var rowsChanged: Int
    public var rowsUnchanged: Int
    public var rowsRejected: Int
    public var claimsOpened: Int
    /// Why the file as a whole was refused, or the job ended.
    public var problem: Reason?
    public var recordedAt: Date
    public var finishedAt: Date?
    /// The first hundred.
    public var findings: [ImportFinding]
}
