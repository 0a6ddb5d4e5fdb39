import Foundation
import RegistryDomain

/// One thing that an audit found.
public struct AuditFinding: Codable, Sendable {
    public enum Severity: String, Codable, Sendable { case error, warning }
    /// The fingerprint of its content; nil in runs kept before findings had one.
    public var id: UUID?
    /// The check that found it.
    public var check: String
    public var rule: RuleID
    public var severity: Severity
    /// What kind of record, and which.
    public var recordKind: String
    public var recordId: String
    public var message: Text
    /// What to do about it.
    public var remedy: Text
    /// Why it stays, as the person said who looked at it.
    public var acknowledged: Acknowledgement?

    public struct Acknowledgement: Codable, Sendable {
        public var reason: String
        public var by: String
        public var on: Day
    }
}

/// A run of the audit, itself a record.
public struct AuditReport: Codable, Sendable {
    public enum Kind: String, Codable, Sendable { case full, incremental }
    /// Why everything was looked at.
    public enum Cause: String, Codable, Sendable {
        /// Nothing to build on: the first run, or one that does not keep what it finds.
        case first
        /// Somebody or the weekly timer asked for it.
        case asked
        /// A guard of the database was touched, or is not in place.
        case guards
        /// Notices, or the program's own checks, are not what they were.
        case rules
        /// Too much has changed for looking at parts.
        case changes
    }
    public struct Counts: Codable, Sendable {
        public var learners: Int
        public var entries: Int
        public var claims: Int
    }
    public struct CheckResult: Codable, Sendable {
        public var name: String
        public var rule: RuleID
        public var findings: Int
    }
    public struct Totals: Codable, Sendable, Equatable {
        public var errors = 0
        public var warnings = 0
        /// Looked at by a person and left for a reason; in neither of the others.
        public var acknowledged = 0
        /// What this run found new, and what it no longer found.
        public var opened = 0
        public var closed = 0
        public init() {}
    }
    public var id: UUID
    public var kind: Kind
    public var cause: Cause?
    /// Persons whose records were looked at one by one; nil for everybody.
    public var persons: Int?
    public var asOf: Day
    public var startedAt: Date
    public var finishedAt: Date
    public var counts: Counts
    public var checks: [CheckResult]
    public var totals: Totals
    /// Open findings that nobody has acknowledged.
    public var totalFindings: Int
    /// The first hundred of each check, and a thousand at most, acknowledged ones left out.
    public var findings: [AuditFinding]
}

/// What a run is asked for.
public struct AuditRequest: Sendable {
    /// The business day that the run is for; today when nil.
    public var asOf: Day?
    /// Looks at everything, whatever changed.
    public var full: Bool
    public init(asOf: Day? = nil, full: Bool = false) {
        self.asOf = asOf
        self.full = full
    }
}
