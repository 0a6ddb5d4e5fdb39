/// The pool's bookkeeping as a value: who has a connection, who waits, and what to do next. No I/O and no clock of its
/// own; the pool carries out what it says and tells it what came of it.
struct PoolState<Connection: Sendable>: Sendable {
    typealias Instant = ContinuousClock.Instant
    typealias Identifier = UInt64

    struct Lent: Sendable {
        var identifier: Identifier
        var connection: Connection
        /// It was idle for so long that its socket's silence proves nothing: ask the server before use.
        var needsCheck: Bool
    }

    /// What the caller who asked gets.
    enum Lease: Sendable {
        case connection(Lent)
        case wait
        case closed
    }

    /// What is to be done.
    enum Action: Sendable {
        case hand(Lent, to: UInt64)
        /// Open a connection, then say `opened` or `connectFailed`.
        case connect
        case discard(Connection)
        /// No connection can be had for those who wait.
        case refuse([UInt64])
    }

    private struct Entry: Sendable {
        var connection: Connection
        var expires: Instant
    }

    private struct Idle: Sendable {
        var identifier: Identifier
        var since: Instant
    }

    let limits: PoolLimits
    private(set) var circuit: Circuit
    private(set) var waiting: [UInt64] = []
    private(set) var isClosed = false
    private(set) var connecting = 0
    private var entries: [Identifier: Entry] = [:]
    /// The one used last is at the end, and is lent first: the others grow old and go.
    private var idle: [Idle] = []
    private var identifiers: Identifier = 0

    init(limits: PoolLimits) {
        self.limits = limits
        circuit = Circuit(width: limits.maximumConnecting)
    }

    /// Connections that exist, and those on their way.
    var open: Int { entries.count + connecting }
    var idleCount: Int { idle.count }
    var isEmpty: Bool { entries.isEmpty && connecting == 0 }
    var connections: [Connection] { entries.values.map(\.connection) }

    // MARK: Lending

    /// First come, first served: nobody who arrives now passes those who wait.
    mutating func lease(to waiter: UInt64, at now: Instant, isUsable: (Connection) -> Bool) -> (Lease, [Action]) {
        guard !isClosed else { return (.closed, []) }
        var actions: [Action] = []
        while waiting.isEmpty, let last = idle.popLast(), let entry = entries[last.identifier] {
            if entry.expires > now, isUsable(entry.connection) {
                let isOld = now - last.since >= limits.checkAfterIdle
                let lent = Lent(identifier: last.identifier, connection: entry.connection, needsCheck: isOld)
                return (.connection(lent), actions)
            }
            entries[last.identifier] = nil
            actions.append(.discard(entry.connection))
        }
        waiting.append(waiter)
        return (.wait, actions + connectAsNeeded(at: now))
    }

    mutating func giveBack(_ identifier: Identifier, isUsable: Bool, at now: Instant) -> [Action] {
        guard let entry = entries[identifier] else { return [] }
        guard isUsable, !isClosed, entry.expires > now else {
            entries[identifier] = nil
            return [.discard(entry.connection)] + connectAsNeeded(at: now)
        }
        return handOut(identifier, entry, at: now)
    }

    private mutating func handOut(_ identifier: Identifier, _ entry: Entry, at now: Instant) -> [Action] {
        guard !waiting.isEmpty else {
            idle.append(Idle(identifier: identifier, since: now))
            return []
        }
        let lent = Lent(identifier: identifier, connection: entry.connection, needsCheck: false)
        return [.hand(lent, to: waiting.removeFirst())]
    }

    /// True where the waiter still stood in line.
    mutating func leave(_ waiter: UInt64) -> Bool {
        guard let index = waiting.firstIndex(of: waiter) else { return false }
        waiting.remove(at: index)
        return true
    }

    // MARK: Opening

    /// - Parameter chance: between 0 and 1, so that connections opened together do not grow old together.
    mutating func opened(_ connection: Connection, at now: Instant, chance: Double) -> [Action] {
        connecting -= 1
        circuit.succeeded()
        guard !isClosed else { return [.discard(connection)] }
        identifiers += 1
        let entry = Entry(connection: connection, expires: now + limits.lifetime * (0.9 + 0.2 * chance))
        entries[identifiers] = entry
        return handOut(identifiers, entry, at: now) + connectAsNeeded(at: now)
    }

    /// Where other connections live, those who wait may still get one of them. Otherwise all who wait have seen this
    /// attempt fail, and are told so: none of them makes an attempt of its own.
    mutating func connectFailed(at now: Instant, chance: Double) -> [Action] {
        connecting -= 1
        circuit.failed(at: now, chance: chance)
        guard entries.isEmpty, !waiting.isEmpty else { return [] }
        defer { waiting = [] }
        return [.refuse(waiting)]
    }

    private mutating func connectAsNeeded(at now: Instant) -> [Action] {
        guard !isClosed, circuit.isClosed(at: now) else { return [] }
        let wanted = max(waiting.count - connecting, limits.minimum - open)
        let count = min(wanted, limits.maximum - open, circuit.allowed - connecting)
        guard count > 0 else { return [] }
        connecting += count
        return Array(repeating: .connect, count: count)
    }

    // MARK: Growing old

    /// What time alone brings: idle connections that nobody needed for long, connections past their life, the circuit's
    /// next attempt, the minimum.
    mutating func tick(at now: Instant) -> [Action] {
        var actions: [Action] = []
        var kept: [Idle] = []
        for (position, one) in idle.enumerated() {
            guard let entry = entries[one.identifier] else { continue }
            let spare = entries.count > limits.minimum && now - one.since >= limits.idleTime
            if entry.expires <= now || spare {
                entries[one.identifier] = nil
                actions.append(.discard(entry.connection))
            } else {
                kept.append(idle[position])
            }
        }
        idle = kept
        return actions + connectAsNeeded(at: now)
    }

    /// When `tick` has something to do; nil while there is nothing to wait for.
    var nextTick: Instant? {
        guard !isClosed else { return nil }
        let areSpare = entries.count > limits.minimum
        var due = idle.compactMap { one in
            entries[one.identifier].map { areSpare ? min($0.expires, one.since + limits.idleTime) : $0.expires }
        }.min()
        if let pause = circuit.opensAgain, connecting == 0, open < limits.maximum,
            !waiting.isEmpty || open < limits.minimum
        {
            due = due.map { min($0, pause) } ?? pause
        }
        return due
    }

    // MARK: Ending

    /// Nobody gets a connection any more; the idle ones and all who wait are let go.
    mutating func close() -> (idle: [Connection], waiting: [UInt64]) {
        isClosed = true
        let left = idle.compactMap { entries.removeValue(forKey: $0.identifier)?.connection }
        defer {
            idle = []
            waiting = []
        }
        return (left, waiting)
    }
}
