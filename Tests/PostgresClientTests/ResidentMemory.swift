import Foundation
import Testing

/// What the process holds of the machine's memory, against what it held when this was made.
struct ResidentMemory {
    private let atFirst: Int

    init() throws { atFirst = try Self.megabytes() }

    /// Nothing is expected under a sanitizer: it keeps freed memory on purpose.
    func expectGrowth(below limit: Int) throws {
        guard ProcessInfo.processInfo.environment["CEREGISTRY_SANITIZER"] == nil else { return }
        #expect(try Self.megabytes() - atFirst < limit)
    }

    private static func megabytes() throws -> Int {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") })
        return try #require(Int(line.filter(\.isNumber))) / 1024
    }
}
