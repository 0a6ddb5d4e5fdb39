import CLibPQ
import Foundation

/// Connecting, step by step (`PQconnectPoll`, libpq chapter 34.1). On the reactor's thread, except libpq's own steps: each
/// may go on to the next host, look up its name, and block.
///
/// `@unchecked Sendable`: after `start` everything happens on the reactor's thread; a step has the connection to itself.
final class ConnectOperation: Reactor.Watcher, @unchecked Sendable {
    private let configuration: ConnectionConfiguration
    private let depth: Int
    private let deadline: ContinuousClock.Instant?
    private let reactor = Reactor.next()
    private var completion: (@Sendable (Result<Wire, any Error>) -> Void)?
    private var connection: OpaquePointer?
    private var registration: Reactor.Registration?
    private var timer: UInt64?
    private var isOver = false

    init(_ configuration: ConnectionConfiguration, depth: Int, deadline: ContinuousClock.Instant?) {
        self.configuration = configuration
        self.depth = depth
        self.deadline = deadline
    }

    func start(_ completion: @escaping @Sendable (Result<Wire, any Error>) -> Void) {
        let limit = ContinuousClock.now + configuration.connectTimeout
        reactor.submit { [self] in
            guard !isOver else { return completion(.failure(CancellationError())) }
            self.completion = completion
            if let deadline, deadline < limit {
                timer = reactor.schedule(at: deadline) { [self] in
                    end(.failure(PostgresClientError.deadlineExceeded))
                }
            } else {
                timer = reactor.schedule(at: limit) { [self] in
                    let words = "no connection within \(configuration.connectTimeout), all hosts together"
                    end(.failure(PostgresClientError.connectionFailed(words)))
                }
            }
            BlockingThreads.shared.run { [self] in
                let started = begin()
                reactor.submit { [self] in adopt(started) }
            }
        }
    }

    func cancel() {
        reactor.submit { [self] in end(.failure(CancellationError())) }
    }

    private struct Started: @unchecked Sendable {  // handed from the blocking thread to the reactor, once
        var connection: OpaquePointer?
    }

    /// `expand_dbname` lets a whole conninfo string or URL stand for `dbname`; later keywords win.
    private func begin() -> Started {
        let words = [("dbname", configuration.conninfo)] + configuration.options.sorted { $0.key < $1.key }
        let keys = words.map { strdup($0.0) }
        let values = words.map { strdup($0.1) }
        defer { (keys + values).forEach { free($0) } }
        let connection = (keys.map { UnsafePointer($0) } + [nil]).withUnsafeBufferPointer { keys in
            (values.map { UnsafePointer($0) } + [nil]).withUnsafeBufferPointer { values in
                PQconnectStartParams(keys.baseAddress, values.baseAddress, 1)
            }
        }
        return Started(connection: connection)
    }

    private func adopt(_ started: Started) {
        guard let opened = started.connection else {
            end(.failure(PostgresClientError.connectionFailed("out of memory")))
            return
        }
        guard !isOver else {
            PQfinish(opened)
            return
        }
        connection = opened
        if PQstatus(opened) == CONNECTION_BAD {
            fail()
        } else {
            follow(PGRES_POLLING_WRITING)
        }
    }

    func socketIsReady(readable: Bool, writable: Bool) {
        guard let connection, !isOver else { return }
        // The socket may be another after each step, as one host after the other is tried.
        if let registration { reactor.forget(registration) }
        registration = nil
        let taken = Started(connection: connection)
        self.connection = nil
        BlockingThreads.shared.run { [self] in
            let status = PQconnectPoll(taken.connection)
            reactor.submit { [self] in
                guard !isOver else { return PQfinish(taken.connection) }
                self.connection = taken.connection
                follow(status)
            }
        }
    }

    private func follow(_ status: PostgresPollingStatusType) {
        guard let connection else { return }
        switch status {
        case PGRES_POLLING_READING, PGRES_POLLING_WRITING:
            let descriptor = PQsocket(connection)
            guard descriptor >= 0 else { return fail() }
            let writing = status == PGRES_POLLING_WRITING
            registration = reactor.watch(descriptor, self, readable: !writing, writable: writing)
        case PGRES_POLLING_OK:
            let wire = Wire(connection: connection, configuration: configuration, reactor: reactor, depth: depth)
            self.connection = nil
            do {
                try wire.becomeReady()
                end(.success(wire))
            } catch {
                end(.failure(error))
            }
        default: fail()
        }
    }

    private func fail() {
        let text = connection.map { String(cString: PQerrorMessage($0)) } ?? ""
        let line = text.trimmingCharacters(in: .whitespacesAndNewlines).replacingOccurrences(of: "\n", with: " ")
        end(.failure(PostgresClientError.connectionFailed(line)))
    }

    private func end(_ result: Result<Wire, any Error>) {
        guard !isOver else { return }
        isOver = true
        if let timer { reactor.cancelTimer(timer) }
        if let registration { reactor.forget(registration) }
        registration = nil
        if let connection {
            PQfinish(connection)
            self.connection = nil
        }
        let completion = completion
        self.completion = nil
        completion?(result)
    }
}
