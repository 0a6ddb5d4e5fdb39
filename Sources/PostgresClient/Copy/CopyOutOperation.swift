import CLibPQ

/// COPY … TO STDOUT (libpq chapter 34.10).
final class CopyOutOperation: PullOperation<[UInt8]>, @unchecked Sendable {
    private enum Phase { case opening, copying, ending }
    private static let chunkSize = 64 * 1024

    private let sql: String
    private var phase = Phase.opening

    init(_ sql: String) { self.sql = sql }

    override func send(_ connection: OpaquePointer) -> Bool { PQsendQuery(connection, sql) == 1 }

    override func take(from connection: OpaquePointer, _ wire: Wire) throws -> Taken {
        while true {
            if phase == .copying {
                let chunk = takeData(from: connection)
                if !chunk.isEmpty { return .chunk(chunk) }
                if phase == .copying { return .nothingYet }
            }
            guard let arrived = try result(from: connection, wire) else { return .nothingYet }
            guard let result = arrived else { return .end }
            defer { PQclear(result) }
            switch PQresultStatus(result) {
            case PGRES_COPY_OUT where phase == .opening: phase = .copying
            case PGRES_COMMAND_OK where phase == .ending, PGRES_FATAL_ERROR: break
            case PGRES_COPY_OUT: throw PostgresClientError.copy("another COPY than was asked for")
            case PGRES_COPY_IN, PGRES_COPY_BOTH: throw PostgresClientError.copy("not a COPY … TO STDOUT")
            default: error = PostgresClientError.copy("not a COPY … TO STDOUT")
            }
        }
    }

    /// Whole rows, as many as make a chunk.
    private func takeData(from connection: OpaquePointer) -> [UInt8] {
        var chunk: [UInt8] = []
        while chunk.count < Self.chunkSize {
            var row: UnsafeMutablePointer<CChar>?
            let length = PQgetCopyData(connection, &row, 1)
            guard length > 0, let row else {
                if length < 0 { phase = .ending }
                break
            }
            if chunk.isEmpty { chunk.reserveCapacity(Self.chunkSize + Int(length)) }
            chunk.append(contentsOf: UnsafeRawBufferPointer(start: row, count: Int(length)))
            PQfreemem(row)
        }
        return chunk
    }

    override func drop(from connection: OpaquePointer, _ wire: Wire) throws -> Bool {
        while true {
            switch try take(from: connection, wire) {
            case .chunk: continue
            case .nothingYet: return false
            case .end: return true
            }
        }
    }
}
