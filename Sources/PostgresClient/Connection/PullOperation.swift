import CLibPQ

/// Something that the server sends in many pieces, pulled by its reader: rows, or the data of a COPY … TO STDOUT. One
/// chunk is read ahead; while nobody takes it the socket is not read, the kernel's buffer fills, and the server waits.
///
/// Left before its end the server is told to stop, and the rest is read and dropped, so that the connection is clean
/// again; where that takes too long it is closed.
class PullOperation<Chunk: Sendable>: WireOperation, @unchecked Sendable {
    typealias Waiter = @Sendable (Result<Chunk?, any Error>) -> Void
    enum Taken {
        case chunk(Chunk)
        /// Nothing more has arrived yet.
        case nothingYet
        case end
    }

    private var waiter: Waiter?
    private var ready: Chunk?
    private var isAtEnd = false
    /// The server's, or one of this side; said after the chunks before it.
    final var error: (any Error)?

    /// Whether it can be sent at all; asked before anything is on the wire.
    func check() throws {}
    /// Sends the command; true where libpq took it.
    func send(_ connection: OpaquePointer) -> Bool { false }
    /// Makes a chunk of what has arrived.
    func take(from connection: OpaquePointer, _ wire: Wire) throws -> Taken { .end }
    /// Reads and drops what has arrived; true at the end.
    func drop(from connection: OpaquePointer, _ wire: Wire) throws -> Bool { true }

    override var waitsForCaller: Bool { waiter == nil && !isAbandoned && place == .inFlight }

    override func start(on wire: Wire) throws {
        try wire.requireOpening()
        guard let connection = wire.connection, send(connection) else {
            throw PostgresClientError.connectionLost(wire.message)
        }
    }

    /// Called by `Wire.attend`: the next chunk, nil at the end, or by way of the waiter once there is one.
    ///
    /// - Returns: what is there already.
    func next(on wire: Wire, _ waiter: @escaping Waiter) -> Result<Chunk?, any Error>? {
        if let chunk = ready {
            ready = nil
            wire.setWantsRead(true)
            return .success(chunk)
        }
        if place == .over { return error.map { .failure($0) } ?? .success(nil) }
        self.waiter = waiter
        return nil
    }

    override func proceed(on wire: Wire) throws -> Bool {
        guard let connection = wire.connection else { throw PostgresClientError.connectionLost("closed") }
        if isAbandoned {
            ready = nil
            return try drop(from: connection, wire)
        }
        while ready == nil, !isAtEnd {
            switch try take(from: connection, wire) {
            case .nothingYet: return false
            case .end: isAtEnd = true
            case .chunk(let chunk):
                if let waiter {
                    self.waiter = nil
                    wire.tell { waiter(.success(chunk)) }
                } else {
                    ready = chunk
                }
            }
        }
        if isAtEnd { return true }
        wire.setWantsRead(false)
        return false
    }

    /// What libpq says of the command between and after its pieces; nil while nothing has arrived.
    final func result(from connection: OpaquePointer, _ wire: Wire) throws -> OpaquePointer?? {
        guard PQisBusy(connection) == 0 else { return nil }
        guard let result = PQgetResult(connection) else {
            if PQstatus(connection) == CONNECTION_BAD { throw PostgresClientError.connectionLost(wire.message) }
            return .some(nil)
        }
        guard PQresultStatus(result) == PGRES_FATAL_ERROR else { return result }
        let found = PostgresError(result)
        if found.isFatal {
            PQclear(result)
            throw PostgresClientError.connectionLost(found.description)
        }
        if error == nil { error = meaning(of: found) }
        return result
    }

    override func finish(_ failure: (any Error)?) -> () -> Void {
        if let failure { error = failure }
        guard let waiter else { return {} }
        self.waiter = nil
        let error = error
        return { waiter(error.map { .failure($0) } ?? .success(nil)) }
    }
}
