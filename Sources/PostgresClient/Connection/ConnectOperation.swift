import CLibPQ
import Foundation

/// Connecting, step by step (`PQconnectPoll`, libpq chapter 34.1). On the reactor's thread, except the start, where
/// libpq may look up a host name and block.
///
/// `@unchecked Sendable`: after `start` everything happens on the reactor's thread.
final class ConnectOperation: Reactor.Watcher, @unchecked Sendable {
    private static let queue = DispatchQueue(label: "postgres-connect", attributes: .concurrent)
    private let configuration: ConnectionConfiguration
    private let completion: @Sendable (Result<Wire, any Error>) -> Void
    private var connection: OpaquePointer?
    private var descriptor: Int32 = -1
    private var timer: UInt64?
    private var isOver = false

    init(_ configuration: ConnectionConfiguration, completion: @escaping @Sendable (Result<Wire, any Error>) -> Void) {
        self.configuration = configuration
        self.completion = completion
    }

    func start() {
        timer = Reactor.shared.schedule(after: configuration.connectTimeout) { [self] in
            end(.failure(PostgresClientError.connectionFailed("no connection within \(configuration.connectTimeout)")))
        }
        Self.queue.async { [self] in
            let started = begin()
            Reactor.shared.submit { [self] in adopt(started) }
        }
    }

    private struct Started: @unchecked Sendable {  // handed from the connecting queue to the reactor, once
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
        follow(PQconnectPoll(connection))
    }

    /// The socket may be another after each step, as one host after the other is tried.
    private func follow(_ status: PostgresPollingStatusType) {
        guard let connection else { return }
        if descriptor >= 0 { Reactor.shared.forget(descriptor) }
        switch status {
        case PGRES_POLLING_READING, PGRES_POLLING_WRITING:
            descriptor = PQsocket(connection)
            guard descriptor >= 0 else { return fail() }
            let writing = status == PGRES_POLLING_WRITING
            Reactor.shared.watch(descriptor, self, readable: !writing, writable: writing)
        case PGRES_POLLING_OK:
            let wire = Wire(connection: connection, cacheLimit: configuration.statementCacheLimit)
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
        if let timer { Reactor.shared.cancelTimer(timer) }
        if let connection {
            if descriptor >= 0 { Reactor.shared.forget(descriptor) }
            PQfinish(connection)
            self.connection = nil
        }
        completion(result)
    }
}
