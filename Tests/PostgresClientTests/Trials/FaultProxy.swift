import Foundation
import Glibc

@testable import PostgresClient

/// What happens to one connection through a `FaultProxy`. A position counts the bytes of one direction from the start.
enum Fault: Sendable, CustomStringConvertible {
    enum Direction: String, Sendable, CaseIterable { case toServer, toClient }

    case none
    /// Both sides are closed after so many bytes: in order, or with a reset.
    case cut(Direction, at: Int, reset: Bool)
    /// Nothing more goes this way, and nobody is told.
    case stall(Direction, at: Int)
    /// What follows comes a little later, in another packet.
    case split(Direction, at: Int)
    /// Byte for byte, both ways.
    case trickle

    var description: String {
        switch self {
        case .none: "no fault"
        case .cut(let direction, let position, let reset):
            "\(reset ? "reset" : "cut") \(direction.rawValue) at \(position)"
        case .stall(let direction, let position): "stall \(direction.rawValue) at \(position)"
        case .split(let direction, let position): "split \(direction.rawValue) at \(position)"
        case .trickle: "byte for byte"
        }
    }
}

/// Stands between the client and a server on loopback, on a thread of its own, and does to each connection what it was
/// told. What it lets through it neither changes nor reorders.
///
/// `@unchecked Sendable`: what other threads touch is guarded; the rest belongs to the proxy's thread.
final class FaultProxy: @unchecked Sendable {
    struct Failed: Error {
        var call: String
    }

    private struct Shared {
        var isStopping = false
        /// How often the proxy has begun to look at its sockets.
        var round = 0
        var settling: [(after: Int, continuation: CheckedContinuation<Void, Never>)] = []
        var passed: [(toServer: Int, toClient: Int)] = []
    }

    let port: UInt16
    private let listener: Int32
    private let serverPort: UInt16
    private let doorbell: (read: Int32, write: Int32)
    /// What is done to the connection of a number, counted from 0 in the order of their arrival.
    private let plan: @Sendable (Int) -> Fault
    private let shared = Guarded(Shared())
    private var pairs: [Pair] = []

