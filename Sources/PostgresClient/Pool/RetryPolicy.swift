/// Whether a transaction is tried again after a serialization failure or a deadlock (PostgreSQL chapter 13.5). A whole
/// number says how often.
public struct RetryPolicy: Sendable, ExpressibleByIntegerLiteral {
    /// How often after the first time.
    public var limit: Int
    /// The wait before the first repeat, less by chance; it doubles each time.
    public var firstPause: Duration
    /// Where doubling ends.
    public var longestPause: Duration

    /// - Parameter limit: below 0 counts as 0.
    public init(limit: Int, firstPause: Duration = .milliseconds(10), longestPause: Duration = .milliseconds(320)) {
        self.limit = max(limit, 0)
        self.firstPause = firstPause
        self.longestPause = longestPause
    }

    public init(integerLiteral limit: Int) { self.init(limit: limit) }

    /// The closure runs once: right wherever it does something outside the database, such as sending a letter.
    public static let never = RetryPolicy(limit: 0)
    /// The closure may run several times: it must have no effects outside the database.
    public static func upTo(_ limit: Int) -> RetryPolicy { RetryPolicy(limit: limit) }
}
