/// A witness's word that it has seen this checkpoint, consistent with all it saw before, at a time (C2SP tlog-cosignature,
/// cosignature/v1 with Ed25519).
public struct Cosignature: Hashable, Sendable {
    /// Seconds since 1970.
    public var time: UInt64
    public var signature: [UInt8]

    public init(time: UInt64, signature: [UInt8]) {
        self.time = time
        self.signature = signature
    }

    /// The time as eight bytes, big end first, and 64 bytes of signature.
    init?(bytes: [UInt8]) {
        guard bytes.count == 72 else { return nil }
        time = bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        signature = Array(bytes.dropFirst(8))
        guard time <= UInt64(Int64.max) else { return nil }
    }

    var bytes: [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: time >> UInt64(56 - $0 * 8)) } + signature }

    /// What is signed.
    static func message(_ text: String, at time: UInt64) -> [UInt8] {
        Array("cosignature/v1\ntime \(time)\n\(text)".utf8)
    }
}
