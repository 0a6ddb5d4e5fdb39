import Foundation
import Logging
import PostgresClient
import RegistryDomain
import RegistryJobs
import RegistryStore
import Testing

extension ImportTests {
    @Suite struct Service {
        private func ended(_ id: UUID, _ registry: TestRegistry, _ caller: Caller) async throws -> ImportJobRecord {
            for _ in 0..<2000 {
                let job = try await registry.store.importJob(id: id, as: caller)
                if ["done", "failed"].contains(job.state) { return job }
                try await Task.sleep(for: .milliseconds(5))
            }
            throw CancellationError()
        }

        /// A file that the service may remove.
        private func upload(_ text: String) throws -> URL {
            let url = FileManager.default.temporaryDirectory.appendingPathComponent("upload-\(UUID().uuidString)")
            try Data(text.utf8).write(to: url)
            return url
        }

        @Test func `a job is answered at once, watched, and read by who sent it and by the auditor`() async throws {
            try await TestRegistry.with { registry in
                let service = ImportService(
                    store: registry.store, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
                let city = try await registry.caller("city")
                let employers = try upload(ImportTests.employers)
                let first = try await service.start(
                    .employers, file: employers, fileName: "单位.csv", options: .init(), as: city)
                #expect(first.state == "queued")
                #expect(try await ended(first.id, registry, city).rowsNew == 4)
                // The job is done with its transaction, and its file goes then.
                for _ in 0..<2000 where FileManager.default.fileExists(atPath: employers.path) {
                    try await Task.sleep(for: .milliseconds(5))
                }
                #expect(!FileManager.default.fileExists(atPath: employers.path))
                let rows = (0..<130).map { "bad\($0),学员,男,\(TestNumber.employer(1)),,,2008-07-01" }
                let second = try await service.start(
                    .learners, file: try upload(ImportTests.learners(rows)), fileName: "学员.csv", options: .init(),
                    as: city)
                let job = try await ended(second.id, registry, city)
                #expect(job.findings.count == 100)
                #expect(job.fileName == "学员.csv")
                var found: [ImportFinding] = []
                var cursor: String?
                repeat {
                    let page = try await registry.store.importFindings(job: job.id, cursor: cursor, limit: 60, as: city)
                    found += page.items
                    cursor = page.nextCursor
                } while cursor != nil
                #expect(found.map { $0.row ?? 0 } == Array(2...131))
                await #expect(throws: StoreError.forbidden(.outsideJurisdiction)) {
                    try await registry.store.importJob(id: job.id, as: registry.caller("hanyuan"))
                }
                await #expect(throws: StoreError.notFound(.recordUnknown)) {
                    try await registry.store.importJob(id: UUID(), as: city)
                }
                let seen = try await registry.store.importJob(id: job.id, as: registry.caller("auditor"))
                #expect(seen.rowsRejected == 130)
                await service.stop()
                await #expect(throws: StoreError.self) {
                    try await service.start(.employers, file: employers, fileName: nil, options: .init(), as: city)
                }
            }
        }

        @Test func `jobs of a daemon that ended are told so, jobs under way elsewhere are left alone`() async throws {
            try await TestRegistry.with { registry in
                let city = try await registry.caller("city")
                let left = try await registry.store.createImportJob(
                    .learners, fileName: "a", dryRun: false, allOrNothing: false, as: city)
                let held = try await registry.store.createImportJob(
                    .learners, fileName: "b", dryRun: false, allOrNothing: false, as: city)
                let waiting = try await registry.store.createImportJob(
                    .learners, fileName: "c", dryRun: false, allOrNothing: false, as: city)
                let lock = held.id.uuidString.lowercased()
                _ = try await registry.admin.execute("SELECT pg_advisory_lock(hashtextextended(\(lock), 0))")
                _ = try await registry.admin.execute(
                    "UPDATE import_jobs SET attended_at = now() - interval '2 minutes'")
                try await registry.store.attendImports([waiting.id])
                let count = try await registry.store.failInterruptedImports(unattendedFor: .seconds(60))
                #expect(count == 1)
                let job = try await registry.store.importJob(id: left.id, as: city)
                #expect(job.problem?.code == "importInterrupted")
                for job in [held, waiting] {
                    #expect(try await registry.store.importJob(id: job.id, as: city).state == "queued")
                }
            }
        }
    }

    @Suite struct Exports {
        private actor Sink {
            var data = Data()
            func append(_ bytes: [UInt8]) { data.append(contentsOf: bytes) }
        }

        @Test func `what goes out comes in again unchanged, numbers as text`() async throws {
            try await TestRegistry.with { registry in
                try await registry.take(.employers, ImportTests.employers)
                try await registry.take(.learners, ImportTests.people)
                let evil = "=1+1"
                try await registry.take(
                    .learners,
                    ImportTests.learners([
                        "\(TestNumber.person(9)),\(evil),男,\(TestNumber.employer(1)),\"a,\"\"b\"\"\",,2008-07-01"
                    ]))
                let sink = Sink()
                try await registry.store.export(.learners, as: registry.caller("city")) { await sink.append($0) }
                let data = await sink.data
                let text = String(decoding: data, as: UTF8.self)
                #expect(Array(data.prefix(3)) == [0xEF, 0xBB, 0xBF])
                #expect(text.contains("\"\t\(TestNumber.person(101))\""))
                #expect(text.contains("\"\t\(evil)\""))
                let again = try await registry.take(.learners, data)
                #expect(again.counts == [0, 0, 5, 0])
                let own = Sink()
                try await registry.store.export(.learners, as: registry.caller("yucheng")) { await own.append($0) }
                #expect(String(decoding: await own.data, as: UTF8.self).split(separator: "\n").count == 2)
            }
        }

        @Test func `an export that its reader leaves does no harm to the next`() async throws {
            try await TestRegistry.with { registry in
                try await registry.take(.employers, ImportTests.employers)
                try await registry.take(.learners, ImportTests.people)
                let city = try await registry.caller("city")
                await #expect(throws: CancellationError.self) {
                    try await registry.store.export(.learners, as: city) { _ in throw CancellationError() }
                }
                let sink = Sink()
                try await registry.store.export(.entries, as: city) { await sink.append($0) }
                #expect(String(decoding: await sink.data, as: UTF8.self).contains("entryNumber,idNumber"))
                await #expect(throws: StoreError.forbidden(.roleMayNot)) {
                    try await registry.store.export(.learners, as: registry.caller("admin")) { _ in }
                }
            }
        }
    }
}
