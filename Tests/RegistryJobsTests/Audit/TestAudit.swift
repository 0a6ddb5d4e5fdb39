import Foundation
import Logging
import PostgresClient
import RegistryDomain
import RegistryJobs

@testable import RegistryStore

extension TestRegistry {
    /// A run as `ceregistry audit` makes it: read by the auditor's role, kept by the daemon's.
    func audit(full: Bool = false, asOf: Day? = nil) async throws -> AuditReport {
        let reader = store(as: .auditor)
        do {
            let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            let auditor = Auditor(
                store: store, reader: reader, sqlDirectory: Self.root.appendingPathComponent("sql").path, logger: logger
            )
            let report = try await auditor.run(AuditRequest(asOf: asOf, full: full))
            await reader.close()
            return report
        } catch {
            await reader.close()
            throw error
        }
    }

    /// The fingerprints of everything that is wrong, by every check over everybody.
    func everyFinding(on day: Day) async throws -> [UUID: String] {
        let sink = CollectingSink()
        let reader = store(as: .auditor)
        let guards = try AuditRegister.guards.get()
        do {
            try await reader.pool.withTransaction(isolation: .repeatableRead, readOnly: true) { sql in
                var run = AuditRun(snapshot: SharedSnapshot(sql), sink: sink, manifest: guards, day: day)
                let losses = guards.losses(in: try GuardManifest(try await sql.execute(GuardManifest.reading)))
                var extent = AuditExtent(kind: .full)
                extent.seals = try await run.seals(of: extent, trace: nil)
                try await run.make(extent, losses: losses)
            }
            await reader.close()
        } catch {
            await reader.close()
            throw error
        }
        let ids = Set(await sink.rows.values.flatMap(\.self))
        return await sink.names.filter { ids.contains($0.key) }
    }

    /// The fingerprints of what is open as of the last run.
    func openFindings() async throws -> Set<UUID> {
        Set(try await admin.execute("SELECT id FROM audit_open_findings").map { try $0.decode("id", as: UUID.self) })
    }

    /// Changes the register past every trigger.
    func spoil(_ statement: String) async throws {
        _ = try await admin.execute("SET session_replication_role = replica")
        _ = try await admin.execute(Statement(statement))
        _ = try await admin.execute("SET session_replication_role = DEFAULT")
    }
}

/// Holds every fingerprint, and whose it is.
actor CollectingSink: AuditSink {
    private(set) var rows: [String: [UUID]] = [:]
    private(set) var names: [UUID: String] = [:]

    func take(_ rows: [FoundRow], of check: AuditCheck, failed: Bool) {
        self.rows[check.name, default: []] += rows.map(\.id)
        for row in rows { names[row.id] = "\(check.name) \(row.recordId) \(row.detail)" }
    }

    func drop(_ check: AuditCheck) { rows[check.name] = nil }
}
