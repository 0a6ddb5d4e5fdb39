import RegistryStore

/// Work that may not take forever.
enum Deadline {
    /// Runs `body`, and cancels it when the time is over.
    ///
    /// - Throws: `Problem` 503 at the deadline; a change may or may not have been stored by then, which a repeat with the
    ///   same `Idempotency-Key` tells.
    static func run<Value: Sendable>(_ limit: Duration, _ body: @escaping @Sendable () async throws -> Value)
        async throws -> Value
    {
        try await withThrowingTaskGroup(of: Value.self) { group in
            group.addTask(operation: body)
            group.addTask {
                try await Task.sleep(for: limit)
                throw Problem(.serviceUnavailable, [.timedOut], headers: [.retryAfter: "1"])
            }
            defer { group.cancelAll() }
            guard let value = try await group.next() else { throw CancellationError() }
            return value
        }
    }
}
