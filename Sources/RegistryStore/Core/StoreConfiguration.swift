import Foundation

/// How the store reaches its database.
public struct StoreConfiguration: Sendable {
    /// A conninfo string or URL as libpq reads it (libpq chapter 34.1.1), several hosts allowed.
    public var databaseURL: String
    public var maximumConnections: Int
    /// How long a request waits for a connection before it is told that the register is busy.
    public var waitDeadline: Duration
    public var connectTimeout: Duration
    /// The database role to act as after connecting, whoever logged in.
    public var databaseRole: DatabaseRole

    /// How many connections read one moment at once, where the work can be parted; behind a pooler one does.
    public var snapshotConnections: Int

    /// Nil where each connection is a session of the store's own.
    public var pooler: Pooler?

    /// Nil where every read goes to the primary.
    public var replica: Replica?

    /// Streaming replicas for reads that need not be of this instant.
    public struct Replica: Sendable {
        /// Several hosts allowed; libpq takes the first that answers.
        public var databaseURL: String
        /// An answer holds everything that had been recorded so long ago; a replica further behind is not asked.
        public var staleness: Duration

        public init(databaseURL: String, staleness: Duration = .seconds(5)) {
            self.databaseURL = databaseURL
            self.staleness = staleness
        }
    }

    /// A pooler between the store and its database that gives each transaction another session (PgBouncer's transaction
    /// mode): nothing is left to a session then. Who acts, and how, is said at the beginning of every transaction.
    public struct Pooler: Sendable {
        /// A way around the pooler for what needs a session: LISTEN.
        public var listeningURL: String
        /// Whether it carries prepared statements (PgBouncer from 1.21 on, `max_prepared_statements` above 0).
        public var carriesPreparedStatements: Bool

        public init(listeningURL: String, carriesPreparedStatements: Bool = false) {
            self.listeningURL = listeningURL
            self.carriesPreparedStatements = carriesPreparedStatements
        }
    }

    public enum DatabaseRole: String, Sendable {
        case owner = "ceregistry_owner"
        case daemon = "ceregistry_daemon"
        case auditor = "ceregistry_auditor"
    }

    public init(
        databaseURL: String, maximumConnections: Int = 16, waitDeadline: Duration = .seconds(5),
        connectTimeout: Duration = .seconds(5), databaseRole: DatabaseRole = .daemon, snapshotConnections: Int = 1,
        pooler: Pooler? = nil, replica: Replica? = nil
    ) {
        self.databaseURL = databaseURL
        self.maximumConnections = maximumConnections
        self.waitDeadline = waitDeadline
        self.connectTimeout = connectTimeout
        self.databaseRole = databaseRole
        self.snapshotConnections = snapshotConnections
        self.pooler = pooler
        self.replica = replica
    }
}