    init(to serverPort: UInt16, plan: @escaping @Sendable (Int) -> Fault) throws {
        self.serverPort = serverPort
        self.plan = plan
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard listener >= 0 else { throw Failed(call: "socket") }
        guard Loopback.bind(listener, port: 0), listen(listener, 64) == 0 else { throw Failed(call: "bind") }
        port = Loopback.port(of: listener)
        Loopback.becomeNonblocking(listener)
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw Failed(call: "pipe") }
        doorbell = (ends[0], ends[1])
        let thread = Thread { [self] in run() }
        thread.stackSize = 256 * 1024
        thread.start()
    }

    /// Ends all connections and the thread.
    func stop() {
        shared.withLock { $0.isStopping = true }
        ring()
    }

    /// Bytes that have passed on the connection of a number.
    func passed(_ number: Int) -> (toServer: Int, toClient: Int) {
        shared.withLock { $0.passed.indices.contains(number) ? $0.passed[number] : (0, 0) }
    }

    /// Returns once the server has ended the session of every connection that was cut or that the client closed: from
    /// then on nothing of theirs takes effect any more.
    func settle() async {
        await withCheckedContinuation { continuation in
            let isOver = shared.withLock { shared in
                guard !shared.isStopping else { return true }
                shared.settling.append((shared.round, continuation))
                return false
            }
            if isOver { continuation.resume() } else { ring() }
        }
    }

    private func ring() {
        var byte: UInt8 = 1
        _ = write(doorbell.write, &byte, 1)
    }

    // MARK: On the proxy's thread

    private func run() {
        while true {
            let (isStopping, isAsked) = shared.withLock { shared in
                shared.round += 1
                return (shared.isStopping, !shared.settling.isEmpty)
            }
            if isStopping { break }
            var polled = [
                pollfd(fd: listener, events: Int16(POLLIN), revents: 0),
                pollfd(fd: doorbell.read, events: Int16(POLLIN), revents: 0),
            ]
            let watched = pairs
            for pair in watched { polled += pair.polled() }
            let isSettled = !watched.contains { $0.isEnding }
            let timeout: Int32 = isAsked && isSettled ? 0 : watched.contains { $0.isHolding } ? 1 : -1
            guard poll(&polled, nfds_t(polled.count), timeout) >= 0 || errno == EINTR else { break }
            if polled[0].revents != 0 { accept() }
            if polled[1].revents != 0 {
                var bytes = [UInt8](repeating: 0, count: 64)
                _ = read(doorbell.read, &bytes, bytes.count)
            }
            for (index, pair) in watched.enumerated() {
                pair.turn(client: polled[2 + index * 2].revents, server: polled[3 + index * 2].revents)
                shared.withLock { $0.passed[pair.number] = pair.passed }
            }
            pairs.removeAll { $0.isOver }
            tellSettled()
        }
        for pair in pairs { pair.end() }
        for descriptor in [listener, doorbell.read, doorbell.write] { close(descriptor) }
        for settling in shared.withLock({ $0.settling }) { settling.continuation.resume() }
    }

    /// Those who asked before this round began; a hang-up of before they asked has been seen by now.
    private func tellSettled() {
        guard !pairs.contains(where: { $0.isEnding }) else { return }
        let settled = shared.withLock { shared in
            let settled = shared.settling.filter { $0.after < shared.round }
            shared.settling.removeAll { $0.after < shared.round }
            return settled
        }
        for settled in settled { settled.continuation.resume() }
    }

    private func accept() {
        while true {
            let client = Glibc.accept(listener, nil, nil)
            guard client >= 0 else { return }
            let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            guard server >= 0, Loopback.connect(server, port: serverPort) else {
                close(client)
                if server >= 0 { close(server) }
                continue
            }
            let number = shared.withLock { shared in
                shared.passed.append((0, 0))
                return shared.passed.count - 1
            }
            pairs.append(Pair(number: number, client: client, server: server, fault: plan(number)))
        }
    }
}

/// Two sockets and what is between them.
private final class Pair {
    private struct Lane {
        var passed = 0
        var pending: [UInt8] = []
        var isStalled = false
        var held: ContinuousClock.Instant?
        var hasSplit = false
    }

    let number: Int
    private var client: Int32
    private var server: Int32
    private let fault: Fault
    private var toServer = Lane()
    private var toClient = Lane()
    /// The client is gone; what the server still says is thrown away until it hangs up.
    private(set) var isDraining = false
    /// The client has hung up, and what it said before that may still be on its way to the server.
    private var isClientGone = false
    /// The server is gone and the client is not to learn of it.
    private var isServerGone = false
    /// Linux's POLLRDHUP, which Glibc's module leaves out.
    private static let hangUp: Int16 = 0x2000

    init(number: Int, client: Int32, server: Int32, fault: Fault) {
        self.number = number
        self.client = client
        self.server = server
        self.fault = fault
        Loopback.becomeNonblocking(client)
        Loopback.becomeNonblocking(server)
        Loopback.sendAtOnce(client)
        Loopback.sendAtOnce(server)
    }

    var isOver: Bool { client < 0 && server < 0 }
    /// Nobody waits for this session any more, and the server has not ended it yet.
    var isEnding: Bool { isDraining || (isClientGone && !isOver) }
    var isHolding: Bool { toServer.held != nil || toClient.held != nil }
    var passed: (toServer: Int, toClient: Int) { (toServer.passed, toClient.passed) }

    func polled() -> [pollfd] {
        func events(reads source: Lane, writes destination: Lane) -> Int16 {
            var events = Self.hangUp
            if source.pending.isEmpty, !source.isStalled, source.held == nil { events |= Int16(POLLIN) }
            if !destination.pending.isEmpty { events |= Int16(POLLOUT) }
            return events
        }
        guard !isDraining else {
            return [pollfd(fd: -1, events: 0, revents: 0), pollfd(fd: server, events: Int16(POLLIN), revents: 0)]
        }
        return [
            pollfd(fd: client, events: events(reads: toServer, writes: toClient), revents: 0),
            pollfd(fd: isServerGone ? -1 : server, events: events(reads: toClient, writes: toServer), revents: 0),
        ]
    }

