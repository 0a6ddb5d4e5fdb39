import Dispatch
import Foundation
import Synchronization

/// Hands rows from a thread that may block to a task that may not: the thread waits while the task is behind, so that
/// memory stays constant.
final class RowChannel: Sendable {
    private struct State {
        var batches: [[TableRow]] = []
        var consumer: CheckedContinuation<[TableRow]?, any Error>?
        var end: Result<Void, any Error>?
        var isCancelled = false
    }

    private let state = Mutex(State())
    /// Starts at zero and is raised at once: one that ends below its start traps.
    private let room = DispatchSemaphore(value: 0)

    init(batches: Int = 4) {
        for _ in 0..<batches { room.signal() }
    }

    /// From the reading thread. Blocks it while four batches wait.
    ///
    /// - Throws: `CancellationError` once nobody reads on.
    func send(_ batch: [TableRow]) throws {
        room.wait()
        let consumer = try state.withLock { state in
            if state.isCancelled { throw CancellationError() }
            let consumer = state.consumer
            state.consumer = nil
            if consumer == nil { state.batches.append(batch) }
            return consumer
        }
        guard let consumer else { return }
        room.signal()
        consumer.resume(returning: batch)
    }

    func finish(_ end: Result<Void, any Error>) {
        let consumer = state.withLock { state in
            state.end = end
            defer { state.consumer = nil }
            return state.consumer
        }
        consumer?.resume(with: end.map { nil })
    }

    /// Nil at the end of the file; throws what ended it early.
    func next() async throws -> [TableRow]? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let answer: Result<[TableRow]?, any Error>? = state.withLock { state in
                    if state.isCancelled { return .failure(CancellationError()) }
                    if !state.batches.isEmpty { return .success(state.batches.removeFirst()) }
                    if let end = state.end { return end.map { nil } }
                    state.consumer = continuation
                    return nil
                }
                guard let answer else { return }
                if case .success(.some) = answer { room.signal() }
                continuation.resume(with: answer)
            }
        } onCancel: {
            cancel()
        }
    }

    /// Nobody reads on: the thread ends at its next row.
    func cancel() {
        let consumer = state.withLock { state in
            state.isCancelled = true
            defer { state.consumer = nil }
            return state.consumer
        }
        room.signal()
        consumer?.resume(throwing: CancellationError())
    }
}
