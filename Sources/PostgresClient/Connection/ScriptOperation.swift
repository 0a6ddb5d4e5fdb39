import CLibPQ

/// Several commands as one text, without parameters (the simple query protocol): migrations only.
///
/// `@unchecked Sendable`: made by the caller, then used on the reactor's thread alone.
final class ScriptOperation: Wire.Operation, @unchecked Sendable {
    private let script: String
    private let completion: (Result<Void, any Error>) -> Void
    private var error: PostgresError?

    init(_ script: String, completion: @escaping (Result<Void, any Error>) -> Void) {
        self.script = script
        self.completion = completion
    }

    func start(on wire: Wire) throws {
        try wire.leavePipelineMode()
        guard let connection = wire.connection, PQsendQuery(connection, script) == 1 else {
            throw PostgresClientError.connectionLost(wire.message)
        }
    }

    func proceed(on wire: Wire) throws -> Bool {
        guard let connection = wire.connection else { throw PostgresClientError.connectionLost("closed") }
        while PQisBusy(connection) == 0 {
            guard let result = PQgetResult(connection) else {
                if PQstatus(connection) == CONNECTION_BAD { throw PostgresClientError.connectionLost(wire.message) }
                try wire.enterPipelineMode()
                return true
            }
            if PQresultStatus(result) == PGRES_FATAL_ERROR, error == nil { error = PostgresError(result) }
            PQclear(result)
        }
        return false
    }

    func finish(_ failure: (any Error)?) {
        if let failure = failure ?? error { completion(.failure(failure)) } else { completion(.success(())) }
    }
}
