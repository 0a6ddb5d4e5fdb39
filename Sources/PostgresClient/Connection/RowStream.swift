/// The rows of one statement, one by one, in constant memory; read as fast as they are taken. May be read once.
public struct RowStream: AsyncSequence, Sendable {
    public typealias Element = Row
    let connection: PostgresConnection
    let statement: Statement
    var chunkSize = 256

    /// The rows in groups of at most `size`, as they come: one wait for each group.
    public func chunks(ofAtMost size: Int = 256) -> RowChunks {
        RowChunks(connection: connection, statement: statement, chunkSize: size)
    }

    public struct AsyncIterator: AsyncIteratorProtocol {
        var chunks: RowChunks.AsyncIterator
        var chunk: [Row] = []
        var position = 0

        public mutating func next() async throws -> Row? {
            if position == chunk.count {
                guard let next = try await chunks.next() else { return nil }
                chunk = next
                position = 0
            }
            defer { position += 1 }
            return chunk[position]
        }
    }

    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(chunks: chunks(ofAtMost: chunkSize).makeAsyncIterator())
    }
}

/// The rows of one statement in groups.
public struct RowChunks: AsyncSequence, Sendable {
    public typealias Element = [Row]
    let connection: PostgresConnection
    let statement: Statement
    let chunkSize: Int

    public struct AsyncIterator: AsyncIteratorProtocol {
        let reader: PullReader<[Row]>
        public mutating func next() async throws -> [Row]? { try await reader.next() }
    }

    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(reader: PullReader(RowsOperation(statement, chunkSize: chunkSize), connection))
    }
}

/// An iterator's hold on a pull; with it goes the interest in what is left.
final class PullReader<Chunk: Sendable>: Sendable {
    private let operation: PullOperation<Chunk>
    private let connection: PostgresConnection

    init(_ operation: PullOperation<Chunk>, _ connection: PostgresConnection) {
        self.operation = operation
        self.connection = connection
    }

    deinit { connection.wire.abandon(operation) }

    func next() async throws -> Chunk? {
        let wire = connection.wire
        try operation.check()
        return try await wire.wait(on: operation) { continuation in
            let isFirst = wire.attend(to: operation) { operation.place == .new }
            let ready = wire.attend(to: operation) { operation.next(on: wire) { continuation.resume(with: $0) } }
            if let ready { return continuation.resume(with: ready) }
            if isFirst { wire.enqueue(operation) }
        }
    }
}
