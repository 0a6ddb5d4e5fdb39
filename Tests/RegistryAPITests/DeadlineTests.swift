import Foundation
import RegistryStore
import Synchronization
import Testing

@testable import RegistryAPI

@Suite("Work that may not take forever")
struct DeadlineTests {
    @Test("What is done in time is returned, what it throws is thrown")
    func inTime() async throws {
        #expect(try await Deadline.run(.seconds(60)) { 42 } == 42)
        await #expect(throws: Problem.self) {
            try await Deadline.run(.seconds(60)) { throw Problem(.notFound, [.routeUnknown]) }
        }
        #expect(
            try await Deadline.run(.milliseconds(1)) {
                _ = try? await Task.sleep(for: .seconds(600)); return 43
            } == 43)
    }

    @Test("What takes too long is cancelled, and the client is told to come again")
    func late() async throws {
        let wasCancelled = Mutex(false)
        do {
            try await Deadline.run(.milliseconds(50)) {
                do { try await Task.sleep(for: .seconds(600)) } catch {
                    wasCancelled.withLock { $0 = true }
                    throw error
                }
            }
            Issue.record("it ended")
        } catch let problem as Problem {
            #expect(problem.status == .serviceUnavailable)
            #expect(problem.reasons.map(\.code) == ["timedOut"])
        }
        #expect(wasCancelled.withLock { $0 })
    }

    @Test("Who is cancelled cancels the work, and that is no deadline")
    func cancelled() async throws {
        let task = Task { try await Deadline.run(.seconds(60)) { try await Task.sleep(for: .seconds(600)) } }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test("A thousand at once are each told apart")
    func many() async throws {
        try await withThrowingTaskGroup(of: (Int, Bool).self) { group in
            for number in 0..<1000 {
                group.addTask {
                    do {
                        try await Deadline.run(number % 2 == 0 ? .milliseconds(20) : .seconds(60)) {
                            try await Task.sleep(for: number % 2 == 0 ? .seconds(600) : .milliseconds(200))
                        }
                        return (number, true)
                    } catch is Problem { return (number, false) }
                }
            }
            for try await (number, isDone) in group { #expect(isDone == (number % 2 == 1)) }
        }
    }
}
