import Foundation
import Testing

@testable import PostgresClient

/// `CEREGISTRY_FAULT_SCHEDULES=10000` runs that many; `CEREGISTRY_FAULT_SEED` repeats what a failure names.
@Suite("Whatever breaks, the table is what callers were told", .serialized)
struct ScheduleTests {
    private static let side = 10

    @Test func randomSchedules() async throws {
        let count = FaultServer.number("CEREGISTRY_FAULT_SCHEDULES") ?? 100
        let seed = FaultServer.number("CEREGISTRY_FAULT_SEED") ?? Int.random(in: 0..<1_000_000_000)
        try await FaultServer.withControl { try await $0.simpleScript(Schedule.table) }
        let port = try await FaultServer.port()
        let control = try FaultServer.controlPool()
        await withTaskGroup(of: Bool.self) { group in
            var failures = 0
            for number in 0..<count {
                if number >= Self.side, await group.next() == false { failures += 1 }
                guard failures < 5 else { break }
                group.addTask { await run(seed + number, Int32(number), port, control) }
            }
        }
        await control.close()
    }

    private func run(_ seed: Int, _ number: Int32, _ port: UInt16, _ control: PostgresPool) async -> Bool {
        let name = "CEREGISTRY_FAULT_SEED=\(seed) CEREGISTRY_FAULT_SCHEDULES=1"
        do {
            try await within(.seconds(120), name) {
                try await Schedule(seed: UInt64(seed), number: number).run(through: port, checkedBy: control)
            }
            return true
        } catch {
            Issue.record("\(name): \(error)")
            return false
        }
    }

    @Test func theModelKeepsWhatMayBeAndDropsWhatCannot() {
        var model = TableModel()
        model.mayHaveDone([.insert(1, 10)])
        #expect(model.possible == [[:], [1: 10]])
        var fits = model.saw(.violation, of: [.insert(1, 20)])
        #expect(fits && model.possible == [[1: 10]])
        fits = model.saw(.seen([.rows(1), .value(nil)]), of: [.delete(1), .read(1)], isKept: false)
        #expect(fits && model.possible == [[1: 10]])
        fits = model.saw(.seen([.value(11)]), of: [.read(1)])
        #expect(!fits)
    }
}
