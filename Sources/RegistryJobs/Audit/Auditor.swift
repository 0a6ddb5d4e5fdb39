import Logging
import RegistryDomain
import RegistryStore

/// The nightly audit: reads with a role of its own that can only read, and keeps the run through the register's own road.
public struct Auditor: Sendable {
    private let store: RegistryStore
    private let reader: RegistryStore
    private let logger: Logger

    /// - Parameter reader: a store whose database role is the auditor's.
    public init(store: RegistryStore, reader: RegistryStore, logger: Logger) {
        self.store = store
        self.reader = reader
        self.logger = logger
    }

    /// - Parameter asOf: the business day of the run; today when nil.
    public func run(asOf: Day?) async throws -> AuditReport {
        let report = try await reader.audit(asOf: asOf)
        try await store.keep(report)
        logger.notice("audit", metadata: ["run": "\(report.id)", "findings": "\(report.totalFindings)"])
        return report
    }

    public func latest(as caller: Caller) async throws -> AuditReport { try await store.latestAudit(as: caller) }
}
