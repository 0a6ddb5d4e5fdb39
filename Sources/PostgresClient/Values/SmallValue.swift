import Foundation

/// A value of at most eight bytes, or a UUID's sixteen, in PostgreSQL's binary format: kept without a buffer of its own.
public struct SmallValue: Sendable {
    /// As they lie in memory.
    let bits: (UInt64, UInt64)
    let size: Int

    /// - Parameter integer: of at most 64 bits.
    public init<Integer: FixedWidthInteger>(_ integer: Integer) {
        size = MemoryLayout<Integer>.size
        precondition(size <= MemoryLayout<UInt64>.size)
        var word: UInt64 = 0
        withUnsafeMutableBytes(of: &word) { $0.storeBytes(of: integer.bigEndian, as: Integer.self) }
        bits = (word, 0)
    }

    init(uuid: uuid_t) {
        bits = unsafeBitCast(uuid, to: (UInt64, UInt64).self)
        size = MemoryLayout<uuid_t>.size
    }
}
