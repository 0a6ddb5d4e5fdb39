import Foundation

/// Writes `Encodable` values as JSON straight into bytes, keys in order. Foundation's encoder makes a tree of the document
/// first and then sorts and prints it: more than half of what an answer at the counter cost (`deploy/bench baseline`).
/// What both write is compared in `RegistryJSONTests`.
struct DirectEncoder: Encoder {
    let frame: JSONFrame
    /// Always empty: only a number that JSON has not would need it, and it costs an array for each value.
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    static func bytes(_ value: some Encodable) throws -> [UInt8] {
        if let document = value as? any SelfWriting {
            var json = JSONBuilder()
            document.write(to: &json)
            return json.bytes
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(4096)
        try write(value, to: &bytes)
        return bytes
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        frame.take(.object)
        return KeyedEncodingContainer(DirectObject(frame: frame))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        frame.take(.array)
        return DirectArray(frame: frame)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer {
        frame.take(.single)
        return DirectValue(frame: frame)
    }

    /// What JSON and its dialect here have a form for; anything else says itself how it is encoded.
    static func write<Value: Encodable>(_ value: Value, to output: inout [UInt8]) throws {
        // Types are compared before they are cast: a cast that fails costs as much as the rest.
        if Value.self == String.self, let text = value as? String {
            JSONText.write(text, to: &output)
        } else if Value.self == UUID.self, let identifier = value as? UUID {
            JSONText.write(identifier, to: &output)
        } else if Value.self == Date.self, let instant = value as? Date {
            JSONText.write(RegistryJSON.text(instant), to: &output)
        } else if Value.self == Data.self, let bytes = value as? Data {
            JSONText.write(bytes.base64EncodedString(), to: &output)
        } else if Value.self == URL.self, let address = value as? URL {
            JSONText.write(address.absoluteString, to: &output)
        } else if Value.self == Decimal.self, let number = value as? Decimal {
            output += number.description.utf8
        } else {
            let frame = JSONFrame()
            try value.encode(to: DirectEncoder(frame: frame))
            frame.finish(to: &output)
        }
    }
}

/// The values that any container takes, each by way of one function.
protocol DirectWriting {
    func put(_ value: (inout [UInt8]) throws -> Void) rethrows
}

extension DirectWriting {
    func encodeNil() { put { $0 += "null".utf8 } }
    func encode(_ value: Bool) { put { $0 += (value ? "true" : "false").utf8 } }
    func encode(_ value: String) { put { JSONText.write(value, to: &$0) } }
    func encode(_ value: Double) throws { try put { try JSONText.write(value, to: &$0) } }
    func encode(_ value: Float) throws { try encode(Double(value.description) ?? .nan) }
    func encode(_ value: some BinaryInteger & Encodable) { put { JSONText.write(value, to: &$0) } }
    func encode(_ value: some Encodable) throws { try put { try DirectEncoder.write(value, to: &$0) } }
}

struct DirectValue: SingleValueEncodingContainer, DirectWriting {
    let frame: JSONFrame
    var codingPath: [any CodingKey] { [] }
    func put(_ value: (inout [UInt8]) throws -> Void) rethrows { try frame.write(value) }
}

struct DirectArray: UnkeyedEncodingContainer, DirectWriting {
    let frame: JSONFrame
    var codingPath: [any CodingKey] { [] }
    var count: Int { frame.count }
    func put(_ value: (inout [UInt8]) throws -> Void) rethrows { try frame.write(value) }

    func nestedContainer<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        DirectEncoder(frame: frame.open()).container(keyedBy: type)
    }
    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        DirectEncoder(frame: frame.open()).unkeyedContainer()
    }
    func superEncoder() -> any Encoder { DirectEncoder(frame: frame.open()) }
}

struct DirectObject<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let frame: JSONFrame
    var codingPath: [any CodingKey] { [] }

    private func put(_ key: Key, _ value: (inout [UInt8]) throws -> Void) rethrows {
        try frame.write(key: key.stringValue, value)
    }

    func encodeNil(forKey key: Key) { put(key) { $0 += "null".utf8 } }
    func encode(_ value: Bool, forKey key: Key) { put(key) { $0 += (value ? "true" : "false").utf8 } }
    func encode(_ value: String, forKey key: Key) { put(key) { JSONText.write(value, to: &$0) } }
    func encode(_ value: Int, forKey key: Key) { put(key) { JSONText.write(value, to: &$0) } }
    func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
        try put(key) { try DirectEncoder.write(value, to: &$0) }
    }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) -> KeyedEncodingContainer<
        Nested
    > {
        DirectEncoder(frame: frame.open(key: key.stringValue)).container(keyedBy: type)
    }
    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        DirectEncoder(frame: frame.open(key: key.stringValue)).unkeyedContainer()
    }
    func superEncoder() -> any Encoder { DirectEncoder(frame: frame.open(key: "super")) }
    func superEncoder(forKey key: Key) -> any Encoder {
        DirectEncoder(frame: frame.open(key: key.stringValue))
    }
}
