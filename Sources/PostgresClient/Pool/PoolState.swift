/// The pool's bookkeeping as a value: who has a connection, who waits, and what to do next. No I/O, no clock; the pool
/// carries out what it says.
struct PoolState<Connection: Sendable>: Sendable {
    /// What the caller who asked gets.
    enum Lease: Sendable {
        case connection(Connection)
        /// A place is free: connect, then say `opened` or `connectFailed`.
        case connect
        case wait
        case closed
    }

    /// What is to be done after a connection or a place came free.
    enum Next: Sendable {
        case hand(Connection, to: UInt64)
        /// Somebody waits and a place is free: connect for them.
        case connect(for: UInt64)
        case discard(Connection)
        case nothing
    }

    let maximum: Int
    private(set) var open = 0
    private(set) var idle: [Connection] = []
    private(set) var waiting: [UInt64] = []
    private(set) var isClosed = false

    init(maximum: Int) { self.maximum = maximum }

    /// First come, first served: nobody who arrives now passes those who wait.
    mutating func lease(to waiter: UInt64, isUsable: (Connection) -> Bool) -> (lease: Lease, discarded: [Connection]) {
        guard !isClosed else { return (.closed, []) }
        var discarded: [Connection] = []
        while waiting.isEmpty, let connection = idle.popLast() {
            if isUsable(connection) { return (.connection(connection), discarded) }
            open -= 1
            discarded.append(connection)
        }
        if waiting.isEmpty, open < maximum {
            open += 1
            return (.connect, discarded)
        }
        waiting.append(waiter)
        return (.wait, discarded)
    }

    mutating func giveBack(_ connection: Connection, isUsable: Bool) -> Next {
        guard isUsable, !isClosed else {
            open -= 1
            return .discard(connection)
        }
        guard !waiting.isEmpty else {
            idle.append(connection)
            return .nothing
        }
        return .hand(connection, to: waiting.removeFirst())
    }

    /// A place came free: the first in line may connect.
    mutating func placeIsFree() -> Next {
        guard !isClosed, open < maximum, !waiting.isEmpty else { return .nothing }
        open += 1
        return .connect(for: waiting.removeFirst())
    }

    mutating func connectFailed() { open -= 1 }

    /// True where the waiter still stood in line.
    mutating func leave(_ waiter: UInt64) -> Bool {
        guard let index = waiting.firstIndex(of: waiter) else { return false }
        waiting.remove(at: index)
        return true
    }

    /// Nobody gets a connection any more; the idle ones and all who wait are let go.
    mutating func close() -> (idle: [Connection], waiting: [UInt64]) {
        isClosed = true
        defer {
            open -= idle.count
            idle = []
            waiting = []
        }
        return (idle, waiting)
    }
}
