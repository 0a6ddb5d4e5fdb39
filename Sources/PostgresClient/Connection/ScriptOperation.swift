import CLibPQ

/// Several commands as one text, without parameters (the simple query protocol): migrations only.
final class ScriptOperation: WireOperation, @unchecked Sendable {
    private let script: String
    var completion: CheckedContinuation<Void, any Error>?
    private var error: PostgresError?

    init(_ script: String) { self.script = script }

    override func start(on wire: Wire) throws {
        guard let connection = wire.connection, PQsendQuery(connection, script) == 1 else {
            throw PostgresClientError.connectionLost(wire.message)
        }
    }

    override func proceed(on wire: Wire) throws -> Bool {
        guard let connection = wire.connection else { throw PostgresClientError.connectionLost("closed") }
        while PQisBusy(connection) == 0 {
            guard let result = PQgetResult(connection) else {
                if PQstatus(connection) == CONNECTION_BAD { throw PostgresClientError.connectionLost(wire.message) }
                return true
            }
            defer { PQclear(result) }
            switch PQresultStatus(result) {
            case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
                throw PostgresClientError.copy("COPY is not a command of a script")
            case PGRES_FATAL_ERROR:
                let found = PostgresError(result)
                if found.isFatal { throw PostgresClientError.connectionLost(found.description) }
                if error == nil { error = found }
            default: break
            }
        }
        return false
    }

    override func finish(_ failure: (any Error)?) -> () -> Void {
        guard let completion else { return {} }
        self.completion = nil
        let failure = failure ?? error.map(meaning)
        return { completion.resume(with: failure.map { .failure($0) } ?? .success(())) }
    }
}
