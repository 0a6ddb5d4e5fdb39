/// One parameter of a statement: its type and its binary form, or NULL.
public struct Parameter: Sendable {
    let type: PostgresType
    private let form: Form

    private enum Form {
        case null
        case small(SmallValue)
        case bytes([UInt8])
    }

    /// Encoded here and now; nil, and a nil inside it, is NULL of the value's type.
    public init<Value: PostgresEncodable>(_ value: Value?) {
        type = Value.postgresType
        if let value, !value.isNull {
            if let small = value.postgresSmallValue {
                form = .small(small)
            } else {
                var buffer: [UInt8] = []
                value.encode(into: &buffer)
                form = .bytes(buffer)
            }
        } else {
            form = .null
        }
    }

    /// In bytes; nil for NULL.
    var size: Int? {
        switch form {
        case .null: nil
        case .small(let value): value.size
        case .bytes(let bytes): bytes.count
        }
    }

    /// - Parameter target: as long as `size` says.
    func copy(to target: UnsafeMutableRawBufferPointer) {
        switch form {
        case .null: break
        case .small(let value):
            Swift.withUnsafeBytes(of: value.bits) { target.copyMemory(from: .init(rebasing: $0[..<value.size])) }
        case .bytes(let bytes): target.copyBytes(from: bytes)
        }
    }
}
