import CEpoll
import Foundation
import Glibc
import Synchronization

/// A thread that waits for sockets: an epoll loop that reads for every connection it was given, and runs timers.
///
/// What is to be sent is sent by whoever has it, on its own thread under the connection's lock; only answers come by way
/// of this thread. Waiting takes no thread of the cooperative pool, and many connections are answered from one wake-up.
///
/// `@unchecked Sendable`: what several threads touch is behind `state`; the rest is constant.
final class Reactor: @unchecked Sendable {
    /// One for every four processors: reading is a small part of what a statement costs.
    private static let all = (0..<min(max(ProcessInfo.processInfo.activeProcessorCount / 4, 1), 4)).map(Reactor.init)
    private static let turn = Guarded(0)

    /// The one for timers, and for a connection where there is one only.
    static var shared: Reactor { all[0] }

    /// For a new connection: each reactor in turn.
    static func next() -> Reactor {
        guard all.count > 1 else { return all[0] }
        return turn.withLock { turn in
            turn = (turn + 1) % all.count
            return all[turn]
        }
    }

    /// Something that owns a socket. Called on the reactor's thread.
    protocol Watcher: AnyObject, Sendable {
        func socketIsReady(readable: Bool, writable: Bool)
    }

    /// A socket under watch. Its key is never used again, so that an event that was under way when a descriptor was
    /// closed and opened anew reaches nobody.
    struct Registration {
        fileprivate var key: UInt64
        var descriptor: Int32
    }

    private struct State {
        var watched: [UInt64: any Watcher] = [:]
        var keys: UInt64 = 0
        var timers = Timers()
        var work: [@Sendable () -> Void] = []
        var jobs: [UnownedJob] = []
        /// Until when the thread sleeps; nil while it is awake and will look again before it sleeps.
        var sleepsUntil: ContinuousClock.Instant?
    }

    /// How many callers wait for something of its connections.
    let waiters = Atomic<Int>(0)
    private let epoll: Int32
    private let doorbell: Int32
    private let state = Guarded(State())

    private init(number: Int) {
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        doorbell = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
        var event = epoll_event()
        event.events = EPOLLIN.rawValue
        event.data.u64 = 0
        precondition(epoll >= 0 && doorbell >= 0, "no descriptors left for the reactor")
        epoll_ctl(epoll, EPOLL_CTL_ADD, doorbell, &event)
        let thread = Thread { [self] in run() }
        thread.name = "postgres-reactor"
        thread.start()
    }

    // MARK: From any thread

    /// Runs `work` on the reactor's thread, soon and in order.
    func submit(_ work: @escaping @Sendable () -> Void) {
        wake { $0.work.append(work) }
    }

    /// Runs `work` on the reactor's thread after `delay`, unless the returned number is cancelled before.
    @discardableResult
    func schedule(after delay: Duration, _ work: @escaping @Sendable () -> Void) -> UInt64 {
        schedule(at: .now + delay, work)
    }

    @discardableResult
    func schedule(at due: ContinuousClock.Instant, _ work: @escaping @Sendable () -> Void) -> UInt64 {
        let (number, rings) = state.withLock { state in
            let number = state.timers.add(due: due, work)
            guard let until = state.sleepsUntil, due < until else { return (number, false) }
            state.sleepsUntil = nil
            return (number, true)
        }
        if rings { ring() }
        return number
    }

    func cancelTimer(_ number: UInt64) {
        state.withLock { $0.timers.cancel(number) }
    }

    func watch(_ descriptor: Int32, _ watcher: any Watcher, readable: Bool, writable: Bool) -> Registration {
        let key = state.withLock { state in
            state.keys += 1
            state.watched[state.keys] = watcher
            return state.keys
        }
        let registration = Registration(key: key, descriptor: descriptor)
        control(EPOLL_CTL_ADD, registration, readable: readable, writable: writable)
        return registration
    }

    func change(_ registration: Registration, readable: Bool, writable: Bool) {
        control(EPOLL_CTL_MOD, registration, readable: readable, writable: writable)
    }

    /// - Parameter isOpen: whether the descriptor is still the watched socket's: closing it has taken it out of epoll.
    func forget(_ registration: Registration, isOpen: Bool = true) {
        let watcher = state.withLock { $0.watched.removeValue(forKey: registration.key) }
        guard watcher != nil, isOpen else { return }
        control(EPOLL_CTL_DEL, registration, readable: false, writable: false)
    }

    private func control(_ operation: Int32, _ registration: Registration, readable: Bool, writable: Bool) {
        var event = epoll_event()
        // A reader that does not want to read does not want to hear of the end either, or the loop would spin on it.
        event.events =
            (readable ? EPOLLIN.rawValue | EPOLLRDHUP.rawValue : 0) | (writable ? EPOLLOUT.rawValue : 0)
        event.data.u64 = registration.key
        epoll_ctl(epoll, operation, registration.descriptor, &event)
    }

    private func wake(_ body: (inout State) -> Void) {
        let rings = state.withLock { state in
            body(&state)
            defer { state.sleepsUntil = nil }
            return state.sleepsUntil != nil
        }
        if rings { ring() }
    }

    private func ring() {
        var one: UInt64 = 1
        _ = write(doorbell, &one, 8)
    }

    // MARK: On the reactor's thread

    private static let farFuture = ContinuousClock.now + .seconds(1_000_000_000)

    private func run() {
        let capacity = 64
        let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: capacity)
        while true {
            let count = epoll_wait(epoll, events, Int32(capacity), fallAsleep())
            state.withLock { $0.sleepsUntil = nil }
            for index in 0..<max(0, Int(count)) { handle(events[index]) }
            runDue()
        }
    }

    /// How many milliseconds to wait: none where there is something to do.
    private func fallAsleep() -> Int32 {
        state.withLock { state in
            guard state.work.isEmpty, state.jobs.isEmpty else { return 0 }
            guard let due = state.timers.next else {
                state.sleepsUntil = Self.farFuture
                return -1
            }
            let left = due - .now
            guard left > .zero else { return 0 }
            state.sleepsUntil = due
            let milliseconds = left.components.seconds * 1_000 + left.components.attoseconds / 1_000_000_000_000_000
            return Int32(clamping: milliseconds + 1)
        }
    }

    private func handle(_ event: epoll_event) {
        let key = event.data.u64
        guard key != 0 else {
            var rings: UInt64 = 0
            _ = read(doorbell, &rings, 8)
            return
        }
        guard let watcher = state.withLock({ $0.watched[key] }) else { return }
        let failing = EPOLLERR.rawValue | EPOLLHUP.rawValue | EPOLLRDHUP.rawValue
        watcher.socketIsReady(
            readable: event.events & (EPOLLIN.rawValue | failing) != 0, writable: event.events & EPOLLOUT.rawValue != 0)
    }

    private func runDue() {
        let (due, work, jobs) = state.withLock { state in
            defer {
                state.work.removeAll(keepingCapacity: true)
                state.jobs.removeAll(keepingCapacity: true)
            }
            let due = state.timers.count > 0 ? state.timers.takeDue(at: .now) : []
            return (due, state.work, state.jobs)
        }
        for item in due { item() }
        for item in work { item() }
        for job in jobs { job.runSynchronously(on: asUnownedTaskExecutor()) }
    }
}

extension Reactor: TaskExecutor {
    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        wake { $0.jobs.append(job) }
    }
}
