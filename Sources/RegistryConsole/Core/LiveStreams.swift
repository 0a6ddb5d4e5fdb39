import Foundation
import Synchronization

/// The browsers that are being told of what happens, so many at once and no more; each ends when its session does.
final class LiveStreams: Sendable {
    enum Signal: Sendable, Equatable {
        case event(name: String, data: String)
        /// Time to ask whether the session still stands.
        case beat
    }

    private struct State {
        var open: [UInt64: (session: String, out: AsyncStream<Signal>.Continuation)] = [:]
        var next: UInt64 = 0
        var isClosed = false
    }

    private let state = Mutex(State())
    private let most: Int
    private let mostOfOne: Int

    /// - Parameters:
    ///   - most: of this daemon.
    ///   - mostOfOne: of one session: its tabs.
    init(most: Int = 512, mostOfOne: Int = 4) {
        self.most = most
        self.mostOfOne = mostOfOne
    }

    /// Nil where there is no room for another.
    func enter(session: String) -> (
        number: UInt64, signals: AsyncStream<Signal>, out: AsyncStream<Signal>.Continuation
    )? {
        let (signals, out) = AsyncStream.makeStream(of: Signal.self, bufferingPolicy: .bufferingNewest(256))
        let number = state.withLock { state -> UInt64? in
            guard !state.isClosed, state.open.count < most,
                state.open.values.filter({ $0.session == session }).count < mostOfOne
            else { return nil }
            state.next += 1
            state.open[state.next] = (session, out)
            return state.next
        }
        return number.map { ($0, signals, out) }
    }

    func leave(_ number: UInt64) {
        let left = state.withLock { $0.open.removeValue(forKey: number) }
        left?.out.finish()
    }

    /// Signing out ends what the session was being told.
    func end(session: String) {
        let open = state.withLock { state in state.open.values.filter { $0.session == session }.map { $0.out } }
        for out in open { out.finish() }
    }

    /// For the daemon's shutdown: a stream would hold it up.
    func close() {
        let open = state.withLock { state in
            state.isClosed = true
            return state.open.values.map { $0.out }
        }
        for out in open { out.finish() }
    }

    var count: Int { state.withLock { $0.open.count } }
}
