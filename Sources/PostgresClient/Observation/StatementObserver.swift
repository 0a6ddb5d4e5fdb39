import Metrics
import Tracing

/// Spans and times of statements, under OpenTelemetry's names for database clients. The text of a statement is what the
/// program wrote, with `$1` for each value: no value ever leaves by this road. Nil, and free, where neither a tracer nor
/// a metrics back end has been chosen by the time the connection opens.
struct StatementObserver: Sendable {
    private let tracer: (any Tracer)?
    private let factory: (any MetricsFactory)?
    private let namespace: String
    private let address: String
    private let port: Int?

    init?(
        _ information: ConnectionInformation?, tracer: any Tracer = InstrumentationSystem.tracer,
        factory: any MetricsFactory = MetricsSystem.factory
    ) {
        self.tracer = tracer is NoOpTracer ? nil : tracer
        self.factory = factory is NOOPMetricsHandler ? nil : factory
        guard self.tracer != nil || self.factory != nil else { return nil }
        namespace = information?.database ?? ""
        address = information?.host ?? ""
        port = information.flatMap { Int($0.port) }
    }

    func observe<Value>(_ statements: [Statement], _ body: () async throws -> Value) async throws -> Value {
        let operation = Self.operation(of: statements)
        let start = ContinuousClock.now
        let span = tracer?.startSpan(operation, ofKind: .client)
        span?.updateAttributes { attributes in
            attributes["db.system.name"] = "postgresql"
            attributes["db.namespace"] = namespace
            attributes["db.operation.name"] = operation
            attributes["server.address"] = address
            if let port { attributes["server.port"] = port }
            attributes["db.query.text"] = statements.map(\.sql).joined(separator: "; ")
            if statements.count > 1 { attributes["db.operation.batch.size"] = statements.count }
        }
        do {
            let value = try await body()
            span?.end()
            record(operation, start, nil)
            return value
        } catch {
            let type = Self.type(of: error)
            span?.attributes["error.type"] = type
            if let error = error as? PostgresError {
                span?.attributes["db.response.status_code"] = error.sqlState.rawValue
            }
            span?.setStatus(SpanStatus(code: .error))
            span?.end()
            record(operation, start, type)
            throw error
        }
    }

    private func record(_ operation: String, _ start: ContinuousClock.Instant, _ error: String?) {
        guard let factory else { return }
        var dimensions = [("db.system.name", "postgresql"), ("db.operation.name", operation)]
        if let error { dimensions.append(("error.type", error)) }
        Metrics.Timer(label: "db.client.operation.duration", dimensions: dimensions, factory: factory)
            .record(duration: .now - start)
    }

    /// The command's first word, `BATCH` before it for several of a kind; few values, as names of spans must have.
    static func operation(of statements: [Statement]) -> String {
        guard let first = statements.first else { return "SYNC" }
        guard statements.count > 1 else { return first.command }
        return statements.allSatisfy { $0.command == first.command } ? "BATCH \(first.command)" : "BATCH"
    }

    private static func type(of error: any Error) -> String {
        switch error {
        case let error as PostgresError: error.sqlState.rawValue
        case is CancellationError: "cancelled"
        case PostgresClientError.deadlineExceeded: "timeout"
        default: "\(Swift.type(of: error))"
        }
    }
}
