import Foundation

/// Threads for the two calls of libpq that block: looking up a host name at the start of a connection, and `PQcancel`,
/// which opens a connection of its own. Threads of their own, since one stuck for minutes on a network that swallows
/// packets must take no thread from the cooperative pool; bounded, since many may be stuck at once.
final class BlockingThreads: Sendable {
    static let shared = BlockingThreads(limit: 16)
    /// Cancel requests have threads of their own: many that are stuck must not keep connections from being opened.
    static let cancelling = BlockingThreads(limit: 16)

    private struct State {
        var work: [@Sendable () -> Void] = []
        var idle = 0
        var threads = 0
    }

    private let limit: Int
    private let state = Guarded(State())
    private let semaphore = Semaphore()

    /// `DispatchSemaphore` is safe to share; Foundation on Linux does not say so.
    private struct Semaphore: @unchecked Sendable { let value = DispatchSemaphore(value: 0) }

    init(limit: Int) { self.limit = limit }

    func run(_ work: @escaping @Sendable () -> Void) {
        let startsThread = state.withLock { state in
            state.work.append(work)
            guard state.idle < state.work.count, state.threads < limit else { return false }
            state.threads += 1
            return true
        }
        semaphore.value.signal()
        guard startsThread else { return }
        let thread = Thread { [self] in loop() }
        thread.name = "postgres-blocking"
        thread.start()
    }

    /// A thread stays for a while after its last work, then goes.
    private func loop() {
        state.withLock { $0.idle += 1 }
        while waitForWork() {
            let work = state.withLock { state in
                state.idle -= 1
                return state.work.isEmpty ? nil : state.work.removeFirst()
            }
            work?()
            state.withLock { $0.idle += 1 }
        }
    }

    private func waitForWork() -> Bool {
        while semaphore.value.wait(timeout: .now() + .seconds(30)) != .success {
            let goes = state.withLock { state in
                // Work that came just now counts on this thread.
                guard state.work.isEmpty else { return false }
                state.idle -= 1
                state.threads -= 1
                return true
            }
            if goes { return false }
        }
        return true
    }
}
