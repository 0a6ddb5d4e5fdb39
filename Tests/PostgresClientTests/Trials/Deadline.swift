import Testing

@testable import PostgresClient

/// Runs `body`, and records an issue where it is not over in time: the body is then left behind, so that a client that
/// hangs makes a test fail rather than hang too.
func within<Value: Sendable>(
    _ limit: Duration, _ what: @autoclosure () -> String, _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    let once = Guarded<CheckedContinuation<Value, any Error>?>(nil)
    @Sendable func take() -> CheckedContinuation<Value, any Error>? {
        once.withLock { continuation in
            defer { continuation = nil }
            return continuation
        }
    }
    do {
        return try await withCheckedThrowingContinuation { continuation in
            once.withLock { $0 = continuation }
            let work = Task {
                let result: Result<Value, any Error>
                do { result = .success(try await body()) } catch { result = .failure(error) }
                take()?.resume(with: result)
            }
            Reactor.shared.schedule(after: limit) {
                guard let continuation = take() else { return }
                work.cancel()
                continuation.resume(throwing: Hung())
            }
        }
    } catch let error as Hung {
        Issue.record("hung for \(limit): \(what())")
        throw error
    }
}

struct Hung: Error {}
