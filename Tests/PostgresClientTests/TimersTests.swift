import Testing

@testable import PostgresClient

@Suite("Timers, as a value")
struct TimersTests {
    @Test func theyAreTakenInTheOrderInWhichTheyAreDueAndNotAfterBeingCancelled() {
        var timers = Timers()
        let start = ContinuousClock.now
        var numbers: [Int: UInt64] = [:]
        let rung = Guarded<[Int]>([])
        for due in (0..<500).shuffled() {
            numbers[due] = timers.add(due: start + .seconds(due)) { rung.withLock { $0.append(due) } }
        }
        for due in stride(from: 1, to: 500, by: 2) { timers.cancel(numbers[due] ?? 0) }
        #expect(timers.next == start && timers.count == 250)
        for work in timers.takeDue(at: start + .seconds(100)) { work() }
        #expect(rung.withLock { $0 } == Array(stride(from: 0, through: 100, by: 2)))
        #expect(timers.next == start + .seconds(102))
    }

    @Test func cancelledOnesDoNotPileUp() {
        var timers = Timers()
        let start = ContinuousClock.now
        for _ in 0..<10_000 { timers.cancel(timers.add(due: start + .seconds(60)) {}) }
        #expect(timers.count == 0 && timers.next == nil)
    }
}
