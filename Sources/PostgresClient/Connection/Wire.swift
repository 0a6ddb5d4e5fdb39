import CLibPQ
import Foundation

/// A libpq connection as the reactor's thread drives it: one operation at a time, the others in line.
///
/// `@unchecked Sendable`: every stored property is touched on the reactor's thread alone, except the constants.
final class Wire: Reactor.Watcher, @unchecked Sendable {
    /// Something to be done on the wire. Called on the reactor's thread.
    protocol Operation: AnyObject {
        /// Sends what it has to send. Throwing ends the operation with that error.
        func start(on wire: Wire) throws
        /// Looks at what arrived or can be sent now; true once the operation is over.
        func proceed(on wire: Wire) throws -> Bool
        /// The operation is over: `error` is nil where it ended by itself.
        func finish(_ error: (any Error)?)
    }

    let reactor = Reactor.shared
    private(set) var connection: OpaquePointer?
    private var descriptor: Int32 = -1
    private var current: (any Operation)?
    private var line: [any Operation] = []
    private var wantsWrite = false
    private var wantsRead = true
    private var cancelsUnderWay = 0
    var cache: StatementCache
    /// Why the wire is down; nil while it works.
    private(set) var failure: String?
    private let brokenFlag = BrokenFlag()
    private var onNotification: (@Sendable (PostgresNotification) -> Void)?
    private var onEnd: (@Sendable () -> Void)?

    init(connection: OpaquePointer, cacheLimit: Int) {
        self.connection = connection
        cache = StatementCache(limit: cacheLimit)
    }

    deinit {
        if let connection { PQfinish(connection) }
    }

    /// Whether the connection was seen to be down; may be asked from any thread.
    var isBroken: Bool { brokenFlag.isSet }

    /// What libpq last had to say, on one line.
    var message: String {
        guard let connection else { return failure ?? "closed" }
        let text = String(cString: PQerrorMessage(connection)).trimmingCharacters(in: .whitespacesAndNewlines)
        return text.isEmpty ? "the server closed the connection" : text.replacingOccurrences(of: "\n", with: " ")
    }

    // MARK: Becoming ready

    /// The connection is established: nonblocking, in pipeline mode, watched.
    func becomeReady() throws {
        guard let connection, PQsetnonblocking(connection, 1) == 0, PQenterPipelineMode(connection) == 1 else {
            throw PostgresClientError.connectionFailed(message)
        }
        // libpq would print notices to standard error (libpq chapter 34.13).
        PQsetNoticeReceiver(connection, { _, _ in }, nil)
        descriptor = PQsocket(connection)
        reactor.watch(descriptor, self, readable: true, writable: false)
    }

    // MARK: Operations

    func enqueue(_ operation: any Operation) {
        if let failure {
            operation.finish(PostgresClientError.connectionLost(failure))
            return
        }
        line.append(operation)
        startNext()
    }

    /// Gives up on an operation whose caller no longer waits: it leaves the line, or the server is asked to stop it.
    func cancel(_ operation: any Operation) {
        if let index = line.firstIndex(where: { $0 === operation }) {
            line.remove(at: index)
            operation.finish(CancellationError())
        } else if current === operation {
            requestCancel()
        }
    }

    private func startNext() {
        // A cancel request that is still on its way must not hit the operation after the one it was meant for.
        guard current == nil, cancelsUnderWay == 0, failure == nil, !line.isEmpty else { return }
        let operation = line.removeFirst()
        current = operation
        do {
            try operation.start(on: self)
            try flush()
            try proceed()
        } catch {
            end(operation, error)
        }
    }

    private func proceed() throws {
        guard let operation = current else { return }
        if try operation.proceed(on: self) { end(operation, nil) }
    }

    private func end(_ operation: any Operation, _ error: (any Error)?) {
        guard current === operation else { return }
        current = nil
        operation.finish(error)
        if let connection, PQstatus(connection) == CONNECTION_BAD { fail(message) }
        // What the operation left behind on the wire is not known: no later answer may be taken for another's.
        if let error = error as? PostgresClientError { fail(String(describing: error)) }
        if wantsRead == false { setWantsRead(true) }
        startNext()
    }

    func socketIsReady(readable: Bool, writable: Bool) {
        guard let connection, failure == nil else { return }
        if readable, PQconsumeInput(connection) == 0 {
            fail(message)
            return
        }
        takeNotifications(from: connection)
        do {
            if wantsWrite { try flush() }
            try proceed()
            if current == nil { drainIdle() }
        } catch {
            if let operation = current { end(operation, error) }
        }
    }

