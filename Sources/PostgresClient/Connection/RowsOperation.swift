import CLibPQ

/// A statement whose rows are read one by one (single-row mode, libpq chapter 34.6). Not prepared by name: its plan is
/// for this once.
///
/// It stays in pipeline mode with a Sync of its own: libpq takes the first query after leaving and entering that mode
/// again for one in single-row mode too.
final class RowsOperation: PullOperation<[Row]>, @unchecked Sendable {
    private let statement: Statement
    private let chunkSize: Int
    private var names: ColumnNames?
    private var isSynced = false

    init(_ statement: Statement, chunkSize: Int) {
        self.statement = statement
        self.chunkSize = max(chunkSize, 1)
    }

    override var isPipelined: Bool { true }

    override func check() throws { try statement.checkSize() }

    override func start(on wire: Wire) throws {
        try wire.requireOpening()
        guard let connection = wire.connection else { throw PostgresClientError.connectionLost("closed") }
        _ = try Outgoing.send(statement, connection, orElse: wire)
        guard PQsetSingleRowMode(connection) == 1, PQpipelineSync(connection) == 1 else {
            throw PostgresClientError.connectionLost(wire.message)
        }
    }

    override func take(from connection: OpaquePointer, _ wire: Wire) throws -> Taken {
        var rows: [Row] = []
        while rows.count < chunkSize, !isSynced {
            guard let arrived = try result(from: connection, wire) else {
                return rows.isEmpty ? .nothingYet : .chunk(rows)
            }
            guard let result = arrived else { continue }
            switch PQresultStatus(result) {
            case PGRES_SINGLE_TUPLE:
                let names = names ?? ColumnNames(result)
                self.names = names
                if rows.isEmpty { rows.reserveCapacity(chunkSize) }
                rows.append(Row(result: QueryResult(box: ResultBox(result), names: names), index: 0))
            case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
                PQclear(result)
                throw PostgresClientError.copy("COPY has no rows")
            case PGRES_PIPELINE_SYNC:
                PQclear(result)
                isSynced = true
            default: PQclear(result)
            }
        }
        return rows.isEmpty ? .end : .chunk(rows)
    }

    override func drop(from connection: OpaquePointer, _ wire: Wire) throws -> Bool {
        while !isSynced, let arrived = try result(from: connection, wire) {
            guard let result = arrived else { continue }
            isSynced = PQresultStatus(result) == PGRES_PIPELINE_SYNC
            PQclear(result)
        }
        return isSynced
    }
}
