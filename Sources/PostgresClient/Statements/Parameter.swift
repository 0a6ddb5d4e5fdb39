/// One parameter of a statement: its type and its binary form, or NULL.
public struct Parameter: Sendable {
    let type: PostgresType
    let bytes: [UInt8]?

    public init<Value: PostgresEncodable>(_ value: Value?) {
        type = Value.postgresType
        bytes = value.map { value in
            var buffer: [UInt8] = []
            value.encode(into: &buffer)
            return buffer
        }
    }
}
