/// Where and how to connect.
public struct ConnectionConfiguration: Sendable {
    /// A conninfo string or URL, parsed by libpq alone (libpq chapter 34.1.1): every option of an installation works.
    public var conninfo: String
    /// Further conninfo keywords, which win over those in `conninfo`.
    public var options: [String: String]
    /// For all hosts together, unlike libpq's own `connect_timeout`, which counts for each.
    public var connectTimeout: Duration
    /// How many prepared statements a connection keeps.
    public var statementCacheLimit: Int

    public init(
        conninfo: String, options: [String: String] = [:], connectTimeout: Duration = .seconds(10),
        statementCacheLimit: Int = 256
    ) {
        self.conninfo = conninfo
        self.options = options
        self.connectTimeout = connectTimeout
        self.statementCacheLimit = statementCacheLimit
    }
}
