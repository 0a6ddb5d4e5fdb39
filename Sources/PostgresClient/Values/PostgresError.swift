import CLibPQ

/// A five-character SQLSTATE (PostgreSQL appendix A).
public struct SQLState: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    public var rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public var description: String { rawValue }

    // Those that this client or its callers tell apart; every other is to be had by its code.
    public static let uniqueViolation = SQLState(rawValue: "23505")
    public static let foreignKeyViolation = SQLState(rawValue: "23503")
    public static let checkViolation = SQLState(rawValue: "23514")
    public static let exclusionViolation = SQLState(rawValue: "23P01")
    public static let notNullViolation = SQLState(rawValue: "23502")
    public static let serializationFailure = SQLState(rawValue: "40001")
    public static let deadlockDetected = SQLState(rawValue: "40P01")
    public static let insufficientPrivilege = SQLState(rawValue: "42501")
    public static let queryCanceled = SQLState(rawValue: "57014")
    public static let adminShutdown = SQLState(rawValue: "57P01")
    public static let inFailedTransaction = SQLState(rawValue: "25P02")
    public static let invalidStatementName = SQLState(rawValue: "26000")
    public static let featureNotSupported = SQLState(rawValue: "0A000")
}

/// An error that the server reported, with the fields of libpq's `PQresultErrorField` (libpq chapter 34.3.1).
public struct PostgresError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What to go by: it does not change with language or version.
    public var sqlState: SQLState
    /// In English whatever the server speaks: `ERROR`, `FATAL`, `PANIC`.
    public var severity: String
    /// One line in the server's language.
    public var message: String
    /// May hold values of the row in question: not for a log that must know nobody.
    public var detail: String?
    /// What the server would try.
    public var hint: String?
    /// This and the next four are there where the error is about such an object.
    public var schema: String?
    public var table: String?
    public var column: String?
    public var dataType: String?
    public var constraint: String?
    /// Where in the statement, counted in characters from 1.
    public var position: Int?
    /// Where in the server's own functions.
    public var context: String?
    /// The server's function that reported it: the same in every language of its messages.
    public var routine: String?

    public var description: String {
        ["\(severity) \(sqlState): \(message)", detail, constraint.map { "constraint \($0)" }]
            .compactMap(\.self).joined(separator: "; ")
    }

    init(_ result: OpaquePointer) {
        func field(_ code: UnicodeScalar) -> String? {
            PQresultErrorField(result, Int32(code.value)).map { String(cString: $0) }
        }
        sqlState = SQLState(rawValue: field("C") ?? "XX000")
        severity = field("V") ?? field("S") ?? "ERROR"
        message = field("M") ?? String(cString: PQresultErrorMessage(result))
        detail = field("D")
        hint = field("H")
        schema = field("s")
        table = field("t")
        column = field("c")
        dataType = field("d")
        constraint = field("n")
        position = field("P").flatMap { Int($0) }
        context = field("W")
        routine = field("R")
    }

    /// Whether the server ends the connection with it.
    var isFatal: Bool { severity == "FATAL" || severity == "PANIC" }

    /// Whether the statement cache and the server no longer agree, so that preparing anew helps.
    var isStalePlan: Bool {
        sqlState == .invalidStatementName
            || (sqlState == .featureNotSupported
                && (routine == "RevalidateCachedQuery" || message.hasPrefix("cached plan must not change result type")))
    }
}

/// What went wrong on the client's side or on the way.
public enum PostgresClientError: Error, Sendable {
    /// In libpq's words, of every host that was tried.
    case connectionFailed(String)
    /// The connection ended while the statement was under way; whether it took effect is not known unless it only read.
    case connectionLost(String)
    /// COMMIT was sent and its answer never came: the transaction either took effect whole or not at all.
    case commitUnknown(String)
    /// A transaction whose statement had failed was committed; the server rolled it back.
    case transactionAborted
    /// The deadline of ``withPostgresDeadline(_:_:)`` passed; the server was told to stop. Whether a statement that
    /// changes something took effect is not known, unless a transaction was open: then it did not.
    case deadlineExceeded
    /// A statement was given to a connection whose rows are still being read, or that still takes a COPY in: it would
    /// wait for ever if its caller is the reader.
    case streamUnderWay
    /// A statement of a shared pipeline would leave something behind in the session; the command's first word.
    case sharedSession(String)
    /// COPY or a stream of rows outside a transaction, where each has to open in a certain way
    /// (``ConnectionConfiguration/transactionOpening``). Nothing was sent.
    case outsideTransaction
    /// More parameters than the protocol counts (65,535), or a value beyond 1 GB.
    case tooLarge(String)
    /// Nothing was sent.
    case poolWaitDeadlineExceeded(waited: Duration, maximumConnections: Int)
    /// Nothing was sent: the pool, or its shared pipeline, was closed before.
    case poolClosed
    /// The value is there and is not of the type that was asked for, or is NULL.
    case decoding(column: String, expected: String, found: PostgresType, isNull: Bool)
    /// A name, or a place counted from 0, that the result does not have.
    case noSuchColumn(String)
    /// More or other than COPY data was asked of a COPY, or COPY of a statement that is none.
    case copy(String)
}
