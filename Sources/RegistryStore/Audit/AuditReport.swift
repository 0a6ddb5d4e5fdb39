import Foundation
import RegistryDomain

/// One thing that an audit found.
public struct AuditFinding: Codable, Sendable {
    public enum Severity: String, Codable, Sendable { case error, warning }
    /// The check that found it.
    public var check: String
    public var rule: RuleID
    public var severity: Severity
    /// What kind of record, and which.
    public var recordKind: String
    public var recordId: String
    public var message: Text
}

/// A run of the audit, itself a record.
public struct AuditReport: Codable, Sendable {
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
    public var id: UUID
    public var asOf: Day
    public var startedAt: Date
    public var finishedAt: Date
    public var counts: Counts
    public var checks: [CheckResult]
    /// All that were found, of which `findings` lists the first hundred of each check, and a thousand at most.
    public var totalFindings: Int
    public var findings: [AuditFinding]
}
