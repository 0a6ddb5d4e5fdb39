/// What a NOTIFY said (libpq chapter 34.9).
public struct PostgresNotification: Sendable, Hashable {
    /// As NOTIFY named it: in lower case unless it was quoted.
    public var channel: String
    /// At most 7,999 bytes; empty where NOTIFY gave none.
    public var payload: String
    /// The process number of the server's end that sent it: one's own, where a connection hears itself.
    public var senderProcess: Int32

    /// For those who test what reads them.
    public init(channel: String, payload: String, senderProcess: Int32) {
        self.channel = channel
        self.payload = payload
        self.senderProcess = senderProcess
    }
}

/// An element of ``NotificationEvents``.
public enum NotificationEvent: Sendable, Hashable {
    case notification(PostgresNotification)
    /// Listening begins here, for the first time, after a lost connection, or after more arrived than was kept for this
    /// reader: whatever was sent before is not known. Read the state that the notifications are about, then go on.
    case mayHaveMissed
}
