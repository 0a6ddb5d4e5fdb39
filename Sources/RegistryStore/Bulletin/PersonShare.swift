import Foundation

/// The persons whose identifiers lie between two, both included. Identifiers are random (RFC 9562, version 4), so equal spans
/// hold about as many persons each.
struct PersonShare: Sendable {
    let first: UUID
    let last: UUID

    /// Everybody, in so many shares.
    static func equal(_ count: Int) -> [PersonShare] {
        let ends = (0...count).map { $0 * 0x1_0000 / count }
        return zip(ends, ends.dropFirst()).map { start, end in
            PersonShare(first: identifier(UInt16(start), rest: 0), last: identifier(UInt16(end - 1), rest: 0xFF))
        }
    }

    private static func identifier(_ head: UInt16, rest: UInt8) -> UUID {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 16) { bytes in
            bytes.initialize(repeating: rest)
            bytes[0] = UInt8(head >> 8)
            bytes[1] = UInt8(head & 0xFF)
            return UUID(uuid: UnsafeRawBufferPointer(bytes).loadUnaligned(as: uuid_t.self))
        }
    }
}
