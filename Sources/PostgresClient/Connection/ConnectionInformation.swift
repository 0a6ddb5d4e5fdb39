import CLibPQ

/// How a connection came about, as libpq knows it without asking the server (libpq chapter 34.2).
public struct ConnectionInformation: Sendable, Equatable {
    /// Of those that were tried; a folder for a Unix socket.
    public var host: String
    /// Empty for a Unix socket.
    public var hostAddress: String
    /// As libpq keeps it: a number in words, also of a Unix socket.
    public var port: String
    /// The one that was asked for; libpq takes the user's name where none was.
    public var database: String
    /// As the server was told; `current_user` may be another since, by SET ROLE.
    public var user: String
    /// Such as 150004 for 15.4; 0 where the server did not say.
    public var serverVersion: Int
    /// The process number of the server's end, or what a pooler says it is.
    public var serverProcess: Int32
    /// Whether the server asked for a password and was given one.
    public var usedPassword: Bool
    /// Nil where the connection is not encrypted by TLS.
    public var tls: TLSInformation?
    /// By Kerberos, instead of TLS (libpq chapter 34.2, `PQgssEncInUse`).
    public var isEncryptedByGSS: Bool
}

/// What TLS came to.
public struct TLSInformation: Sendable, Equatable {
    /// Such as `OpenSSL`.
    public var library: String
    /// Such as `TLSv1.3`.
    public var version: String
    /// In the library's words, such as `TLS_AES_256_GCM_SHA384`.
    public var cipher: String
    /// Of the cipher's key; 0 where the library does not say.
    public var keyBits: Int
}

extension PostgresConnection {
    /// Nil once the connection is closed.
    public var information: ConnectionInformation? { wire.ask(ConnectionInformation.init) }

    /// A setting that the server reports by itself, such as `server_encoding`, `TimeZone`, `in_hot_standby`; as it last
    /// said. Nil for one that it does not report (libpq chapter 34.2, `PQparameterStatus`).
    public func reported(_ setting: String) -> String? {
        wire.ask { connection in PQparameterStatus(connection, setting).map { String(cString: $0) } } ?? nil
    }
}

extension ConnectionInformation {
    init(_ connection: OpaquePointer) {
        func text(_ pointer: UnsafePointer<CChar>?) -> String { pointer.map { String(cString: $0) } ?? "" }
        host = text(PQhost(connection))
        hostAddress = text(PQhostaddr(connection))
        port = text(PQport(connection))
        database = text(PQdb(connection))
        user = text(PQuser(connection))
        serverVersion = Int(PQserverVersion(connection))
        serverProcess = PQbackendPID(connection)
        usedPassword = PQconnectionUsedPassword(connection) == 1
        isEncryptedByGSS = PQgssEncInUse(connection) == 1
        guard PQsslInUse(connection) == 1 else { return }
        tls = TLSInformation(
            library: text(PQsslAttribute(connection, "library")), version: text(PQsslAttribute(connection, "protocol")),
            cipher: text(PQsslAttribute(connection, "cipher")),
            keyBits: Int(text(PQsslAttribute(connection, "key_bits"))) ?? 0)
    }
}
