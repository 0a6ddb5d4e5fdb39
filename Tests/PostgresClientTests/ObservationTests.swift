import InMemoryTracing
import Metrics
import MetricsTestKit
import Testing
import Tracing

@testable import PostgresClient

@Suite("What the client does can be watched, under the field's names")
struct ObservationTests {
    private let tracer = InMemoryTracer()
    private let metrics = TestMetrics()

    private func observer() throws -> StatementObserver {
        try #require(StatementObserver(nil, tracer: tracer, factory: metrics))
    }

    private func attribute(_ name: String, of span: FinishedInMemorySpan) -> SpanAttribute? {
        span.attributes[name]?.toSpanAttribute()
    }

    @Test func whereNobodyWatchesNothingIsMade() {
        #expect(StatementObserver(nil, tracer: NoOpTracer(), factory: NOOPMetricsHandler.instance) == nil)
        #expect(
            PoolMetrics(PoolConfiguration(connection: .init(conninfo: "")), factory: NOOPMetricsHandler.instance) == nil
        )
    }

    @Test func aStatementIsASpanThatSaysItsTextAndNoValue() async throws {
        let statement: Statement = "SELECT name FROM learners WHERE id_number = \("511802199001010012")"
        try await observer().observe([statement]) {}
        let span = try #require(tracer.finishedSpans.first)
        #expect(span.operationName == "SELECT" && span.kind == .client && span.status == nil)
        #expect(attribute("db.system.name", of: span) == .string("postgresql"))
        #expect(
            attribute("db.query.text", of: span)
                == .string("SELECT name FROM learners WHERE id_number = $1"))
        #expect(!"\(span)".contains("511802199001010012"))
    }

    @Test func severalStatementsAreABatch() async throws {
        try await observer().observe(["SELECT 1", "SELECT 2", "SELECT 3"]) {}
        try await observer().observe(["SELECT 1", "UPDATE learners SET post = NULL"]) {}
        #expect(tracer.finishedSpans.map(\.operationName) == ["BATCH SELECT", "BATCH"])
        #expect(attribute("db.operation.batch.size", of: tracer.finishedSpans[0]) == .int64(3))
    }

    @Test func aRefusalSaysItsSQLSTATEAndIsThrownOn() async throws {
        let observer = try observer()
        let refused = try await TestServer.withConnection { connection in
            await #expect(throws: PostgresError.self) {
                try await observer.observe(["SELECT 1 / 0"]) { _ = try await connection.execute("SELECT 1 / 0") }
            }
        }
        #expect(refused?.sqlState.rawValue == "22012")
        let span = try #require(tracer.finishedSpans.first)
        #expect(attribute("db.response.status_code", of: span) == .string("22012"))
        #expect(attribute("error.type", of: span) == .string("22012") && span.status?.code == .error)
    }

    @Test func timesAreKeptByCommandAndError() async throws {
        let observer = try observer()
        try await observer.observe(["SELECT 1"]) {}
        await #expect(throws: CancellationError.self) {
            try await observer.observe(["INSERT INTO learners DEFAULT VALUES"]) { throw CancellationError() }
        }
        let timers = metrics.timers(label: "db.client.operation.duration")
        #expect(
            Set(timers.map { $0.dimensions.first { $0.0 == "db.operation.name" }?.1 }) == ["SELECT", "INSERT"])
        #expect(timers.flatMap(\.dimensions).contains { $0 == ("error.type", "cancelled") })
    }

    @Test func aPoolSaysWhatItLendsAndWhoWaits() throws {
        var configuration = PoolConfiguration(connection: .init(conninfo: ""), maximumConnections: 7)
        configuration.name = "register"
        let pool = try #require(PoolMetrics(configuration, factory: metrics))
        pool.lent(waitedSince: .now, PoolStatistics(open: 5, idle: 2, waiting: 1, maximumConnections: 7))
        pool.timedOut()
        func meter(_ label: String, _ state: String? = nil) throws -> Double? {
            let all = metrics.meters(label: label).filter { meter in
                meter.dimensions.contains { $0 == ("db.client.connection.pool.name", "register") }
                    && (state == nil || meter.dimensions.contains { $0.1 == state })
            }
            return all.first?.lastValue
        }
        #expect(try meter("db.client.connection.count", "used") == 3)
        #expect(try meter("db.client.connection.count", "idle") == 2)
        #expect(try meter("db.client.connection.pending_requests") == 1)
        #expect(try meter("db.client.connection.max") == 7)
        #expect(metrics.counterTotal(label: "db.client.connection.timeouts") == 1)
        #expect(metrics.timers(label: "db.client.connection.wait_time").count == 1)
    }
}
