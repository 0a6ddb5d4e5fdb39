import Foundation
import Logging
import RegistryDomain
import RegistryJobs
import RegistryStore

/// What the routes work with; the executable puts it together.
public struct APIServices: Sendable {
    public var store: RegistryStore
    public var jobs: JobsClient
    /// Nil where no transparency log is kept.
    public var log: LogKeeper?
    public var metrics: MetricsRegistry
    /// Where uploads wait to be read.
    public var uploadDirectory: URL
    /// The most bytes of an uploaded file.
    public var largestUpload: Int
    /// In bytes, where nothing else is said.
    public static let largestUpload = 64 * 1024 * 1024
    public var documents: DocumentsClient
    /// False once the daemon is shutting down.
    public var isAcceptingWork: @Sendable () -> Bool

    public init(
        store: RegistryStore, jobs: JobsClient, log: LogKeeper? = nil, metrics: MetricsRegistry, uploadDirectory: URL,
        largestUpload: Int = APIServices.largestUpload, documents: DocumentsClient,
        isAcceptingWork: @escaping @Sendable () -> Bool
    ) {
        self.store = store
        self.jobs = jobs
        self.log = log
        self.metrics = metrics
        self.uploadDirectory = uploadDirectory
        self.largestUpload = largestUpload
        self.documents = documents
        self.isAcceptingWork = isAcceptingWork
    }
}

/// The jobs that the API starts and asks about, as functions: live ones from RegistryJobs, others in tests.
public struct JobsClient: Sendable {
    public var startImport: @Sendable (ImportKind, URL, String?, ImportOptions, Caller) async throws -> ImportJobRecord
    public var importJob: @Sendable (UUID, Caller) async throws -> ImportJobRecord
    public var importFindings: @Sendable (UUID, String?, Int?, Caller) async throws -> Page<ImportFinding>
    public var runAudit: @Sendable (AuditRequest, Caller) async throws -> AuditReport
    public var latestAudit: @Sendable (Caller) async throws -> AuditReport
    public var auditFindings: @Sendable (AuditFindingFilter, Caller) async throws -> Page<AuditFinding>
    public var bulletin: @Sendable (BulletinQuestion, Caller) async throws -> BulletinRecord
    public var publishBulletin: @Sendable (String, Day?, Caller) async throws -> BulletinPublication
    public var bulletinForm: @Sendable (String, BulletinForm, Caller) async throws -> [UInt8]

    public init(
        startImport:
            @escaping @Sendable (ImportKind, URL, String?, ImportOptions, Caller) async throws -> ImportJobRecord,
        importJob: @escaping @Sendable (UUID, Caller) async throws -> ImportJobRecord,
        importFindings: @escaping @Sendable (UUID, String?, Int?, Caller) async throws -> Page<ImportFinding>,
        runAudit: @escaping @Sendable (AuditRequest, Caller) async throws -> AuditReport,
        latestAudit: @escaping @Sendable (Caller) async throws -> AuditReport,
        auditFindings: @escaping @Sendable (AuditFindingFilter, Caller) async throws -> Page<AuditFinding>,
        bulletin: @escaping @Sendable (BulletinQuestion, Caller) async throws -> BulletinRecord,
        publishBulletin: @escaping @Sendable (String, Day?, Caller) async throws -> BulletinPublication,
        bulletinForm: @escaping @Sendable (String, BulletinForm, Caller) async throws -> [UInt8]
    ) {
        self.startImport = startImport
        self.importJob = importJob
        self.importFindings = importFindings
        self.runAudit = runAudit
        self.latestAudit = latestAudit
        self.auditFindings = auditFindings
        self.bulletin = bulletin
        self.publishBulletin = publishBulletin
        self.bulletinForm = bulletinForm
    }
}
