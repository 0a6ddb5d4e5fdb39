import Foundation
import RegistryDomain
import RegistryStore

/// What the city's pages have done for them elsewhere, as functions: live ones from RegistryJobs, others in tests.
public struct CityClient: Sendable {
    /// Told after each check how many of how many are done.
    public typealias Progress = @Sendable (Int, Int) -> Void

    public var runAudit: @Sendable (AuditRequest, Caller, @escaping Progress) async throws -> AuditReport
    public var auditFindings: @Sendable (AuditFindingFilter, Caller) async throws -> Page<AuditFinding>
    public var bulletinPreview: @Sendable (Day?, Caller) async throws -> BulletinRecord
    public var publishBulletin: @Sendable (String, Day?, Caller) async throws -> BulletinPublication
    /// Nil for a PDF that cannot be made here.
    public var bulletinForm: @Sendable (String, BulletinForm, Caller) async throws -> [UInt8]?
    /// Makes a bulletin again; the forms that come out otherwise than they were published.
    public var bulletinDifferences: @Sendable (String, Caller) async throws -> [BulletinForm]
    public var readPolicy: @Sendable (String) throws -> PolicyDraft
    /// Counts completion anew.
    public var countCompletion: @Sendable () async throws -> Void

    public init(
        runAudit: @escaping @Sendable (AuditRequest, Caller, @escaping Progress) async throws -> AuditReport,
        auditFindings: @escaping @Sendable (AuditFindingFilter, Caller) async throws -> Page<AuditFinding>,
        bulletinPreview: @escaping @Sendable (Day?, Caller) async throws -> BulletinRecord,
        publishBulletin: @escaping @Sendable (String, Day?, Caller) async throws -> BulletinPublication,
        bulletinForm: @escaping @Sendable (String, BulletinForm, Caller) async throws -> [UInt8]?,
        bulletinDifferences: @escaping @Sendable (String, Caller) async throws -> [BulletinForm],
        readPolicy: @escaping @Sendable (String) throws -> PolicyDraft,
        countCompletion: @escaping @Sendable () async throws -> Void
    ) {
        self.runAudit = runAudit
        self.auditFindings = auditFindings
        self.bulletinPreview = bulletinPreview
        self.publishBulletin = publishBulletin
        self.bulletinForm = bulletinForm
        self.bulletinDifferences = bulletinDifferences
        self.readPolicy = readPolicy
        self.countCompletion = countCompletion
    }
}

/// A policy file that was read: the notice, or what is wrong with the file.
public enum PolicyDraft: Sendable {
    public struct Mistake: Sendable {
        /// From 1; nil where the file as a whole is meant.
        public var line: Int?
        /// Such as `subjectYears[0].dueOn`.
        public var field: String
        public var message: Text

        public init(line: Int?, field: String, message: Text) {
            self.line = line
            self.field = field
            self.message = message
        }
    }

    /// With the policy as JSON, what the register keeps.
    case fine(Policy, document: String)
    case mistaken([Mistake])
}
