import CLibPQ

/// COPY … FROM STDIN (libpq chapter 34.10): chunks go out as fast as the server takes them, and no faster.
final class CopyInOperation: WireOperation, @unchecked Sendable {
    private enum Phase { case opening, copying, ending }

    private let sql: String
    private var phase = Phase.opening
    private var opened: CheckedContinuation<Void, any Error>?
    /// Those whose chunks the kernel has not taken yet: a writer may be used by several tasks.
    private var taken: [CheckedContinuation<Void, any Error>] = []
    private var ended: CheckedContinuation<Int, any Error>?
    private var rows = 0
    private var error: (any Error)?

    init(_ sql: String) { self.sql = sql }

    override var waitsForCaller: Bool { phase == .copying && taken.isEmpty }

    override func start(on wire: Wire) throws {
        try wire.requireOpening()
        guard let connection = wire.connection, PQsendQuery(connection, sql) == 1 else {
            throw PostgresClientError.connectionLost(wire.message)
        }
    }

    /// By `Wire.attend`, before the operation is put in line.
    func open(_ continuation: CheckedContinuation<Void, any Error>) { opened = continuation }

    /// By `Wire.attend`: true where the kernel took all of it at once, so that there is nothing to wait for.
    ///
    /// - Throws: where COPY is not open any more, and why.
    func put(_ bytes: UnsafeRawBufferPointer, on wire: Wire) throws -> Bool {
        guard phase == .copying, let connection = wire.connection else {
            throw error ?? PostgresClientError.copy("COPY is not open")
        }
        guard bytes.count <= Int(Int32.max) else {
            throw PostgresClientError.tooLarge("\(bytes.count) bytes in one chunk")
        }
        let start = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
        guard PQputCopyData(connection, start, Int32(bytes.count)) == 1 else {
            throw PostgresClientError.connectionLost(wire.message)
        }
        try wire.send()
        return wire.isFlushed
    }

    /// By `Wire.attend`, after `put`: told once the kernel has taken everything.
    func waitUntilTaken(_ continuation: CheckedContinuation<Void, any Error>, on wire: Wire) {
        guard place != .over else {
            let error = error ?? PostgresClientError.copy("COPY is not open")
            return wire.tell { continuation.resume(throwing: error) }
        }
        taken.append(continuation)
    }

    /// By `Wire.attend`.
    ///
    /// - Parameter reason: why the caller gives up; the server then takes nothing in.
    func end(_ reason: String?, _ continuation: CheckedContinuation<Int, any Error>, on wire: Wire) {
        guard phase == .copying, let connection = wire.connection else {
            let error = error ?? PostgresClientError.copy("COPY is not open")
            return wire.tell { continuation.resume(throwing: error) }
        }
        phase = .ending
        ended = continuation
        _ = PQputCopyEnd(connection, reason)
    }

    override func proceed(on wire: Wire) throws -> Bool {
        guard let connection = wire.connection else { throw PostgresClientError.connectionLost("closed") }
        if phase == .copying {
            if wire.isFlushed, !taken.isEmpty {
                let all = taken
                taken = []
                wire.tell { for continuation in all { continuation.resume() } }
            }
            return false
        }
        while PQisBusy(connection) == 0 {
            guard let result = PQgetResult(connection) else {
                if PQstatus(connection) == CONNECTION_BAD { throw PostgresClientError.connectionLost(wire.message) }
                return true
            }
            defer { PQclear(result) }
            switch PQresultStatus(result) {
            case PGRES_COPY_IN where phase == .opening:
                phase = .copying
                if let opened {
                    self.opened = nil
                    wire.tell { opened.resume() }
                }
                return false
            case PGRES_COMMAND_OK where phase == .ending: rows = Int(String(cString: PQcmdTuples(result))) ?? 0
            case PGRES_FATAL_ERROR:
                let found = PostgresError(result)
                if found.isFatal { throw PostgresClientError.connectionLost(found.description) }
                error = meaning(of: found)
            case PGRES_COPY_IN: throw PostgresClientError.copy("another COPY than was asked for")
            case PGRES_COPY_OUT, PGRES_COPY_BOTH: throw PostgresClientError.copy("not a COPY … FROM STDIN")
            default: error = PostgresClientError.copy("not a COPY … FROM STDIN")
            }
        }
        return false
    }

    override func finish(_ failure: (any Error)?) -> () -> Void {
        let failure =
            failure ?? error ?? (phase == .opening ? PostgresClientError.copy("not a COPY … FROM STDIN") : nil)
        error = failure
        phase = .ending
        let (opened, taken, ended, rows) = (opened, taken, ended, rows)
        (self.opened, self.taken, self.ended) = (nil, [], nil)
        return {
            guard let failure else {
                for continuation in taken { continuation.resume() }
                ended?.resume(returning: rows)
                return
            }
            opened?.resume(throwing: failure)
            for continuation in taken { continuation.resume(throwing: failure) }
            ended?.resume(throwing: failure)
        }
    }
}