    /// Between operations the server sends only notices, parameter changes, and its farewell.
    private func drainIdle() {
        guard let connection, failure == nil else { return }
        if PQstatus(connection) == CONNECTION_BAD { fail(message) }
        if PQisBusy(connection) == 0, let result = PQgetResult(connection) {
            PQclear(result)
            if PQstatus(connection) == CONNECTION_BAD { fail(message) }
        }
    }

    /// - Parameter end: called once the wire is down, also where it is already.
    func observe(
        notification: @escaping @Sendable (PostgresNotification) -> Void, end: @escaping @Sendable () -> Void
    ) {
        onNotification = notification
        onEnd = end
        if failure != nil { end() }
    }

    /// They may come at any time, also among the answers of a statement.
    private func takeNotifications(from connection: OpaquePointer) {
        _ = PQisBusy(connection)  // reads the messages that have arrived
        while let notice = PQnotifies(connection) {
            defer { PQfreemem(notice) }
            onNotification?(
                PostgresNotification(
                    channel: String(cString: notice.pointee.relname), payload: String(cString: notice.pointee.extra),
                    senderProcess: notice.pointee.be_pid))
        }
    }

    /// Sends what libpq has buffered; what the kernel does not take now goes when the socket can be written again.
    func flush() throws {
        guard let connection else { return }
        switch PQflush(connection) {
        case 0: setWantsWrite(false)
        case 1: setWantsWrite(true)
        default: throw PostgresClientError.connectionLost(message)
        }
    }

    var isFlushed: Bool { !wantsWrite }

    private func setWantsWrite(_ wants: Bool) {
        guard wants != wantsWrite, failure == nil else { return }
        wantsWrite = wants
        reactor.watch(descriptor, self, readable: wantsRead, writable: wants)
    }

    /// A reader that does not keep up lets the kernel's buffer fill and the server wait.
    func setWantsRead(_ wants: Bool) {
        guard wants != wantsRead, failure == nil else { return }
        wantsRead = wants
        reactor.watch(descriptor, self, readable: wants, writable: wantsWrite)
    }

    /// COPY and scripts leave pipeline mode for as long as they last.
    func leavePipelineMode() throws {
        guard let connection, PQexitPipelineMode(connection) == 1 else {
            throw PostgresClientError.connectionLost(message)
        }
    }

    func enterPipelineMode() throws {
        guard let connection, PQenterPipelineMode(connection) == 1 else {
            throw PostgresClientError.connectionLost(message)
        }
    }

    /// Something new for the operation under way to look at, such as data from its caller.
    func nudge(_ operation: any Operation) {
        guard current === operation else { return }
        do {
            try flush()
            try proceed()
        } catch {
            end(operation, error)
        }
    }

    // MARK: Ending

    private func fail(_ reason: String) {
        guard failure == nil else { return }
        failure = reason
        brokenFlag.set()
        reactor.forget(descriptor)
        let error = PostgresClientError.connectionLost(reason)
        let waiting = line
        line = []
        if let operation = current {
            current = nil
            operation.finish(error)
        }
        for operation in waiting { operation.finish(error) }
        onEnd?()
    }

    func close() {
        fail("closed")
        if let connection { PQfinish(connection) }
        connection = nil
    }

    // MARK: Cancelling

    /// `PQcancel` opens a connection of its own and blocks, so it runs on a queue of its own (libpq chapter 34.7).
    private func requestCancel() {
        guard let connection, let key = PQgetCancel(connection) else { return }
        cancelsUnderWay += 1
        let pending = PendingCancel(key: key)
        PendingCancel.queue.async { [self] in
            pending.send()
            reactor.submit { [self] in
                cancelsUnderWay -= 1
                startNext()
            }
        }
    }
}

/// A cancel request on its way. `@unchecked Sendable`: the key is used by the one block that sends it.
private final class PendingCancel: @unchecked Sendable {
    static let queue = DispatchQueue(label: "postgres-cancel", attributes: .concurrent)
    private let key: OpaquePointer
    init(key: OpaquePointer) { self.key = key }
    deinit { PQfreeCancel(key) }

    func send() {
        var buffer = [CChar](repeating: 0, count: 256)
        _ = PQcancel(key, &buffer, Int32(buffer.count))
    }
}
