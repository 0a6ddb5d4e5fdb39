import CLibPQ

/// COPY … TO STDOUT (libpq chapter 34.10), pulled: while nobody asks for the next chunk the socket is not read.
///
/// `@unchecked Sendable`: used on the reactor's thread alone; callers ask by `submit`.
final class CopyOutOperation: Wire.Operation, @unchecked Sendable {
    typealias Waiter = (Result<[UInt8]?, any Error>) -> Void
    private static let chunkSize = 64 * 1024

    private let sql: String
    private var isCopying = false
    private var isOver = false
    private var dataIsOver = false
    private var waiter: Waiter?
    private var error: (any Error)?

    init(_ sql: String) { self.sql = sql }

    func start(on wire: Wire) throws {
        try wire.leavePipelineMode()
        guard let connection = wire.connection, PQsendQuery(connection, sql) == 1 else {
            throw PostgresClientError.connectionLost(wire.message)
        }
    }

    /// Asks for the next chunk: some whole rows, or nil at the end.
    func next(on wire: Wire, _ waiter: @escaping Waiter) {
        guard !isOver else { return waiter(error.map { .failure($0) } ?? .success(nil)) }
        self.waiter = waiter
        wire.setWantsRead(true)
        wire.nudge(self)
    }

    func proceed(on wire: Wire) throws -> Bool {
        guard let connection = wire.connection else { throw PostgresClientError.connectionLost("closed") }
        if isCopying {
            guard waiter != nil else {
                wire.setWantsRead(false)
                return false
            }
            if try !takeChunk(from: connection) { return false }
        }
        while PQisBusy(connection) == 0 {
            guard let result = PQgetResult(connection) else {
                if PQstatus(connection) == CONNECTION_BAD { throw PostgresClientError.connectionLost(wire.message) }
                try wire.enterPipelineMode()
                return true
            }
            defer { PQclear(result) }
            switch PQresultStatus(result) {
            case PGRES_COPY_OUT where !dataIsOver:
                isCopying = true
                return try proceed(on: wire)
            case PGRES_COMMAND_OK: break
            case PGRES_FATAL_ERROR: error = PostgresError(result)
            default: error = PostgresClientError.copy("not a COPY … TO STDOUT")
            }
        }
        return false
    }

    /// True once the data is over and the command's end is to be read.
    private func takeChunk(from connection: OpaquePointer) throws -> Bool {
        var chunk: [UInt8] = []
        while chunk.count < Self.chunkSize {
            var row: UnsafeMutablePointer<CChar>?
            let length = PQgetCopyData(connection, &row, 1)
            if length > 0, let row {
                chunk.append(contentsOf: UnsafeRawBufferPointer(start: row, count: Int(length)))
                PQfreemem(row)
            } else if length == 0 {
                break
            } else {
                isCopying = false
                dataIsOver = true
                break
            }
        }
        if !chunk.isEmpty {
            let waiter = waiter
            self.waiter = nil
            waiter?(.success(chunk))
        }
        return dataIsOver
    }

    func finish(_ failure: (any Error)?) {
        isOver = true
        if let failure { error = failure }
        let waiter = waiter
        self.waiter = nil
        waiter?(error.map { .failure($0) } ?? .success(nil))
    }
}
