import Foundation
import Logging
import RegistryDomain
import RegistryJobs
import TransparencyLog

@testable import RegistryStore

/// A log of a test's own register, with its folders.
struct TestLog {
    let registry: TestRegistry
    let keeper: LogKeeper
    let root: URL

    static func with(learners: Int = 60, _ body: (TestLog) async throws -> Void) async throws {
        try await TestRegistry.with(today: "2018-12-31") { registry in
            try await registry.loadDemo(learners: learners)
            let root = FileManager.default.temporaryDirectory.appendingPathComponent(
                "ceregistry-log-\(UUID().uuidString)")
            defer { try? FileManager.default.removeItem(at: root) }
            let keeper = LogKeeper(
                store: registry.store, folder: LogFolder(root.appendingPathComponent("log")),
                keyFolder: LogKeyFolder(root.appendingPathComponent("keys")),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            _ = try await keeper.generateKey(origin: "test.example/log")
            try await body(TestLog(registry: registry, keeper: keeper, root: root))
        }
    }

    /// What `ceregistry log verify` finds.
    func findings() async throws -> [AuditFinding] {
        let reader = registry.store(as: .auditor)
        do {
            let report = try await reader.auditLog(try await keeper.folder.evidence())
            await reader.close()
            return report.findings
        } catch {
            await reader.close()
            throw error
        }
    }

    func export(_ name: String) async throws -> URL {
        let folder = root.appendingPathComponent(name)
        _ = try await LogExporter(keeper: keeper, folder: folder).run(as: try await registry.caller("auditor-demo"))
        return folder
    }

    func verify(_ folder: URL) async throws -> VerificationReport {
        try await ExportVerifier(folder: folder, keys: try await keeper.keys()).run([])
    }
}
