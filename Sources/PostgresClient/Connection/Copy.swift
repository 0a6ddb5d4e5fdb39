/// Takes the chunks of a COPY … FROM STDIN, in whatever pieces; `write` returns once the kernel has taken the chunk.
public struct CopyWriter: Sendable {
    let operation: CopyInOperation
    let wire: Wire

    public func write(_ bytes: [UInt8]) async throws {
        try Task.checkCancellation()
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            wire.reactor.submit { [operation, wire] in
                operation.put(bytes, on: wire) { continuation.resume(with: $0) }
            }
        }
    }
}

/// The rows of a COPY … TO STDOUT as chunks of whole rows, in constant memory. May be read once.
public struct CopyRows: AsyncSequence, Sendable {
    public typealias Element = [UInt8]
    let connection: PostgresConnection
    let sql: String

    public struct AsyncIterator: AsyncIteratorProtocol {
        let operation: CopyOutOperation
        let wire: Wire
        var isStarted = false

        public mutating func next() async throws -> [UInt8]? {
            try Task.checkCancellation()
            if !isStarted {
                isStarted = true
                wire.reactor.submit { [operation, wire] in wire.enqueue(operation) }
            }
            return try await withCheckedThrowingContinuation { continuation in
                wire.reactor.submit { [operation, wire] in
                    operation.next(on: wire) { continuation.resume(with: $0) }
                }
            }
        }
    }

    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(operation: CopyOutOperation(sql), wire: connection.wire)
    }
}

extension PostgresConnection {
    /// COPY … FROM STDIN. Where `body` throws, the server takes nothing in.
    ///
    /// - Parameter sql: a COPY command of the program's own words; COPY has no parameters.
    /// - Returns: the rows copied.
    @discardableResult
    public func copyIn(_ sql: String, _ body: (CopyWriter) async throws -> Void) async throws -> Int {
        let operation = try await openCopy(sql)
        do {
            try await body(CopyWriter(operation: operation, wire: wire))
        } catch {
            _ = try? await endCopy(operation, reason: "the client gave up: \(type(of: error))")
            throw error
        }
        return try await endCopy(operation, reason: nil)
    }

    /// COPY … TO STDOUT. Left before its end, the connection is of no more use and must be closed.
    public func copyOut(_ sql: String) -> CopyRows { CopyRows(connection: self, sql: sql) }

    private func openCopy(_ sql: String) async throws -> CopyInOperation {
        let box = OperationBox()
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            let operation = CopyInOperation(sql) { continuation.resume(with: $0) }
            box.operation = operation
            wire.reactor.submit { [wire] in wire.enqueue(operation) }
        }
        guard let operation = box.operation else { throw PostgresClientError.copy("COPY did not open") }
        return operation
    }

    private func endCopy(_ operation: CopyInOperation, reason: String?) async throws -> Int {
        try await withCheckedThrowingContinuation { continuation in
            wire.reactor.submit { [wire] in
                operation.end(reason, on: wire) { continuation.resume(with: $0) }
            }
        }
    }
}

private final class OperationBox {
    var operation: CopyInOperation?
}
