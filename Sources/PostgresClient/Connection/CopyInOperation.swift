import CLibPQ

/// COPY … FROM STDIN (libpq chapter 34.10): chunks go out as fast as the server takes them, and no faster.
///
/// `@unchecked Sendable`: used on the reactor's thread alone; callers hand in their chunks by `submit`.
final class CopyInOperation: Wire.Operation, @unchecked Sendable {
    private enum Phase { case opening, copying, ending }
    typealias Waiter = (Result<Void, any Error>) -> Void

    private let sql: String
    private var phase = Phase.opening
    private var opened: Waiter?
    private var taken: Waiter?
    private var ended: ((Result<Int, any Error>) -> Void)?
    private var rows = 0
    private var error: (any Error)?

    init(_ sql: String, opened: @escaping Waiter) {
        self.sql = sql
        self.opened = opened
    }

    func start(on wire: Wire) throws {
        try wire.leavePipelineMode()
        guard let connection = wire.connection, PQsendQuery(connection, sql) == 1 else {
            throw PostgresClientError.connectionLost(wire.message)
        }
    }

    func put(_ bytes: [UInt8], on wire: Wire, _ waiter: @escaping Waiter) {
        guard phase == .copying, let connection = wire.connection else {
            return waiter(.failure(error ?? PostgresClientError.copy("COPY is not open")))
        }
        let queued = bytes.withUnsafeBytes { buffer in
            PQputCopyData(connection, buffer.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(buffer.count))
        }
        guard queued == 1 else { return waiter(.failure(PostgresClientError.connectionLost(wire.message))) }
        taken = waiter
        wire.nudge(self)
    }

    /// - Parameter reason: why the caller gives up; the server then takes nothing in.
    func end(_ reason: String?, on wire: Wire, _ waiter: @escaping (Result<Int, any Error>) -> Void) {
        guard phase == .copying, let connection = wire.connection else {
            return waiter(.failure(error ?? PostgresClientError.copy("COPY is not open")))
        }
        phase = .ending
        ended = waiter
        _ = PQputCopyEnd(connection, reason)
        wire.nudge(self)
    }

    func proceed(on wire: Wire) throws -> Bool {
        guard let connection = wire.connection else { throw PostgresClientError.connectionLost("closed") }
        if phase == .copying {
            if wire.isFlushed, let waiter = taken {
                taken = nil
                waiter(.success(()))
            }
            return false
        }
        while PQisBusy(connection) == 0 {
            guard let result = PQgetResult(connection) else {
                if PQstatus(connection) == CONNECTION_BAD { throw PostgresClientError.connectionLost(wire.message) }
                try wire.enterPipelineMode()
                return true
            }
            defer { PQclear(result) }
            switch PQresultStatus(result) {
            case PGRES_COPY_IN:
                phase = .copying
                opened?(.success(()))
                opened = nil
                return false
            case PGRES_COMMAND_OK: rows = Int(String(cString: PQcmdTuples(result))) ?? 0
            case PGRES_FATAL_ERROR: error = PostgresError(result)
            default: error = PostgresClientError.copy("not a COPY … FROM STDIN")
            }
        }
        return false
    }

    func finish(_ failure: (any Error)?) {
        let failure =
            failure ?? error ?? (phase == .opening ? PostgresClientError.copy("not a COPY … FROM STDIN") : nil)
        error = failure
        let done = phase
        phase = .ending
        if let failure {
            opened?(.failure(failure))
            taken?(.failure(failure))
            ended?(.failure(failure))
        } else if done == .ending {
            ended?(.success(rows))
        }
        opened = nil
        taken = nil
        ended = nil
    }
}
