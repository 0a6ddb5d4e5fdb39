/// The leaves of an entry bundle, each behind its length as a big-endian 16-bit number (C2SP tlog-tiles).
public enum EntryBundle {
    public static let largestEntry = Int(UInt16.max)

    public enum Mistake: Error, Equatable {
        case entryTooLarge(bytes: Int)
        /// The bundle ends within an entry, or has more than 256.
        case malformed
    }

    public static func encode(_ entries: [[UInt8]]) throws -> [UInt8] {
        var bytes: [UInt8] = []
        for entry in entries {
            guard entry.count <= largestEntry else { throw Mistake.entryTooLarge(bytes: entry.count) }
            bytes.append(UInt8(entry.count >> 8))
            bytes.append(UInt8(entry.count & 0xFF))
            bytes += entry
        }
        return bytes
    }

    /// Where each entry lies in the bundle.
    public static func ranges(in bytes: UnsafeRawBufferPointer) throws -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        ranges.reserveCapacity(TilePath.width)
        var offset = 0
        while offset < bytes.count {
            guard offset + 2 <= bytes.count, ranges.count < TilePath.width else { throw Mistake.malformed }
            let length = Int(bytes[offset]) << 8 | Int(bytes[offset + 1])
            offset += 2
            guard offset + length <= bytes.count else { throw Mistake.malformed }
            ranges.append(offset..<offset + length)
            offset += length
        }
        return ranges
    }

    public static func decode(_ bytes: [UInt8]) throws -> [[UInt8]] {
        try bytes.withUnsafeBytes { raw in try ranges(in: raw).map { [UInt8](raw[$0]) } }
    }

    /// The hash of each entry, without a copy of any.
    public static func hashes(_ bytes: [UInt8]) throws -> [TreeHash] {
        try bytes.withUnsafeBytes { raw in
            try ranges(in: raw).map { TreeHash.leaf(bytes: UnsafeRawBufferPointer(rebasing: raw[$0])) }
        }
    }
}
