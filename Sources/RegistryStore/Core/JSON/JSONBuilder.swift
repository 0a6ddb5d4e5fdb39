import Foundation

/// A document that is asked for so often that it writes itself, without the containers of `Encodable`: those are half of
/// what is left of writing one. What it writes is what `Encodable` would, keys in order; a test compares them.
protocol SelfWriting: Encodable {
    func write(to json: inout JSONBuilder)
}

/// JSON as it is written, part after part.
struct JSONBuilder {
    private(set) var bytes: [UInt8] = []
    private var isFirst = true

    init(capacity: Int = 4096) { bytes.reserveCapacity(capacity) }

    mutating func object(_ body: (inout JSONBuilder) -> Void) { bracketed("{", "}", body) }

    mutating func array<Element>(_ elements: some Sequence<Element>, _ write: (inout JSONBuilder, Element) -> Void) {
        bracketed("[", "]") { json in
            for element in elements {
                json.separate()
                write(&json, element)
            }
        }
    }

    /// What follows is this key's.
    mutating func key(_ key: StaticString) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        key.withUTF8Buffer { bytes += $0 }
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
    }

    /// A key that may have to be escaped.
    mutating func key(named key: String) {
        separate()
        JSONText.write(key, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
    }

    /// A key with its text; neither where there is none.
    mutating func field(_ key: StaticString, _ value: String?) {
        guard let value else { return }
        self.key(key)
        text(value)
    }

    /// A key with its number; neither where there is none.
    mutating func field(_ key: StaticString, _ value: Int?) {
        guard let value else { return }
        self.key(key)
        JSONText.write(value, to: &bytes)
    }

    mutating func field(_ key: StaticString, _ value: UUID) {
        self.key(key)
        identifier(value)
    }

    /// A key that is always there, with its text or null.
    mutating func field(_ key: StaticString, orNull value: String?) {
        self.key(key)
        if let value { text(value) } else { bytes += "null".utf8 }
    }

    mutating func text(_ value: String) { JSONText.write(value, to: &bytes) }
    mutating func identifier(_ value: UUID) { JSONText.write(value, to: &bytes) }

    private mutating func separate() {
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        isFirst = false
    }

    private mutating func bracketed(
        _ left: Unicode.Scalar, _ right: Unicode.Scalar, _ body: (inout JSONBuilder) -> Void
    ) {
        bytes.append(UInt8(ascii: left))
        isFirst = true
        body(&self)
        isFirst = false
        bytes.append(UInt8(ascii: right))
    }
}
