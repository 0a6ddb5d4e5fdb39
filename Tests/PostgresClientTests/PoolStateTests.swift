import Testing

@testable import PostgresClient

@Suite("The pool's bookkeeping, without a socket and with a clock moved by hand")
struct PoolStateTests {
    typealias State = PoolState<Int>
    private let start = ContinuousClock.now

    private func state(_ limits: PoolLimits = PoolLimits(maximum: 1)) -> State { State(limits: limits) }

    private func lease(_ state: inout State, _ waiter: UInt64, at now: ContinuousClock.Instant? = nil) -> (
        State.Lent?, [State.Action]
    ) {
        let (lease, actions) = state.lease(to: waiter, at: now ?? start) { $0 >= 0 }
        if case .connection(let lent) = lease { return (lent, actions) }
        return (nil, actions)
    }

    private func connects(_ actions: [State.Action]) -> Int {
        actions.count { if case .connect = $0 { true } else { false } }
    }

    private func handed(_ actions: [State.Action]) -> [UInt64] {
        actions.compactMap { if case .hand(_, let waiter) = $0 { waiter } else { nil } }
    }

    private func discarded(_ actions: [State.Action]) -> [Int] {
        actions.compactMap { if case .discard(let connection) = $0 { connection } else { nil } }
    }

    @Test func nobodyPassesThoseWhoWait() throws {
        var state = state()
        #expect(connects(lease(&state, 1).1) == 1)
        #expect(connects(lease(&state, 2).1) == 0)
        #expect(handed(state.opened(7, at: start, chance: 0.5)) == [1])
        #expect(lease(&state, 3).0 == nil)
        #expect(handed(state.giveBack(1, isUsable: true, at: start)) == [2])
        #expect(handed(state.giveBack(1, isUsable: true, at: start)) == [3])
        #expect(handed(state.giveBack(1, isUsable: true, at: start)).isEmpty)
        #expect(lease(&state, 4).0?.connection == 7)
    }

    @Test func aBrokenConnectionMakesRoomForAnother() {
        var state = state()
        _ = lease(&state, 1)
        _ = state.opened(7, at: start, chance: 0.5)
        _ = lease(&state, 2)
        let actions = state.giveBack(1, isUsable: false, at: start)
        #expect(discarded(actions) == [7] && connects(actions) == 1 && state.open == 1)
    }

    @Test func whoLeftTheLineIsNotServed() {
        var state = state()
        _ = lease(&state, 1)
        _ = state.opened(7, at: start, chance: 0.5)
        _ = lease(&state, 2)
        #expect(state.leave(2) && !state.leave(2))
        #expect(handed(state.giveBack(1, isUsable: true, at: start)).isEmpty && state.idleCount == 1)
    }

    @Test func noMoreConnectAtOnceThanAllowedNorMoreThanAreNeeded() {
        var state = state(PoolLimits(maximum: 10, maximumConnecting: 3))
        let connecting = (1...8).reduce(0) { $0 + connects(lease(&state, UInt64($1)).1) }
        #expect(connecting == 3 && state.connecting == 3)
        #expect(connects(state.opened(1, at: start, chance: 0)) == 1)
    }

