/// How many connections, and how long to wait for one.
public struct PoolConfiguration: Sendable {
    public var connection: ConnectionConfiguration
    public var maximumConnections: Int
    /// How long a caller stands in line before `poolWaitDeadlineExceeded`.
    public var waitDeadline: Duration
    /// Run once on each new connection, in one round trip.
    public var onConnect: [Statement]

    public init(
        connection: ConnectionConfiguration, maximumConnections: Int = 16, waitDeadline: Duration = .seconds(5),
        onConnect: [Statement] = []
    ) {
        self.connection = connection
        self.maximumConnections = max(maximumConnections, 1)
        self.waitDeadline = waitDeadline
        self.onConnect = onConnect
    }
}

/// What a pool is doing, for metrics.
public struct PoolStatistics: Sendable {
    public var open: Int
    public var idle: Int
    public var waiting: Int
    public var maximumConnections: Int
}
