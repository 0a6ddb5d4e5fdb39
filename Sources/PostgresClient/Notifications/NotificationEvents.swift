/// Notifications as they come. Ends where the listener is closed or the reading task is cancelled; a lost connection
/// does not end it. Each iterator listens for as long as it lives.
public struct NotificationEvents: AsyncSequence, Sendable {
    public typealias Element = NotificationEvent
    public typealias Failure = Never
    let listener: PostgresListener
    let channels: Set<String>

    public struct AsyncIterator: AsyncIteratorProtocol {
        let subscriber: NotificationSubscriber

        public mutating func next() async -> NotificationEvent? { await subscriber.next() }
        public mutating func next(isolation: isolated (any Actor)?) async -> NotificationEvent? {
            await subscriber.next()
        }
    }

    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(subscriber: listener.subscribe(to: channels))
    }
}

/// One reader's end of a listener; gone with its iterator.
final class NotificationSubscriber: Sendable {
    let channels: Set<String>
    private let buffer: Guarded<(buffer: NotificationBuffer, isClosed: Bool, reader: CheckedContinuation<Void, Never>?)>
    private let onEnd: @Sendable () -> Void

    init(channels: Set<String>, limit: Int, onEnd: @escaping @Sendable () -> Void) {
        self.channels = channels
        self.onEnd = onEnd
        buffer = Guarded((NotificationBuffer(limit: limit), false, nil))
    }

    deinit { onEnd() }

    func next() async -> NotificationEvent? {
        while !Task.isCancelled {
            let (event, isClosed) = buffer.withLock { ($0.buffer.next(), $0.isClosed) }
            if event != nil || isClosed { return event }
            await withTaskCancellationHandler {
                await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
                    let standsAlready = buffer.withLock { state in
                        guard state.buffer.events.isEmpty, !state.isClosed, !Task.isCancelled else { return true }
                        state.reader = continuation
                        return false
                    }
                    if standsAlready { continuation.resume() }
                }
            } onCancel: {
                wake { _ in }
            }
        }
        return nil
    }

    func update(_ body: (inout NotificationBuffer) -> Void) { wake { body(&$0.buffer) } }
    func close() { wake { $0.isClosed = true } }

    private func wake(
        _ body: (inout (buffer: NotificationBuffer, isClosed: Bool, reader: CheckedContinuation<Void, Never>?)) -> Void
    ) {
        let reader = buffer.withLock { state in
            body(&state)
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume()
    }
}
