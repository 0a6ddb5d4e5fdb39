import Foundation

/// How many connections, how long they live, and how long to wait for one.
public struct PoolConfiguration: Sendable {
    /// For every connection, the shared ones among them.
    public var connection: ConnectionConfiguration
    /// In metrics and logs.
    public var name: String
    /// Kept open even when nobody needs them.
    public var minimumConnections: Int
    /// Lent at the same time, at most; the shared ones are beside them.
    public var maximumConnections: Int
    /// How many connections may be under way at the same time: a server that has just come back is not stormed.
    public var maximumConnecting: Int
    /// How long a caller stands in line before `poolWaitDeadlineExceeded`.
    public var waitDeadline: Duration
    /// A connection above the minimum that nobody needed for so long is closed.
    public var idleTime: Duration
    /// A connection is replaced after so long, a tenth more or less by chance, so that a server's memory and a moved
    /// address do not live for ever.
    public var lifetime: Duration
    /// A broken socket is seen at no cost; a connection idle for longer than this is asked for one round trip before it
    /// is lent, since a peer may have vanished without a word.
    public var checkAfterIdle: Duration
    /// Run once on each new connection, in one round trip.
    public var onConnect: [Statement]
    /// Where LISTEN goes when not the way of all the others: around a pooler that gives each transaction another session.
    public var notificationConnection: ConnectionConfiguration?
    /// Connections of ``PostgresPool/shared``, beside those that are lent.
    public var sharedConnections: Int

    /// Limits below what makes sense are raised to it: one connection at least, no minimum above the maximum.
    public init(
        connection: ConnectionConfiguration, name: String = "postgres", minimumConnections: Int = 0,
        maximumConnections: Int = 16, maximumConnecting: Int = 4, waitDeadline: Duration = .seconds(5),
        idleTime: Duration = .seconds(600), lifetime: Duration = .seconds(3600),
        checkAfterIdle: Duration = .seconds(60), onConnect: [Statement] = [],
        notificationConnection: ConnectionConfiguration? = nil, sharedConnections: Int = 2
    ) {
        self.connection = connection
        self.name = name
        self.maximumConnections = max(maximumConnections, 1)
        self.minimumConnections = min(max(minimumConnections, 0), self.maximumConnections)
        self.maximumConnecting = max(maximumConnecting, 1)
        self.waitDeadline = waitDeadline
        self.idleTime = idleTime
        self.lifetime = lifetime
        self.checkAfterIdle = checkAfterIdle
        self.onConnect = onConnect
        self.notificationConnection = notificationConnection
        self.sharedConnections = max(sharedConnections, 1)
    }

    /// A connection as this pool has them: open, and `onConnect` run on it within the time for connecting.
    func connect(depth: Int = 1) async throws -> PostgresConnection {
        let opened = try await PostgresConnection.connect(connection, depth: depth)
        if !onConnect.isEmpty {
            try await withPostgresDeadline(connection.connectTimeout) { _ = try await opened.pipeline(onConnect) }
        }
        return opened
    }

    var limits: PoolLimits {
        PoolLimits(
            minimum: minimumConnections, maximum: maximumConnections, maximumConnecting: maximumConnecting,
            idleTime: idleTime, lifetime: lifetime, checkAfterIdle: checkAfterIdle)
    }
}

/// What the pool's bookkeeping goes by.
struct PoolLimits: Sendable {
    var minimum = 0
    var maximum: Int
    var maximumConnecting = 4
    var idleTime = Duration.seconds(600)
    var lifetime = Duration.seconds(3600)
    var checkAfterIdle = Duration.seconds(60)
}

/// What a pool is doing, for metrics.
public struct PoolStatistics: Sendable {
    /// Connections that exist, and those on their way.
    public var open: Int
    /// Open and lent to nobody.
    public var idle: Int
    /// Callers in line for one.
    public var waiting: Int
    /// As configured.
    public var maximumConnections: Int
}