    func turn(client clientEvents: Int16, server serverEvents: Int16) {
        guard !isOver else { return }
        guard !isDraining else {
            if serverEvents != 0 { drain() }
            return
        }
        release(&toServer)
        release(&toClient)
        let gone = Self.hangUp | Int16(POLLHUP) | Int16(POLLERR)
        if clientEvents & gone != 0 { isClientGone = true }
        if serverEvents & gone != 0, toClient.isStalled { isServerGone = true }
        if serverEvents != 0 || !toClient.pending.isEmpty { forward(.toClient) }
        if !isOver, !isDraining, clientEvents != 0 || !toServer.pending.isEmpty { forward(.toServer) }
        // A stalled lane does not read, so that only the hang-up tells.
        if !isOver, !isDraining, clientEvents & gone != 0, toServer.isStalled || toServer.held != nil {
            cut(reset: false)
        }
    }

    private func release(_ lane: inout Lane) {
        if let held = lane.held, held <= .now { lane.held = nil }
    }

    private func forward(_ direction: Fault.Direction) {
        let (source, destination) = direction == .toServer ? (client, server) : (server, client)
        var lane = direction == .toServer ? toServer : toClient
        defer { if direction == .toServer { toServer = lane } else { toClient = lane } }
        if lane.pending.isEmpty, !lane.isStalled, lane.held == nil {
            let limit = limit(direction, lane)
            if limit > 0 {
                var bytes = [UInt8](repeating: 0, count: limit)
                let count = recv(source, &bytes, limit, 0)
                if count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR) { return hungUp(direction) }
                if count > 0 { lane.pending = Array(bytes[..<count]) }
            }
        }
        if !lane.pending.isEmpty {
            let sent = send(destination, lane.pending, lane.pending.count, Int32(MSG_NOSIGNAL))
            if sent < 0, errno != EAGAIN, errno != EINTR {
                return hungUp(direction == .toServer ? .toClient : .toServer)
            }
            if sent > 0 {
                lane.pending.removeFirst(sent)
                lane.passed += sent
            }
        }
        guard lane.pending.isEmpty else { return }
        switch fault {
        case .cut(direction, let position, let reset) where lane.passed >= position: cut(reset: reset)
        case .stall(direction, let position) where lane.passed >= position: lane.isStalled = true
        case .split(direction, let position) where lane.passed >= position && !lane.hasSplit:
            lane.hasSplit = true
            lane.held = .now + .milliseconds(1)
        default: break
        }
    }

    /// How many bytes may be read so that the fault strikes exactly where it should.
    private func limit(_ direction: Fault.Direction, _ lane: Lane) -> Int {
        switch fault {
        case .cut(direction, let position, _), .stall(direction, let position): min(16_384, position - lane.passed)
        case .split(direction, let position) where !lane.hasSplit: min(16_384, position - lane.passed)
        case .trickle: 1
        default: 16_384
        }
    }

    /// The source of a direction has ended.
    private func hungUp(_ direction: Fault.Direction) {
        if direction == .toServer {
            cut(reset: false)
        } else {
            end()
        }
    }

    private func cut(reset: Bool) {
        if reset { Loopback.resetOnClose(client) }
        close(client)
        client = -1
        shutdown(server, Int32(SHUT_WR))
        isDraining = true
    }

    private func drain() {
        var bytes = [UInt8](repeating: 0, count: 16_384)
        let count = recv(server, &bytes, bytes.count, 0)
        if count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR) { end() }
    }

    func end() {
        if client >= 0 { close(client) }
        if server >= 0 { close(server) }
        client = -1
        server = -1
        isDraining = false
    }
}
