import Synchronization
import Testing

@testable import RegistryAPI

@Suite struct DeadlineTests {
    @Test func whatIsInTimeIsAnswered() async throws {
        #expect(try await Deadline.run(.seconds(10)) { 7 } == 7)
    }

    @Test func whatIsNotIsCancelledAndRefused() async throws {
        let cancelled = Atomic(false)
        let problem = try await #require(throws: Problem.self) {
            try await Deadline.run(.milliseconds(20)) {
                defer { if Task.isCancelled { cancelled.store(true, ordering: .relaxed) } }
                try await Task.sleep(for: .seconds(60))
            }
        }
        #expect(problem.status.code == 503 && problem.reasons.first?.code == "timedOut")
        let wasCancelled = cancelled.load(ordering: .relaxed)
        #expect(wasCancelled)
    }

    @Test func aMistakeIsNoTimeout() async throws {
        let problem = try await #require(throws: Problem.self) {
            try await Deadline.run(.seconds(10)) { throw Problem(.notFound, [.routeUnknown]) }
        }
        #expect(problem.status.code == 404)
    }
}
