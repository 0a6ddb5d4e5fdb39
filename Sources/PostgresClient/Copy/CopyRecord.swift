/// One row of a COPY … TO STDOUT, decoded field by field on demand.
public struct CopyRecord: Sendable {
    let format: CopyFormat
    let bytes: [UInt8]
    /// Nil is NULL.
    let fields: [Range<Int>?]

    /// Fields, NULLs among them.
    public var count: Int { fields.count }

    /// - Parameter column: counted from 0. COPY does not say names or types: in the binary format the bytes must be
    ///   those of `Value`'s own type.
    /// - Throws: `PostgresClientError.noSuchColumn`, or `.decoding` where the field is NULL or no such value.
    public func decode<Value: PostgresDecodable>(_ column: Int, as type: Value.Type = Value.self) throws -> Value {
        guard fields.indices.contains(column) else { throw PostgresClientError.noSuchColumn("\(column)") }
        guard let range = fields[column] else {
            if let null = Value.null { return null }
            throw failure(column, type, isNull: true)
        }
        do {
            switch format {
            case .binary:
                return try bytes.withUnsafeBytes { all in
                    try Value.decode(UnsafeRawBufferPointer(rebasing: all[range]), type: Value.postgresColumnType)
                }
            case .text: return try Value.decode(text: String(decoding: bytes[range], as: UTF8.self))
            }
        } catch {
            throw failure(column, type, isNull: false)
        }
    }

    private func failure(_ column: Int, _ type: any Any.Type, isNull: Bool) -> PostgresClientError {
        .decoding(column: "\(column)", expected: "\(type)", found: .unknown, isNull: isNull)
    }
}
