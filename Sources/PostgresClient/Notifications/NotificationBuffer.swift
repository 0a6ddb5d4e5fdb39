/// What one reader has yet to read, as a value. Bounded: a reader that falls behind is told so in one element instead
/// of being given everything late.
struct NotificationBuffer {
    let limit: Int
    private(set) var events: [NotificationEvent] = []
    /// Nothing is delivered before listening has begun: what came before is covered by the first `mayHaveMissed`.
    private(set) var isListening = false

    init(limit: Int) { self.limit = max(limit, 1) }

    /// Listening has begun, or begun again.
    mutating func begin() {
        isListening = true
        events = [.mayHaveMissed]
    }

    /// The connection is gone; what arrived before is still true.
    mutating func interrupt() { isListening = false }

    mutating func add(_ notification: PostgresNotification) {
        guard isListening else { return }
        if events.count >= limit {
            // Reading the state anew covers these and all that were dropped.
            events = [.mayHaveMissed]
        }
        events.append(.notification(notification))
    }

    mutating func next() -> NotificationEvent? { events.isEmpty ? nil : events.removeFirst() }
}
