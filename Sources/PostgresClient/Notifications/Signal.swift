/// Wakes the one task that waits for it; raised beforehand, it does not wait.
final class Signal: Sendable {
    private let state = Guarded<(isRaised: Bool, waiter: CheckedContinuation<Void, Never>?)>((false, nil))

    func raise() {
        let waiter = state.withLock { state in
            state.isRaised = state.waiter == nil
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }

    /// Returns once raised, or after `limit`.
    func wait(atMost limit: Duration) async {
        let timer = Reactor.shared.schedule(after: limit) { [self] in raise() }
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let wasRaised = state.withLock { state in
                guard !state.isRaised else { return true }
                state.waiter = continuation
                return false
            }
            if wasRaised { continuation.resume() }
        }
        Reactor.shared.cancelTimer(timer)
        state.withLock { $0.isRaised = false }
    }
}
