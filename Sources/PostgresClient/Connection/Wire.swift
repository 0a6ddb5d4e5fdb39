import CLibPQ
import Foundation

/// A libpq connection and the operations on it.
///
/// libpq wants a connection used by one thread at a time (libpq chapter 34.20): here by whoever holds the lock. Whoever
/// starts an operation sends it on its own thread; the reactor's thread reads what arrives. So a statement costs one
/// hand-off, from the reactor to the task that waits, and not one each way.
///
/// An ordinary wire does one operation after the other. A shared one has up to `depth` on the way at once, answered in
/// order, each ended by a Sync of its own, so that none of them can fail another.
///
/// `@unchecked Sendable`: every stored property is constant or touched under the lock.
final class Wire: Reactor.Watcher, @unchecked Sendable {
    private let lock = NSLock()
    let reactor: Reactor
    let depth: Int
    let cancelGrace: Duration
    let transactionOpening: Statement?
    private(set) var connection: OpaquePointer?
    private var registration: Reactor.Registration?
    var inFlight: [WireOperation] = []
    var line: [WireOperation] = []
    private var wantsWrite = false
    private var wantsRead = true
    var cancelsUnderWay = 0
    private var isInPipelineMode = false
    var quiet: [@Sendable () -> Void] = []
    var done: [() -> Void] = []
    private(set) var onNotification: (@Sendable (PostgresNotification) -> Void)?
    private var onEnd: (@Sendable () -> Void)?
    private let brokenFlag = OnceFlag()
    /// Since when a cancel request of one operation may have hit another, as a count of requests sent.
    var cancelsSent = 0
    var cache: StatementCache
    var looking = Looking()
    /// Why the wire is down; nil while it works.
    private(set) var failure: String?

    init(connection: OpaquePointer, configuration: ConnectionConfiguration, reactor: Reactor, depth: Int = 1) {
        self.connection = connection
        self.reactor = reactor
        self.depth = max(depth, 1)
        cancelGrace = configuration.cancelGrace
        transactionOpening = configuration.transactionOpening
        cache = StatementCache(limit: configuration.statementCacheLimit, mode: configuration.preparedStatements)
    }

    deinit {
        stopWatching()
        if let connection { PQfinish(connection) }
    }

    /// Holds the lock for `body`, then tells those whose operations came to an end.
    func locked<Value>(_ body: () -> Value) -> Value {
        lock.lock()
        let value = body()
        let done = done
        if !done.isEmpty { self.done = [] }
        lock.unlock()
        for tell in done { tell() }
        return value
    }

    /// Whether the connection was seen to be down; may be asked from any thread, at no cost.
    var isBroken: Bool { brokenFlag.isSet }

    // MARK: Becoming ready

    /// The connection is established: nonblocking, in pipeline mode, watched.
    func becomeReady() throws {
        guard let connection, PQsetnonblocking(connection, 1) == 0, PQenterPipelineMode(connection) == 1 else {
            throw PostgresClientError.connectionFailed(message)
        }
        isInPipelineMode = true
        // libpq would print notices to standard error (libpq chapter 34.13).
        PQsetNoticeReceiver(connection, { _, _ in }, nil)
        lock.lock()
        registration = reactor.watch(PQsocket(connection), self, readable: true, writable: false)
        lock.unlock()
    }

    // MARK: From any thread

    /// Puts an operation in line, and sends it at once where nothing stands before it.
    func enqueue(_ operation: WireOperation) {
        locked {
            if let reason = operation.cancelReason { return end(operation, reason) }
            if let failure { return end(operation, PostgresClientError.connectionLost(failure)) }
            if let first = inFlight.first, first.waitsForCaller {
                return end(operation, PostgresClientError.streamUnderWay)
            }
            operation.place = .inLine
            line.append(operation)
            startNext()
            // libpq may have read an answer while it was sending.
            if operation.place == .inFlight { advance() }
        }
    }

    /// Lets the caller of an operation hand something in or take something out.
    func attend<Value>(to operation: WireOperation, _ body: () -> Value) -> Value {
        locked {
            defer { if operation.place == .inFlight { advance() } }
            return body()
        }
    }

    /// - Parameter end: called once the wire is down, also where it is already.
    func observe(
        notification: @escaping @Sendable (PostgresNotification) -> Void, end: @escaping @Sendable () -> Void
    ) {
        locked {
            onNotification = notification
            onEnd = end
            if failure != nil { done.append(end) }
        }
    }

    /// Reads something of the connection that libpq knows without asking the server; nil once it is closed.
    func ask<Value>(_ body: (OpaquePointer) -> Value) -> Value? { locked { connection.map(body) } }

    func close() {
        locked {
            fail("closed")
            if let connection { PQfinish(connection) }
            connection = nil
        }
    }

    // MARK: On the reactor's thread

    func socketIsReady(readable: Bool, writable: Bool) {
        locked {
            guard let connection, failure == nil else { return }
            let isOpen = !readable || PQconsumeInput(connection) == 1
            if readable { takeNotifications(from: connection) }
            // What arrived before the end still counts.
            advance()
            // Also what stood behind the answers.
            if readable { takeNotifications(from: connection) }
            if isOpen {
                drainIdle()
            } else {
                fail(message)
            }
        }
    }

