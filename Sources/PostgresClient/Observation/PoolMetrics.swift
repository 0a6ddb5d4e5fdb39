import Metrics

/// What a pool does, under OpenTelemetry's names for database clients (semantic conventions, `db.client.connection.*`).
/// Times are swift-metrics timers. Made only where a metrics back end has been chosen.
struct PoolMetrics: Sendable {
    private let used: Meter
    private let idle: Meter
    private let pending: Meter
    private let timeouts: Counter
    private let createTime: Metrics.Timer
    private let waitTime: Metrics.Timer
    private let useTime: Metrics.Timer

    init?(_ configuration: PoolConfiguration, factory: any MetricsFactory = MetricsSystem.factory) {
        guard !(factory is NOOPMetricsHandler) else { return nil }
        let pool = [("db.client.connection.pool.name", configuration.name)]
        used = Meter(
            label: "db.client.connection.count", dimensions: pool + [("db.client.connection.state", "used")],
            factory: factory)
        idle = Meter(
            label: "db.client.connection.count", dimensions: pool + [("db.client.connection.state", "idle")],
            factory: factory)
        pending = Meter(label: "db.client.connection.pending_requests", dimensions: pool, factory: factory)
        timeouts = Counter(label: "db.client.connection.timeouts", dimensions: pool, factory: factory)
        createTime = Metrics.Timer(label: "db.client.connection.create_time", dimensions: pool, factory: factory)
        waitTime = Metrics.Timer(label: "db.client.connection.wait_time", dimensions: pool, factory: factory)
        useTime = Metrics.Timer(label: "db.client.connection.use_time", dimensions: pool, factory: factory)
        Meter(label: "db.client.connection.max", dimensions: pool, factory: factory).set(
            configuration.maximumConnections)
        Meter(label: "db.client.connection.idle.min", dimensions: pool, factory: factory).set(
            configuration.minimumConnections)
    }

    func lent(waitedSince start: ContinuousClock.Instant?, _ statistics: PoolStatistics) {
        if let start { waitTime.record(duration: .now - start) }
        set(statistics)
    }

    func cameBack(usedSince start: ContinuousClock.Instant?, _ statistics: PoolStatistics) {
        if let start { useTime.record(duration: .now - start) }
        set(statistics)
    }

    func created(since start: ContinuousClock.Instant) { createTime.record(duration: .now - start) }
    func timedOut() { timeouts.increment() }

    private func set(_ statistics: PoolStatistics) {
        used.set(statistics.open - statistics.idle)
        idle.set(statistics.idle)
        pending.set(statistics.waiting)
    }
}
