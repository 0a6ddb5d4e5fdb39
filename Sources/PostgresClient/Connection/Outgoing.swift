import CLibPQ

/// Hands parameters to libpq, which copies them: all of them from one piece of stack memory.
enum Outgoing {
    /// A prepared statement. About how many bytes it came to.
    static func send(_ parameters: [Parameter], to name: String, _ connection: OpaquePointer, orElse wire: Wire) throws
        -> Int
    {
        try flattened(parameters, orElse: wire) { values, lengths, formats in
            PQsendQueryPrepared(connection, name, Int32(parameters.count), values, lengths, formats, 1)
        }
    }

    /// An unnamed statement: parsed, bound and run at once, forgotten afterwards.
    static func send(_ statement: Statement, _ connection: OpaquePointer, orElse wire: Wire) throws -> Int {
        let types = statement.parameters.map(\.type.rawValue)
        return try flattened(statement.parameters, orElse: wire) { values, lengths, formats in
            PQsendQueryParams(connection, statement.sql, Int32(types.count), types, values, lengths, formats, 1)
        } + statement.sql.utf8.count
    }

    private typealias Values = UnsafePointer<UnsafePointer<CChar>?>
    private typealias Numbers = UnsafePointer<Int32>

    private static func flattened(
        _ parameters: [Parameter], orElse wire: Wire, _ body: (Values?, Numbers?, Numbers?) -> Int32
    ) throws -> Int {
        let count = parameters.count
        let size = parameters.reduce(0) { $0 + ($1.size ?? 0) }
        let sent = withUnsafeTemporaryAllocation(byteCount: max(size, 1), alignment: 1) { bytes -> Int32 in
            withUnsafeTemporaryAllocation(of: UnsafePointer<CChar>?.self, capacity: count) { values -> Int32 in
                withUnsafeTemporaryAllocation(of: Int32.self, capacity: count * 2) { numbers -> Int32 in
                    var offset = 0
                    for (index, parameter) in parameters.enumerated() {
                        let size = parameter.size
                        let length = size ?? 0
                        let place = UnsafeMutableRawBufferPointer(rebasing: bytes[offset..<offset + length])
                        parameter.copy(to: place)
                        let start = size == nil ? nil : UnsafeRawPointer(place.baseAddress)
                        values.initializeElement(at: index, to: start?.assumingMemoryBound(to: CChar.self))
                        numbers.initializeElement(at: index, to: Int32(length))
                        numbers.initializeElement(at: count + index, to: 1)
                        offset += length
                    }
                    let lengths = numbers.baseAddress.map { Numbers($0) }
                    let formats = numbers.baseAddress.map { Numbers($0 + count) }
                    return body(values.baseAddress.map { Values($0) }, lengths, formats)
                }
            }
        }
        guard sent == 1 else { throw PostgresClientError.connectionLost(wire.message) }
        return size + 64
    }
}
