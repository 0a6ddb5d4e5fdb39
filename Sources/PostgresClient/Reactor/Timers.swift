/// What is to be done when, as a value: a heap by due time. Most timers are deadlines that are cancelled long before
/// they are due, so cancelling is cheap and leaves its place in the heap until it comes up.
struct Timers {
    typealias Work = @Sendable () -> Void
    private struct Entry {
        var due: ContinuousClock.Instant
        var number: UInt64
    }

    private var heap: [Entry] = []
    private var work: [UInt64: Work] = [:]
    private var numbers: UInt64 = 0

    var count: Int { work.count }

    mutating func add(due: ContinuousClock.Instant, _ item: @escaping Work) -> UInt64 {
        numbers += 1
        work[numbers] = item
        heap.append(Entry(due: due, number: numbers))
        rise(from: heap.count - 1)
        return numbers
    }

    mutating func cancel(_ number: UInt64) {
        guard work.removeValue(forKey: number) != nil, heap.count > 64, heap.count > work.count * 4 else { return }
        heap = heap.filter { work[$0.number] != nil }.sorted { $0.due < $1.due }
    }

    /// When the next one is due.
    var next: ContinuousClock.Instant? {
        mutating get {
            while let first = heap.first {
                if work[first.number] != nil { return first.due }
                removeFirst()
            }
            return nil
        }
    }

    mutating func takeDue(at now: ContinuousClock.Instant) -> [Work] {
        var due: [Work] = []
        while let first = heap.first, first.due <= now {
            removeFirst()
            if let item = work.removeValue(forKey: first.number) { due.append(item) }
        }
        return due
    }

    private mutating func removeFirst() {
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var index = 0
        while true {
            var least = index
            for child in [2 * index + 1, 2 * index + 2]
            where child < heap.count && heap[child].due < heap[least].due {
                least = child
            }
            guard least != index else { return }
            heap.swapAt(least, index)
            index = least
        }
    }

    private mutating func rise(from start: Int) {
        var index = start
        while index > 0, heap[index].due < heap[(index - 1) / 2].due {
            heap.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }
}
