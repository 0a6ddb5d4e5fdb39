import CLibPQ

/// Statements sent in one go and answered in one go (pipeline mode, libpq chapter 34.5). One sync at the end makes
/// them one implicit transaction where none is open: all take effect or none.
///
/// `@unchecked Sendable`: made by the caller, then used on the reactor's thread alone.
final class PipelineOperation: Wire.Operation, @unchecked Sendable {
    private enum Step {
        case prepare(StatementCache.Key)
        case execute(StatementCache.Key)
        case deallocate
        case sync
    }

    private let statements: [Statement]
    private let completion: (Result<[QueryResult], any Error>) -> Void
    private var steps: [Step] = []
    private var position = 0
    private var results: [QueryResult] = []
    private var error: PostgresError?
    private var retried = false
    private var wasInTransaction = false

    init(_ statements: [Statement], completion: @escaping (Result<[QueryResult], any Error>) -> Void) {
        self.statements = statements
        self.completion = completion
    }

    func start(on wire: Wire) throws {
        guard let connection = wire.connection else { throw PostgresClientError.connectionLost("closed") }
        wasInTransaction = PQtransactionStatus(connection) != PQTRANS_IDLE
        steps = []
        position = 0
        results = []
        error = nil
        let keys = statements.map { StatementCache.Key(sql: $0.sql, types: $0.parameters.map(\.type)) }
        for (statement, key) in zip(statements, keys) {
            let prepared = try wire.cache.lookup(key) ?? prepare(key, on: wire, connection)
            steps.append(.execute(key))
            try Outgoing.send(statement.parameters, to: prepared.name, connection, orElse: wire)
        }
        for name in wire.cache.evict(keeping: Set(keys)) {
            steps.append(.deallocate)
            guard PQsendQueryParams(connection, "DEALLOCATE \(name)", 0, nil, nil, nil, nil, 0) == 1 else {
                throw PostgresClientError.connectionLost(wire.message)
            }
        }
        steps.append(.sync)
        guard PQpipelineSync(connection) == 1 else { throw PostgresClientError.connectionLost(wire.message) }
    }

    private func prepare(_ key: StatementCache.Key, on wire: Wire, _ connection: OpaquePointer) throws
        -> StatementCache.Prepared
    {
        let prepared = wire.cache.insert(key)
        steps.append(.prepare(key))
        let types = key.types.map(\.rawValue)
        guard PQsendPrepare(connection, prepared.name, key.sql, Int32(types.count), types) == 1 else {
            throw PostgresClientError.connectionLost(wire.message)
        }
        return prepared
    }

    func proceed(on wire: Wire) throws -> Bool {
        guard let connection = wire.connection else { throw PostgresClientError.connectionLost("closed") }
        while PQisBusy(connection) == 0 {
            guard let result = PQgetResult(connection) else {
                if PQstatus(connection) == CONNECTION_BAD { throw PostgresClientError.connectionLost(wire.message) }
                // The end of one command's results; the next command's follow.
                if position >= steps.count { return true }
                continue
            }
            if try take(result, on: wire) {
                return try retryIfPlanIsStale(on: wire)
            }
        }
        return false
    }

    /// Takes one result; true at the sync.
    private func take(_ result: OpaquePointer, on wire: Wire) throws -> Bool {
        let status = PQresultStatus(result)
        guard position < steps.count else {
            PQclear(result)
            throw PostgresClientError.connectionLost("an answer without a question")
        }
        let step = steps[position]
        position += 1
        switch status {
        case PGRES_PIPELINE_SYNC:
            PQclear(result)
            return true
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK:
            if case .execute(let key) = step {
                results.append(keep(result, key, on: wire))
            } else {
                PQclear(result)
            }
        case PGRES_PIPELINE_ABORTED:
            PQclear(result)
            forget(step, on: wire)
        case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
            PQclear(result)
            throw PostgresClientError.copy("COPY is not a statement of a pipeline")
        default:
            if error == nil { error = PostgresError(result) }
            PQclear(result)
            forget(step, on: wire)
        }
        return false
    }

    private func keep(_ result: OpaquePointer, _ key: StatementCache.Key, on wire: Wire) -> QueryResult {
        let known = wire.cache.lookup(key)?.columns
        let names: ColumnNames
        if let known, known.names.count == Int(PQnfields(result)) {
            names = known
        } else {
            names = ColumnNames(result)
            wire.cache.remember(columns: names, for: key)
        }
        return QueryResult(box: ResultBox(result), names: names)
    }

    /// A statement that was not prepared, or whose plan is stale, must not be believed to be there.
    private func forget(_ step: Step, on wire: Wire) {
        switch step {
        case .prepare(let key): wire.cache.remove(key)
        case .execute(let key): if error?.isStalePlan == true { wire.cache.remove(key) }
        case .deallocate, .sync: break
        }
    }

    /// After DISCARD ALL or a change of schema the server knows better; outside a transaction nothing took effect, so
    /// the whole pipeline is sent once more.
    private func retryIfPlanIsStale(on wire: Wire) throws -> Bool {
        guard let error, error.isStalePlan else { return true }
        wire.cache.removeAll()
        guard !wasInTransaction, !retried else { return true }
        retried = true
        try start(on: wire)
        try wire.flush()
        return try proceed(on: wire)
    }

    func finish(_ failure: (any Error)?) {
        if let failure {
            completion(.failure(failure))
        } else if let error {
            completion(.failure(error))
        } else {
            completion(.success(results))
        }
    }
}

/// Hands parameters to libpq without a copy of its own for each.
enum Outgoing {
    static func send(_ parameters: [Parameter], to name: String, _ connection: OpaquePointer, orElse wire: Wire) throws
    {
        let count = parameters.count
        let size = parameters.reduce(0) { $0 + ($1.bytes?.count ?? 0) }
        let sent = withUnsafeTemporaryAllocation(byteCount: max(size, 1), alignment: 1) { bytes -> Int32 in
            var values = [UnsafePointer<CChar>?](repeating: nil, count: count)
            var lengths = [Int32](repeating: 0, count: count)
            var offset = 0
            for (index, parameter) in parameters.enumerated() {
                guard let value = parameter.bytes else { continue }
                let slot = UnsafeMutableRawBufferPointer(rebasing: bytes[offset..<offset + value.count])
                slot.copyBytes(from: value)
                values[index] = bytes.baseAddress.map {
                    UnsafeRawPointer($0 + offset).assumingMemoryBound(to: CChar.self)
                }
                lengths[index] = Int32(value.count)
                offset += value.count
            }
            return PQsendQueryPrepared(
                connection, name, Int32(count), values, lengths, [Int32](repeating: 1, count: count), 1)
        }
        guard sent == 1 else { throw PostgresClientError.connectionLost(wire.message) }
    }
}
