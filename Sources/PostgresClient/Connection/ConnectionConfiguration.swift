/// Where and how to connect.
public struct ConnectionConfiguration: Sendable {
    /// Whether statements are prepared once for each connection and then used by name.
    public enum PreparedStatements: Sendable {
        /// Prepared, unless the server forgets them again and again: then it is a pooler that gives each transaction
        /// another session, and from then on none are.
        case automatic
        /// Never: each statement is parsed anew. For PgBouncer before 1.21 in transaction mode.
        case none
    }

    /// A conninfo string or URL, parsed by libpq alone (libpq chapter 34.1.1): every option of an installation works,
    /// several hosts and `target_session_attrs` among them. `load_balance_hosts` needs libpq 16.
    public var conninfo: String
    /// Further conninfo keywords, which win over those in `conninfo`.
    public var options: [String: String]
    /// For all hosts together, unlike libpq's own `connect_timeout`, which counts for each.
    public var connectTimeout: Duration
    /// Also how a pooler in between is treated.
    public var preparedStatements: PreparedStatements
    /// How many prepared statements a connection keeps.
    public var statementCacheLimit: Int
    /// Run first in each transaction, in the same round trip, also in the implicit one around statements that are given
    /// outside of any: what a session cannot be relied on to remember, since a pooler gives each transaction another.
    /// Only what lasts for the transaction belongs here, such as `set_config(…, true)`; where it fails, so does the
    /// transaction. COPY and streamed rows then need a transaction around them.
    public var transactionOpening: Statement?
    /// How long the server may take to end a statement after it was told to, before the connection is given up.
    public var cancelGrace: Duration

    /// - Parameter conninfo: empty for what the environment (`PG…`) and libpq's defaults say.
    public init(
        conninfo: String, options: [String: String] = [:], connectTimeout: Duration = .seconds(10),
        preparedStatements: PreparedStatements = .automatic, statementCacheLimit: Int = 256,
        transactionOpening: Statement? = nil, cancelGrace: Duration = .seconds(5)
    ) {
        self.conninfo = conninfo
        self.options = options
        self.connectTimeout = connectTimeout
        self.preparedStatements = preparedStatements
        self.statementCacheLimit = statementCacheLimit
        self.transactionOpening = transactionOpening
        self.cancelGrace = cancelGrace
    }
}
