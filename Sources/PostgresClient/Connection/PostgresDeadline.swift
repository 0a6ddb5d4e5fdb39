/// Runs `body` with a deadline on everything it asks of PostgreSQL: waiting for a connection, connecting, each
/// statement, each piece of a stream or a COPY. A deadline that is set already and earlier stays.
///
/// When it passes the server is told to stop, and the call throws ``PostgresClientError/deadlineExceeded`` once the
/// connection is clean or closed, at most ``ConnectionConfiguration/cancelGrace`` later.
public func withPostgresDeadline<Value>(
    _ limit: Duration, isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Value
) async throws -> Value {
    let mine = ContinuousClock.now + limit
    let deadline = PostgresDeadline.current.map { min($0, mine) } ?? mine
    return try await PostgresDeadline.$current.withValue(deadline, operation: body)
}

enum PostgresDeadline {
    @TaskLocal static var current: ContinuousClock.Instant?

    /// - Throws: `deadlineExceeded` where it has passed.
    static func check() throws {
        if let current, current <= .now { throw PostgresClientError.deadlineExceeded }
    }
}

extension Wire {
    /// Waits for an operation to tell its continuation something. A cancelled task and a passed deadline have the
    /// operation cancelled, which then tells its continuation so.
    func wait<Value: Sendable>(
        on operation: WireOperation, _ begin: (CheckedContinuation<Value, any Error>) -> Void
    ) async throws -> Value {
        try Task.checkCancellation()
        var timer: UInt64?
        if let deadline = PostgresDeadline.current {
            guard deadline > .now else { throw PostgresClientError.deadlineExceeded }
            timer = reactor.schedule(at: deadline) { [weak self, weak operation] in
                if let operation { self?.cancel(operation, PostgresClientError.deadlineExceeded) }
            }
        }
        reactor.waiters.add(1, ordering: .relaxed)
        defer {
            reactor.waiters.subtract(1, ordering: .relaxed)
            if let timer { reactor.cancelTimer(timer) }
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation(begin)
        } onCancel: {
            cancel(operation, CancellationError())
        }
    }
}
