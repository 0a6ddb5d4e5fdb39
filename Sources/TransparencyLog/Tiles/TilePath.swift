/// Where a tile or an entry bundle is found below a log's prefix (C2SP tlog-tiles).
public struct TilePath: Hashable, Sendable {
    public static let height = 8
    public static let width = 256

    public enum Content: Hashable, Sendable {
        /// Hashes; level 0 are the leaves', each above of 256 complete ones below.
        case hashes(level: Int)
        /// The leaves themselves.
        case entries
    }

    public var content: Content
    public var index: UInt64
    /// Hashes or entries in it: 1 to 255 in a partial one, 256 in a full one.
    public var count: Int

    public init(_ content: Content, index: UInt64, count: Int = width) {
        self.content = content
        self.index = index
        self.count = count
    }

    public var isPartial: Bool { count < Self.width }
    /// The full one that a partial one grows into.
    public var full: TilePath { TilePath(content, index: index) }

    /// Such as `tile/0/x001/x234/067.p/8`, without a slash in front.
    public var path: String {
        let level =
            switch content {
            case .hashes(let level): String(level)
            case .entries: "entries"
            }
        return "tile/\(level)/\(Self.number(index))" + (isPartial ? ".p/\(count)" : "")
    }

    /// 1234067 is `x001/x234/067`.
    static func number(_ index: UInt64) -> String {
        var parts = [three(index % 1000)]
        var rest = index / 1000
        while rest > 0 {
            parts.append("x" + three(rest % 1000))
            rest /= 1000
        }
        return parts.reversed().joined(separator: "/")
    }

    private static func three(_ number: UInt64) -> String {
        let text = String(number)
        return String(repeating: "0", count: 3 - text.count) + text
    }

    /// Reads what `path` writes, and nothing else: one address for one tile.
    public init?(_ path: some StringProtocol) {
        let words: [Substring] = String(path).split(separator: "/", omittingEmptySubsequences: false)
        var parts = words.map(String.init)[...]
        guard parts.popFirst() == "tile", let name = parts.popFirst() else { return nil }
        if name == "entries" {
            content = .entries
        } else {
            guard let level = Int(name), (0...63).contains(level), String(level) == name else { return nil }
            content = .hashes(level: level)
        }
        count = Self.width
        if parts.count >= 2, let stem = parts.dropLast().last, stem.hasSuffix(".p"), let width = parts.last {
            guard let count = Int(width), (1..<Self.width).contains(count), String(count) == width else { return nil }
            self.count = count
            parts.removeLast()
            parts[parts.endIndex - 1] = String(stem.dropLast(2))
        }
        guard let index = Self.index(of: parts) else { return nil }
        self.index = index
        guard Self.number(index) == parts.joined(separator: "/") else { return nil }
    }

    private static func index(of parts: ArraySlice<String>) -> UInt64? {
        guard !parts.isEmpty, parts.count <= 7 else { return nil }
        var index: UInt64 = 0
        for (place, part) in parts.enumerated() {
            let digits = place == parts.count - 1 ? part[...] : part.hasPrefix("x") ? part.dropFirst() : ""
            guard digits.utf8.count == 3, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                let number = UInt64(digits)
            else { return nil }
            let (shifted, overflow) = index.multipliedReportingOverflow(by: 1000)
            guard !overflow else { return nil }
            let (sum, carried) = shifted.addingReportingOverflow(number)
            guard !carried else { return nil }
            index = sum
        }
        return index
    }
}

extension TilePath {
    /// Whether a tree of this size has all that the tile holds.
    public func isWithin(treeOf size: UInt64) -> Bool {
        let level =
            switch content {
            case .hashes(let level): level
            case .entries: 0
            }
        guard level * Self.height < UInt64.bitWidth else { return false }
        let count = size >> UInt64(level * Self.height)
        let (first, overflow) = index.multipliedReportingOverflow(by: UInt64(Self.width))
        return !overflow && first < count && count - first >= UInt64(self.count)
    }

    /// Every tile and entry bundle of a tree of this size, partial ones included, level by level.
    public static func all(inTreeOf size: UInt64, entries: Bool = true) -> [TilePath] {
        var paths = entries ? row(.entries, of: size) : []
        var (level, count) = (0, size)
        while count > 0 {
            paths += row(.hashes(level: level), of: count)
            count >>= UInt64(height)
            level += 1
        }
        return paths
    }

    private static func row(_ content: Content, of count: UInt64) -> [TilePath] {
        let full = (0..<count / UInt64(width)).map { TilePath(content, index: $0) }
        let rest = Int(count % UInt64(width))
        return rest == 0 ? full : full + [TilePath(content, index: count / UInt64(width), count: rest)]
    }
}
