import CEpoll
import Dispatch
import Foundation
import Glibc

/// How quickly a task that waits for a socket runs again, by two mechanisms in turns: one epoll thread, as in
/// PostgresClient's reactor, and a dispatch source on a queue. Either reads what came, as the reactor does, and resumes the
/// task; a peer thread sends each byte back. Usage: `ReadinessBench [ROUNDS [SECONDS]]`; prints round trips a second.
@main
struct ReadinessBench {
    static func main() async throws {
        let words = CommandLine.arguments
        let rounds = words.count > 1 ? Int(words[1]) ?? 3 : 3
        let seconds = words.count > 2 ? Double(words[2]) ?? 1 : 1
        print("sockets\tround\tepoll thread\tdispatch source\tratio")
        let (loop, queue) = (EpollLoop(), DispatchQueue(label: "sockets"))
        for sockets in [1, 32] {
            for round in 1...rounds {
                let epoll = await rate(sockets, seconds) { loop.watch($0) }
                let dispatch = await rate(sockets, seconds) { watch($0, on: queue) }
                let ratio = (epoll / dispatch * 100).rounded() / 100
                print("\(sockets)\t\(round)\t\(Int(epoll))\t\(Int(dispatch))\t\(ratio)")
            }
        }
    }

    /// - Parameter watch: begins to watch the waiter's socket; what it returns ends that.
    private static func rate(
        _ sockets: Int, _ seconds: Double, _ watch: @escaping @Sendable (Waiter) -> @Sendable () -> Void
    ) async -> Double {
        await withTaskGroup(of: Double.self) { group in
            for _ in 0..<sockets {
                group.addTask {
                    let waiter = Waiter()
                    let end = watch(waiter)
                    let start = ContinuousClock.now
                    var done = 0
                    while ContinuousClock.now - start < .seconds(seconds) {
                        await waiter.roundTrip()
                        done += 1
                    }
                    let rate = Double(done) / ((ContinuousClock.now - start) / .seconds(1))
                    end()
                    return rate
                }
            }
            return await group.reduce(0, +)
        }
    }

    @Sendable private static func watch(_ waiter: Waiter, on queue: DispatchQueue) -> @Sendable () -> Void {
        let source = DispatchSource.makeReadSource(fileDescriptor: waiter.descriptor, queue: queue)
        source.setEventHandler { waiter.socketIsReadable() }
        source.setCancelHandler { close(waiter.descriptor) }
        source.resume()
        let handle = Source(source: source)
        return { handle.source.cancel() }
    }

    /// Dispatch sources may be cancelled from any thread; Foundation on Linux does not say so.
    private struct Source: @unchecked Sendable { let source: any DispatchSourceRead }
}

/// A socket whose peer, a thread of its own, sends back what it gets; and the task that waits for that.
///
/// `@unchecked Sendable`: the continuation is behind the lock.
final class Waiter: @unchecked Sendable {
    let descriptor: Int32
    private let lock = NSLock()
    private var continuation: CheckedContinuation<Void, Never>?

    init() {
        var ends: [Int32] = [0, 0]
        precondition(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0, "no socket pair")
        descriptor = ends[0]
        let peer = ends[1]
        Thread.detachNewThread {
            var byte: UInt8 = 0
            while read(peer, &byte, 1) == 1 { write(peer, &byte, 1) }
            close(peer)
        }
    }

    func roundTrip() async {
        await withCheckedContinuation { continuation in
            lock.withLock { self.continuation = continuation }
            var byte: UInt8 = 1
            write(descriptor, &byte, 1)
        }
    }

    func socketIsReadable() {
        var byte: UInt8 = 0
        guard read(descriptor, &byte, 1) == 1 else { return }
        let waiting = lock.withLock {
            defer { continuation = nil }
            return continuation
        }
        waiting?.resume()
    }
}

/// `@unchecked Sendable`: the waiters are behind the lock.
final class EpollLoop: @unchecked Sendable {
    private let lock = NSLock()
    private let epoll = epoll_create1(0)
    private var waiters: [Int32: Waiter] = [:]

    init() { Thread.detachNewThread { [self] in run() } }

    func watch(_ waiter: Waiter) -> @Sendable () -> Void {
        let descriptor = waiter.descriptor
        lock.withLock { waiters[descriptor] = waiter }
        control(EPOLL_CTL_ADD, descriptor)
        return { [self] in
            control(EPOLL_CTL_DEL, descriptor)
            lock.withLock { waiters[descriptor] = nil }
            close(descriptor)
        }
    }

    private func control(_ operation: Int32, _ descriptor: Int32) {
        var event = epoll_event()
        event.events = EPOLLIN.rawValue
        event.data.fd = descriptor
        epoll_ctl(epoll, operation, descriptor, &event)
    }

    private func run() {
        var events = [epoll_event](repeating: epoll_event(), count: 64)
        while true {
            let count = epoll_wait(epoll, &events, 64, -1)
            for index in 0..<max(0, Int(count)) {
                let descriptor = events[index].data.fd
                lock.withLock { waiters[descriptor] }?.socketIsReadable()
            }
        }
    }
}
