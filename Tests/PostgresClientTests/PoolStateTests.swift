import Testing

@testable import PostgresClient

@Suite("The pool's bookkeeping, without a socket")
struct PoolStateTests {
    @Test func nobodyPassesThoseWhoWait() {
        var state = PoolState<Int>(maximum: 1)
        guard case .connect = state.lease(to: 1, isUsable: { _ in true }).lease else {
            Issue.record("a place was free"); return
        }
        guard case .wait = state.lease(to: 2, isUsable: { _ in true }).lease else {
            Issue.record("no place was free"); return
        }
        guard case .wait = state.lease(to: 3, isUsable: { _ in true }).lease else {
            Issue.record("2 was first"); return
        }
        guard case .hand(7, to: 2) = state.giveBack(7, isUsable: true) else { Issue.record("2 was first"); return }
        guard case .hand(7, to: 3) = state.giveBack(7, isUsable: true) else { Issue.record("then 3"); return }
    }

    @Test func aBrokenConnectionMakesRoomForAnother() {
        var state = PoolState<Int>(maximum: 1)
        _ = state.lease(to: 1, isUsable: { _ in true })
        _ = state.lease(to: 2, isUsable: { _ in true })
        guard case .discard(7) = state.giveBack(7, isUsable: false) else { Issue.record("broken"); return }
        guard case .connect(for: 2) = state.placeIsFree() else { Issue.record("2 waits"); return }
        #expect(state.open == 1)
    }

    @Test func whoLeftTheLineIsNotServed() {
        var state = PoolState<Int>(maximum: 1)
        _ = state.lease(to: 1, isUsable: { _ in true })
        _ = state.lease(to: 2, isUsable: { _ in true })
        #expect(state.leave(2) && !state.leave(2))
        guard case .nothing = state.giveBack(7, isUsable: true) else { Issue.record("nobody waits"); return }
        #expect(state.idle == [7])
    }
}
