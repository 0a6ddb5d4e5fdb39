import Foundation
import Logging

/// Listens for NOTIFY on a connection of its own, for any number of readers. The connection is opened for the first
/// reader, closed after the last, and opened again whenever it is lost.
///
/// LISTEN belongs to a session: behind PgBouncer in transaction mode give the listener a way around it.
public final class PostgresListener: Sendable {
    private struct State {
        var readers: [UInt64: WeakReader] = [:]
        var nextReader: UInt64 = 0
        /// What the server's end listens to now.
        var listening: Set<String> = []
        var supervisor: Task<Void, Never>?
        var isClosed = false
    }

    private struct WeakReader {
        weak var subscriber: NotificationSubscriber?
        var channels: Set<String>
    }

    private let configuration: ConnectionConfiguration
    private let heartbeat: Duration
    private let bufferLimit: Int
    private let logger: Logger
    private let changed = Signal()
    private let state = Guarded(State())

    /// - Parameters:
    ///   - heartbeat: how often a quiet connection is asked whether it still stands: a peer that vanished without a
    ///     word shows no other way.
    ///   - bufferLimit: how many notifications are kept for a reader that does not keep up.
    public init(
        connection: ConnectionConfiguration, heartbeat: Duration = .seconds(30), bufferLimit: Int = 1024, logger: Logger
    ) {
        configuration = connection
        self.heartbeat = heartbeat
        self.bufferLimit = bufferLimit
        self.logger = logger
    }

    /// - Parameter channels: names as NOTIFY gives them, case and all, of at most 63 bytes.
    public func events(on channels: String...) -> NotificationEvents { events(on: Set(channels)) }
    /// The same for names that are not known beforehand.
    public func events(on channels: Set<String>) -> NotificationEvents {
        NotificationEvents(listener: self, channels: channels)
    }

    /// Ends every sequence and closes the connection.
    public func close() async {
        let (readers, supervisor) = state.withLock { state in
            state.isClosed = true
            return (state.readers.values.compactMap(\.subscriber), state.supervisor)
        }
        for reader in readers { reader.close() }
        changed.raise()
        supervisor?.cancel()
        await supervisor?.value
    }

    // MARK: Readers

    func subscribe(to channels: Set<String>) -> NotificationSubscriber {
        let number = state.withLock { state in
            state.nextReader += 1
            return state.nextReader
        }
        let subscriber = NotificationSubscriber(channels: channels, limit: bufferLimit) { [weak self] in
            self?.unsubscribe(number)
        }
        let (isClosed, isListening) = state.withLock { state in
            guard !state.isClosed else { return (true, false) }
            state.readers[number] = WeakReader(subscriber: subscriber, channels: channels)
            if state.supervisor == nil { state.supervisor = Task.detached { [self] in await supervise() } }
            return (false, channels.isSubset(of: state.listening))
        }
        if isClosed { subscriber.close() }
        if isListening { subscriber.update { $0.begin() } }
        changed.raise()
        return subscriber
    }

    private func unsubscribe(_ number: UInt64) {
        state.withLock { _ = $0.readers.removeValue(forKey: number) }
        changed.raise()
    }

    private func deliver(_ notification: PostgresNotification) {
        let readers = state.withLock { state in
            state.readers.values.filter { $0.channels.contains(notification.channel) }.compactMap(\.subscriber)
        }
        for reader in readers { reader.update { $0.add(notification) } }
    }

    // MARK: The connection

    private func supervise() async {
        var backoff = Backoff()
        while isWanted() {
            do {
                let connection = try await PostgresConnection.connect(configuration)
                connection.observe(
                    notification: { [weak self] in self?.deliver($0) }, end: { [changed] in changed.raise() })
                defer { interrupt() }
                do {
                    try await listen(on: connection) { backoff = Backoff() }
                    await connection.close()
                } catch {
                    await connection.close()
                    throw error
                }
            } catch {
                logger.warning("listening for notifications was interrupted", metadata: ["reason": "\(error)"])
                await changed.wait(atMost: backoff.next())
            }
        }
    }

    /// False ends the supervisor: nobody reads, or the listener is closed.
    private func isWanted() -> Bool {
        state.withLock { state in
            guard state.isClosed || state.readers.isEmpty else { return true }
            state.supervisor = nil
            return false
        }
    }

    /// Returns once nobody reads any more.
    private func listen(on connection: PostgresConnection, begun: () -> Void) async throws {
        var listening: Set<String> = []
        while true {
            let wanted = state.withLock { state -> Set<String> in
                guard !state.isClosed else { return [] }
                let wanted = state.readers.values.reduce(into: Set<String>()) { $0.formUnion($1.channels) }
                // A reader that comes between here and UNLISTEN must not believe that it is being listened for.
                state.listening.formIntersection(wanted)
                return wanted
            }
            guard !wanted.isEmpty else { return }
            let commands =
                wanted.subtracting(listening).map { "LISTEN \(Self.quoted($0))" }
                + listening.subtracting(wanted).map { "UNLISTEN \(Self.quoted($0))" }
            // A peer that vanished without a word answers nothing, and TCP would ask it again for a quarter of an hour.
            try await withPostgresDeadline(heartbeat) {
                try await connection.simpleScript(commands.isEmpty ? "SELECT 1" : commands.joined(separator: "; "))
            }
            begun()
            begin(wanted, since: listening)
            listening = wanted
            await changed.wait(atMost: heartbeat)
            guard !connection.isBroken else { throw PostgresClientError.connectionLost("the server's end is gone") }
        }
    }

    private func begin(_ listening: Set<String>, since before: Set<String>) {
        let fresh = state.withLock { state in
            state.listening = listening
            return state.readers.values.filter {
                $0.channels.isSubset(of: listening) && !$0.channels.isSubset(of: before)
            }.compactMap(\.subscriber)
        }
        for reader in fresh { reader.update { $0.begin() } }
    }

    private func interrupt() {
        let readers = state.withLock { state in
            state.listening = []
            return state.readers.values.compactMap(\.subscriber)
        }
        for reader in readers { reader.update { $0.interrupt() } }
    }

    static func quoted(_ name: String) -> String { "\"\(name.replacingOccurrences(of: "\"", with: "\"\""))\"" }
}
