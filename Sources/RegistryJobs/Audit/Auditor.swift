import Foundation
import Logging
import RegistryDomain
import RegistryStore

/// The nightly audit: reads with a role of its own that can only read, and keeps the run through the register's own road.
public struct Auditor: Sendable {
    private let store: RegistryStore
    private let reader: RegistryStore
    private let sqlDirectory: String
    private let log: LogFolder?
    private let logger: Logger

    /// - Parameters:
    ///   - reader: a store whose database role is the auditor's.
    ///   - sqlDirectory: the folder of the migrations; its `guards.json` says what must guard the register.
    ///   - log: where the transparency log's checkpoints are; nil where none is kept.
    public init(
        store: RegistryStore, reader: RegistryStore, sqlDirectory: String, log: LogFolder? = nil,
        logger: Logger
    ) {
        self.store = store
        self.reader = reader
        self.sqlDirectory = sqlDirectory
        self.log = log
        self.logger = logger
    }

    /// - Parameter onProgress: told at the beginning, and after each check, how many of how many are done.
    /// - Throws: `GuardManifest.Mistake` without the manifest, `StoreError.conflict` while another run is under way.
    public func run(
        _ request: AuditRequest = AuditRequest(), onProgress: @escaping @Sendable (Int, Int) -> Void = { _, _ in }
    ) async throws -> AuditReport {
        let report = try await reader.audit(
            request, guards: try guards(), log: try await log?.evidence() ?? LogEvidence(), keepingIn: store,
            onProgress: onProgress)
        logger.notice(
            "audit",
            metadata: [
                "run": "\(report.id)", "kind": "\(report.kind.rawValue)", "findings": "\(report.totalFindings)",
            ])
        return report
    }

    public func latest(as caller: Caller) async throws -> AuditReport { try await store.latestAudit(as: caller) }

    public func findings(_ filter: AuditFindingFilter, as caller: Caller) async throws -> Page<AuditFinding> {
        try await store.auditFindings(filter, guards: try guards(), as: caller)
    }

    private func guards() throws -> GuardManifest { try GuardManifest(directory: sqlDirectory) }
}
