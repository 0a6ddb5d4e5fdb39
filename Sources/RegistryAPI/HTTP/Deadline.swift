import RegistryStore

/// Work that may not take forever.
enum Deadline {
    /// Runs `body`, and cancels it when the time is over or up to a tenth of a second later.
    ///
    /// - Throws: `Problem` 503 at the deadline; a change may or may not have been stored by then, which a repeat with the
    ///   same `Idempotency-Key` tells.
    static func run<Value: Sendable>(_ limit: Duration, _ body: @escaping @Sendable () async throws -> Value)
        async throws -> Value
    {
        let task = Task { try await body() }
        let watch = DeadlineWatch.shared
        let number = watch.begin(until: .now + limit) { task.cancel() }
        let result = await withTaskCancellationHandler {
            await task.result
        } onCancel: {
            task.cancel()
        }
        // What was done in spite of the hour is done.
        if watch.end(number), case .failure = result {
            throw Problem(.serviceUnavailable, [.timedOut], headers: [.retryAfter: "1"])
        }
        return try result.get()
    }
}