    // MARK: Under the lock

    /// What libpq last had to say, on one line.
    var message: String {
        guard let connection else { return failure ?? "closed" }
        let text = String(cString: PQerrorMessage(connection)).trimmingCharacters(in: .whitespacesAndNewlines)
        return text.isEmpty ? "the server closed the connection" : text.replacingOccurrences(of: "\n", with: " ")
    }

    var isFlushed: Bool { !wantsWrite }

    /// Runs `body` once the lock is free.
    func tell(_ body: @escaping () -> Void) { done.append(body) }

    func startNext() {
        // A cancel request that is still on its way must not hit the operation after the one it was meant for.
        while cancelsUnderWay == 0, failure == nil, let operation = line.first {
            if let last = inFlight.last {
                guard inFlight.count < depth, operation.isPipelined, last.isPipelined, last.isSent else { return }
            }
            line.removeFirst()
            operation.place = .inFlight
            inFlight.append(operation)
            do {
                if operation.isPipelined != isInPipelineMode { try changeMode() }
                try operation.start(on: self)
                try send()
            } catch {
                fail(of: operation, error)
            }
        }
    }

    /// Sends what can be sent, then reads what has arrived, then starts what may start.
    func advance() {
        do {
            try send()
            while failure == nil, let operation = inFlight.first, try operation.proceed(on: self) {
                inFlight.removeFirst()
                if operation.wantsAnotherTurn(on: self) {
                    operation.place = .inLine
                    line.insert(operation, at: 0)
                } else {
                    end(operation, nil)
                }
            }
        } catch {
            if let operation = inFlight.first { fail(of: operation, error) }
        }
        guard failure == nil else { return }
        if let connection, PQstatus(connection) == CONNECTION_BAD { return fail(message) }
        if inFlight.isEmpty, !wantsRead { setWantsRead(true) }
        stopTheAbandoned()
        startNext()
        tellQuiet()
    }

    /// Flow control: what is sent waits for the kernel to take it, while answers go on being read, so that neither
    /// side's buffer can block the other and no more than a batch is buffered here.
    func send() throws {
        guard let connection, failure == nil else { return }
        while true {
            switch PQflush(connection) {
            case 0: setWantsWrite(false)
            case 1: return setWantsWrite(true)
            default: throw PostgresClientError.connectionLost(message)
            }
            guard let last = inFlight.last, !last.isSent else { return }
            try last.sendMore(on: self)
        }
    }

    private func setWantsWrite(_ wants: Bool) {
        guard wants != wantsWrite, failure == nil, let registration, socketIsOpen else { return }
        wantsWrite = wants
        reactor.change(registration, readable: wantsRead, writable: wants)
    }

    /// A reader that does not keep up lets the kernel's buffer fill and the server wait.
    func setWantsRead(_ wants: Bool) {
        guard wants != wantsRead, failure == nil, let registration, socketIsOpen else { return }
        wantsRead = wants
        reactor.change(registration, readable: wants, writable: wantsWrite)
    }

    /// libpq closes the socket by itself when it fails; its number may be another's by now.
    private var socketIsOpen: Bool {
        guard let connection, let registration else { return false }
        return PQsocket(connection) == registration.descriptor
    }

    private func stopWatching() {
        guard let registration else { return }
        reactor.forget(registration, isOpen: socketIsOpen)
        self.registration = nil
    }

    /// COPY, scripts and streams of rows leave pipeline mode for as long as they last; nothing is on the way then.
    private func changeMode() throws {
        guard let connection,
            isInPipelineMode ? PQexitPipelineMode(connection) == 1 : PQenterPipelineMode(connection) == 1
        else { throw PostgresClientError.connectionLost(message) }
        isInPipelineMode.toggle()
    }

    /// Between operations the server sends only notices, parameter changes, and its farewell.
    private func drainIdle() {
        guard inFlight.isEmpty, let connection, failure == nil else { return }
        if PQisBusy(connection) == 0, let result = PQgetResult(connection) {
            let error = PostgresError(result)
            PQclear(result)
            if error.isFatal { return fail(error.description) }
        }
        if PQstatus(connection) == CONNECTION_BAD { fail(message) }
    }

    func end(_ operation: WireOperation, _ error: (any Error)?) {
        operation.place = .over
        done.append(operation.finish(error))
    }

    /// What an operation left behind on the wire is not known: no later answer may be taken for another's.
    private func fail(of operation: WireOperation, _ error: any Error) {
        guard failure == nil else { return }
        inFlight.removeAll { $0 === operation }
        end(operation, operation.cancelReason ?? error)
        if case PostgresClientError.connectionLost(let reason) = error { fail(reason) } else { fail("\(error)") }
    }

    func fail(_ reason: String) {
        guard failure == nil else { return }
        failure = reason
        brokenFlag.set()
        stopWatching()
        let left = inFlight + line
        inFlight = []
        line = []
        for operation in left { end(operation, operation.cancelReason ?? PostgresClientError.connectionLost(reason)) }
        if let onEnd { done.append(onEnd) }
        onNotification = nil
        onEnd = nil
        tellQuiet()
    }
}
