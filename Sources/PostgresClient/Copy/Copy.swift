import Foundation

/// Takes the data of a COPY … FROM STDIN in whatever pieces, in the format that the command names. Pieces of 64 KiB or
/// more are the quickest.
public struct CopyWriter: Sendable {
    let operation: CopyInOperation
    let connection: PostgresConnection

    /// Returns once the kernel has taken it: as fast as the server takes it in, and no faster.
    public func write(_ bytes: some ContiguousBytes) async throws {
        try Task.checkCancellation()
        try PostgresDeadline.check()
        let wire = connection.wire
        let isTaken = try bytes.withUnsafeBytes { bytes in
            try wire.attend(to: operation) { Result { try operation.put(bytes, on: wire) } }.get()
        }
        guard !isTaken else { return }
        try await wire.wait(on: operation) { continuation in
            wire.attend(to: operation) { operation.waitUntilTaken(continuation, on: wire) }
        }
    }
}

/// The rows of a COPY … TO STDOUT as chunks of whole rows, in constant memory. May be read once. Left before its end,
/// the server is told to stop, and the connection is clean again for the next statement.
public struct CopyRows: AsyncSequence, Sendable {
    public typealias Element = [UInt8]
    let connection: PostgresConnection
    let sql: String

    public struct AsyncIterator: AsyncIteratorProtocol {
        let reader: PullReader<[UInt8]>
        public mutating func next() async throws -> [UInt8]? { try await reader.next() }
    }

    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(reader: PullReader(CopyOutOperation(sql), connection))
    }
}

extension PostgresConnection {
    /// COPY … FROM STDIN. Where `body` throws, the server takes nothing in.
    ///
    /// - Parameter sql: a COPY command of the program's own words; COPY has no parameters.
    /// - Returns: the rows copied.
    @discardableResult
    public func copyIn(_ sql: String, _ body: (CopyWriter) async throws -> Void) async throws -> Int {
        let operation = CopyInOperation(sql)
        try await wire.wait(on: operation) { continuation in
            operation.open(continuation)
            wire.enqueue(operation)
        }
        do {
            try await body(CopyWriter(operation: operation, connection: self))
        } catch {
            await giveUp(operation, "the client gave up: \(type(of: error))")
            throw error
        }
        return try await end(operation, nil)
    }

    /// COPY … TO STDOUT.
    public func copyOut(_ sql: String) -> CopyRows { CopyRows(connection: self, sql: sql) }

    private func end(_ operation: CopyInOperation, _ reason: String?) async throws -> Int {
        do {
            return try await wire.wait(on: operation) { continuation in
                wire.attend(to: operation) { operation.end(reason, continuation, on: wire) }
            }
        } catch {
            // Cancelled before the end was sent: the connection must not stay in the middle of a COPY.
            if reason == nil { await giveUp(operation, "the client gave up: \(type(of: error))") }
            throw error
        }
    }

    /// Also for a cancelled task: the connection must be free of the COPY before it is used for something else.
    private func giveUp(_ operation: CopyInOperation, _ reason: String) async {
        await Task.detached { [self] in
            _ = try? await withPostgresDeadline(wire.cancelGrace) { try await end(operation, reason) }
        }.value
    }
}
