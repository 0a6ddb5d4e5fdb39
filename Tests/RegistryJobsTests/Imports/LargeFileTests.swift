import Foundation
import PostgresClient
import RegistryDomain
import RegistryJobs
import RegistryStore
import Synchronization
import Testing

/// The most that was ever noted.
private final class Peak: Sendable {
    private let most = Mutex(0)
    var value: Int { most.withLock { $0 } }
    func note(_ value: Int) { most.withLock { $0 = max($0, value) } }
}

extension ImportTests {
    @Suite struct LargeFiles {
        /// Writes it row by row, so that the test itself holds nothing of it.
        private func write(_ count: Int, header: String, _ row: (Int) -> String) throws -> TestFile {
            let file = try TestFile(header)
            let handle = try FileHandle(forWritingTo: file.url)
            try handle.seekToEnd()
            for start in stride(from: 0, to: count, by: 1000) {
                let lines = (start..<min(start + 1000, count)).map(row).joined()
                try handle.write(contentsOf: Data(lines.utf8))
            }
            try handle.close()
            return file
        }

        private func number(_ serial: Int) -> String {
            let day = Day(daysSince2000: Int32(-8000 + serial / 900))
            let digits = "511823" + day.description.filter(\.isNumber) + String(String(1000 + serial % 900).suffix(3))
            return digits + String(IdentityNumber.checkDigit(of: Array(digits)))
        }

        @Test func `two hundred thousand learners and their records go through in constant memory`() async throws {
            let count = 200_000
            try await TestRegistry.with { registry in
                try await registry.take(.employers, ImportTests.employers)
                let employer = TestNumber.employer(1)
                let learners = try write(count, header: ImportTests.learners([])) {
                    "\(self.number($0)),学员\($0),男,\(employer),岗位,职称,2008-07-01\n"
                }
                let caller = try await registry.caller("hanyuan")
                let before = try ResidentMemory.megabytes()
                let peak = Peak()
                let watch: @Sendable (Int) -> Void = { _ in peak.note((try? ResidentMemory.megabytes()) ?? 0) }
                let importer = Importer(store: registry.store)
                let first = try await importer.run(.learners, file: learners.url, as: caller, progress: watch)
                #expect(first.counts == [count, 0, 0, 0])
                let second = try await importer.run(.learners, file: learners.url, as: caller, progress: watch)
                #expect(second.counts == [0, 0, count, 0])
                let records = try write(20_000, header: ImportTests.completionHeader) {
                    "L\($0),\(self.number($0)),2017,10,20,,,2017-11-03\n"
                }
                let claims = try await importer.run(.completions, file: records.url, as: caller, progress: watch)
                #expect(claims.counts == [20_000, 0, 0, 0])
                #expect(claims.claimsOpened == 20_000)
                #expect(peak.value - before < 150)
            }
        }
    }
}
