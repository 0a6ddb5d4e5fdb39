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

    public enum DatabaseRole: String, Sendable {
        case owner = "ceregistry_owner"
        case daemon = "ceregistry_daemon"
        case auditor = "ceregistry_auditor"
    }

    public init(
        databaseURL: String, maximumConnections: Int = 16, waitDeadline: Duration = .seconds(5),
        connectTimeout: Duration = .seconds(5), databaseRole: DatabaseRole = .daemon
    ) {
        self.databaseURL = databaseURL
        self.maximumConnections = maximumConnections
        self.waitDeadline = waitDeadline
        self.connectTimeout = connectTimeout
        self.databaseRole = databaseRole
    }
}