    @Test func aServerThatIsDownIsTriedByOneAttemptForAllAndAfterAPause() {
        var state = state(PoolLimits(maximum: 10, maximumConnecting: 4))
        for waiter in 1...6 { _ = lease(&state, UInt64(waiter)) }
        guard case .refuse(let refused)? = state.connectFailed(at: start, chance: 1).first else {
            Issue.record("those who wait must be told")
            return
        }
        #expect(refused == [1, 2, 3, 4, 5, 6])
        for _ in 0..<3 { #expect(state.connectFailed(at: start, chance: 1).isEmpty) }
        // Nobody tries during the pause; afterwards one does.
        #expect(connects(lease(&state, 7).1) == 0 && connects(lease(&state, 8).1) == 0)
        #expect(connects(state.tick(at: start)) == 0)
        let later = start + .seconds(2)
        #expect(connects(state.tick(at: later)) == 1)
        // It is back: twice as many as before may come, and so on.
        #expect(connects(state.opened(1, at: later, chance: 0)) == 1 && state.circuit.allowed == 2)
    }

    @Test func thosePausesGrowAndEnd() throws {
        var circuit = Circuit(width: 4)
        var pauses: [Duration] = []
        for _ in 0..<8 {
            circuit.failed(at: start, chance: 1)
            pauses.append(try #require(circuit.opensAgain) - start)
        }
        #expect(pauses == pauses.sorted() && pauses.last == Circuit.longestPause)
        circuit.succeeded()
        #expect(circuit.isClosed(at: start) && circuit.failures == 0)
    }

    @Test func whereOthersLiveAFailedAttemptRefusesNobody() {
        var state = state(PoolLimits(maximum: 2))
        _ = lease(&state, 1)
        _ = state.opened(7, at: start, chance: 0.5)
        _ = lease(&state, 2)
        #expect(state.connectFailed(at: start, chance: 0).isEmpty)
        #expect(handed(state.giveBack(1, isUsable: true, at: start)) == [2])
    }

    @Test func idleConnectionsGoInTimeButTheMinimumStays() {
        var state = state(PoolLimits(minimum: 1, maximum: 3, idleTime: .seconds(60)))
        for waiter in 1...3 { _ = lease(&state, UInt64(waiter)) }
        for connection in 1...3 { _ = state.opened(connection, at: start, chance: 0.5) }
        for identifier in 1...3 { _ = state.giveBack(UInt64(identifier), isUsable: true, at: start) }
        #expect(state.nextTick == start + .seconds(60))
        #expect(state.tick(at: start + .seconds(59)).isEmpty)
        #expect(discarded(state.tick(at: start + .seconds(60))).count == 2)
        #expect(state.idleCount == 1)
        // Nothing to look at again before it expires, or the pool would look for ever.
        #expect(state.nextTick == start + state.limits.lifetime)
    }

    @Test func whileAnAttemptIsUnderWayThereIsNothingToLookAtTheClockFor() {
        var state = state(PoolLimits(maximum: 4))
        _ = lease(&state, 1)
        _ = state.connectFailed(at: start, chance: 1)
        _ = lease(&state, 2)
        #expect(state.nextTick == state.circuit.opensAgain)
        #expect(connects(state.tick(at: start + .seconds(1))) == 1)
        #expect(state.nextTick == nil)
    }

    @Test func theMinimumIsOpenedWithoutACaller() {
        var state = state(PoolLimits(minimum: 3, maximum: 5, maximumConnecting: 2))
        #expect(connects(state.tick(at: start)) == 2)
        #expect(connects(state.opened(1, at: start, chance: 0)) == 1)
    }

    @Test func aConnectionPastItsLifeIsReplacedOnceItComesBack() {
        var state = state(PoolLimits(maximum: 1, lifetime: .seconds(100)))
        _ = lease(&state, 1)
        _ = state.opened(7, at: start, chance: 0)
        #expect(discarded(state.giveBack(1, isUsable: true, at: start + .seconds(89))).isEmpty)
        #expect(lease(&state, 2, at: start + .seconds(89)).0 != nil)
        #expect(discarded(state.giveBack(1, isUsable: true, at: start + .seconds(90))) == [7])
    }

    @Test func aConnectionThatWasIdleForLongIsCheckedBeforeUse() {
        var state = state(PoolLimits(maximum: 1, checkAfterIdle: .seconds(30)))
        _ = lease(&state, 1)
        _ = state.opened(7, at: start, chance: 0.5)
        _ = state.giveBack(1, isUsable: true, at: start)
        #expect(lease(&state, 2, at: start + .seconds(29)).0?.needsCheck == false)
        _ = state.giveBack(1, isUsable: true, at: start + .seconds(29))
        #expect(lease(&state, 3, at: start + .seconds(59)).0?.needsCheck == true)
    }

    @Test func aClosedPoolLendsNothingAndKeepsNothing() {
        var state = state(PoolLimits(maximum: 2))
        _ = lease(&state, 1)
        _ = lease(&state, 2)
        _ = state.opened(7, at: start, chance: 0.5)
        _ = lease(&state, 3)
        let (idle, waiting) = state.close()
        #expect(idle.isEmpty && waiting == [2, 3])
        #expect(discarded(state.giveBack(1, isUsable: true, at: start)) == [7])
        #expect(discarded(state.opened(8, at: start, chance: 0.5)) == [8])
        #expect(state.isEmpty)
    }
}
