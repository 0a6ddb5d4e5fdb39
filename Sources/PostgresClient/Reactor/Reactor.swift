import CEpoll
import Foundation
import Glibc
import Synchronization

/// The one thread that waits for sockets: an epoll loop on which every libpq call of every connection runs.
///
/// libpq wants a connection used by one thread at a time and tells only through its socket when there is more to do
/// (libpq chapter 34.4). A thread of its own keeps waiting away from Swift's cooperative pool, needs no lock around a
/// connection, and answers many connections' sockets from one wake-up.
///
/// `@unchecked Sendable`: `watched` and `timers` are touched on the reactor's thread alone; what other threads hand in
/// goes through `inbox`, a mutex.
final class Reactor: @unchecked Sendable {
    static let shared = Reactor()

    /// Something that owns a socket. Called on the reactor's thread.
    protocol Watcher: AnyObject {
        func socketIsReady(readable: Bool, writable: Bool)
    }

    private struct Inbox {
        var work: [@Sendable () -> Void] = []
        var awake = false
    }

    private struct Timer {
        var due: ContinuousClock.Instant
        var work: @Sendable () -> Void
    }

    private let epoll: Int32
    private let doorbell: Int32
    private let inbox = Guarded(Inbox())
    private var watched: [Int32: any Watcher] = [:]
    private var timers: [UInt64: Timer] = [:]
    private let nextTimer = Atomic<UInt64>(0)

    private init() {
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        doorbell = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
        var event = epoll_event()
        event.events = EPOLLIN.rawValue
        event.data.fd = doorbell
        precondition(epoll >= 0 && doorbell >= 0, "no descriptors left for the reactor")
        epoll_ctl(epoll, EPOLL_CTL_ADD, doorbell, &event)
        let thread = Thread { [self] in run() }
        thread.name = "postgres-reactor"
        thread.start()
    }

    /// Runs `work` on the reactor's thread, soon and in order.
    func submit(_ work: @escaping @Sendable () -> Void) {
        let ring = inbox.withLock { inbox in
            inbox.work.append(work)
            defer { inbox.awake = true }
            return !inbox.awake
        }
        if ring {
            var one: UInt64 = 1
            _ = write(doorbell, &one, 8)
        }
    }

    /// Runs `work` on the reactor's thread after `delay`, unless the returned number is cancelled before.
    @discardableResult
    func schedule(after delay: Duration, _ work: @escaping @Sendable () -> Void) -> UInt64 {
        let number = nextTimer.wrappingAdd(1, ordering: .relaxed).newValue
        let due = ContinuousClock.now + delay
        submit { [self] in timers[number] = Timer(due: due, work: work) }
        return number
    }

    func cancelTimer(_ number: UInt64) {
        submit { [self] in timers[number] = nil }
    }

    // MARK: On the reactor's thread

    func watch(_ descriptor: Int32, _ watcher: any Watcher, readable: Bool, writable: Bool) {
        var event = epoll_event()
        event.events = (readable ? EPOLLIN.rawValue : 0) | (writable ? EPOLLOUT.rawValue : 0) | EPOLLRDHUP.rawValue
        event.data.fd = descriptor
        let known = watched.updateValue(watcher, forKey: descriptor) != nil
        if epoll_ctl(epoll, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, descriptor, &event) < 0 {
            // libpq closed the socket and opened another under the same number, or the other way round.
            epoll_ctl(epoll, known ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, descriptor, &event)
        }
    }

    func forget(_ descriptor: Int32) {
        guard watched.removeValue(forKey: descriptor) != nil else { return }
        var event = epoll_event()
        epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, &event)
    }

    private func run() {
        let capacity = 64
        let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: capacity)
        while true {
            let count = epoll_wait(epoll, events, Int32(capacity), millisecondsToNextTimer())
            for index in 0..<max(0, Int(count)) {
                let ready = events[index].events
                let descriptor = events[index].data.fd
                if descriptor == doorbell {
                    var rings: UInt64 = 0
                    _ = read(doorbell, &rings, 8)
                } else if let watcher = watched[descriptor] {
                    let failing = EPOLLERR.rawValue | EPOLLHUP.rawValue | EPOLLRDHUP.rawValue
                    watcher.socketIsReady(
                        readable: ready & (EPOLLIN.rawValue | failing) != 0, writable: ready & EPOLLOUT.rawValue != 0)
                }
            }
            runTimers()
            runInbox()
        }
    }

    private func runInbox() {
        let work = inbox.withLock { inbox in
            defer { inbox = Inbox() }
            return inbox.work
        }
        for item in work { item() }
    }

    private func runTimers() {
        guard !timers.isEmpty else { return }
        let now = ContinuousClock.now
        for (number, timer) in timers where timer.due <= now {
            timers[number] = nil
            timer.work()
        }
    }

    private func millisecondsToNextTimer() -> Int32 {
        guard let due = timers.values.map(\.due).min() else { return -1 }
        let left = due - .now
        let milliseconds = left.components.seconds * 1_000 + left.components.attoseconds / 1_000_000_000_000_000
        return Int32(clamping: max(0, milliseconds + 1))
    }
}
