import Synchronization

/// Looks after everybody's deadlines with one clock. A sleeping task for each request cost more than its rules.
final class DeadlineWatch: Sendable {
    static let shared = DeadlineWatch()

    private struct Watched {
        var deadline: ContinuousClock.Instant
        /// Nil once it is due.
        var cancel: (@Sendable () -> Void)?
    }

    private struct State {
        var watched: [UInt64: Watched] = [:]
        var latest: UInt64 = 0
        var isLooking = false
    }

    private static let interval = Duration.milliseconds(100)
    /// How often it looks at nothing before it stops, until somebody comes again.
    private static let patience = 100
    private let state = Mutex(State())

    func begin(until deadline: ContinuousClock.Instant, cancel: @escaping @Sendable () -> Void) -> UInt64 {
        let (number, looks) = state.withLock { state in
            state.latest += 1
            state.watched[state.latest] = Watched(deadline: deadline, cancel: cancel)
            defer { state.isLooking = true }
            return (state.latest, !state.isLooking)
        }
        if looks { Task.detached { await self.look() } }
        return number
    }

    /// - Returns: whether its deadline had come.
    func end(_ number: UInt64) -> Bool {
        guard let ended = state.withLock({ $0.watched.removeValue(forKey: number) }) else { return false }
        return ended.cancel == nil
    }

    private func look() async {
        var idle = 0
        while true {
            try? await Task.sleep(for: Self.interval)
            let now = ContinuousClock.now
            let (due, isEmpty) = state.withLock { state in
                var due: [@Sendable () -> Void] = []
                for (number, one) in state.watched where one.deadline <= now {
                    guard let cancel = one.cancel else { continue }
                    due.append(cancel)
                    state.watched[number]?.cancel = nil
                }
                return (due, state.watched.isEmpty)
            }
            for cancel in due { cancel() }
            idle = isEmpty ? idle + 1 : 0
            if idle >= Self.patience, stops() { return }
        }
    }

    /// Whoever begins after this begins the looking, too.
    private func stops() -> Bool {
        state.withLock { state in
            guard state.watched.isEmpty else { return false }
            state.isLooking = false
            return true
        }
    }
}
