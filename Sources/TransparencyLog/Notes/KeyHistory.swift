/// The keys of a log, old ones too: each signs from a tree size on, up to the size at which the next began; at that size
/// both sign. Whoever got hold of an old key later can sign nothing larger with it.
///
/// As text a line for each, oldest first: `FROM VERIFIER-KEY`. Empty lines and lines that begin with `#` say nothing; a
/// line with a key alone is a key from the beginning.
public struct KeyHistory: Hashable, Sendable {
    public struct Line: Hashable, Sendable {
        public var from: UInt64
        public var key: VerifierKey

        public init(from: UInt64, key: VerifierKey) {
            self.from = from
            self.key = key
        }
    }

    public struct Mistake: Error, Equatable, Sendable {
        public var line: Int
    }

    public private(set) var lines: [Line]

    public init(_ lines: [Line] = []) { self.lines = lines }

    public init(text: String) throws(Mistake) {
        lines = []
        for (number, line) in text.split(whereSeparator: \.isNewline).enumerated() {
            let words = line.split(whereSeparator: \.isWhitespace)
            guard let last = words.last, !last.isEmpty, !line.hasPrefix("#") else { continue }
            guard words.count <= 2, let key = VerifierKey(last), let from = words.count == 2 ? UInt64(words[0]) : 0,
                from >= lines.last?.from ?? 0
            else { throw Mistake(line: number + 1) }
            lines.append(Line(from: from, key: key))
        }
    }

    public var text: String { lines.map { "\($0.from) \($0.key)\n" }.joined() }

    public mutating func add(_ key: VerifierKey, from size: UInt64) {
        if !lines.contains(where: { $0.key == key }) { lines.append(Line(from: size, key: key)) }
    }

    /// The keys whose signature on a checkpoint of this size counts.
    ///
    /// - Parameter origin: a log's key has the name of the log (C2SP tlog-checkpoint).
    public func keys(forOrigin origin: String, size: UInt64) -> [VerifierKey] {
        let own = lines.filter { $0.key.kind == .note && $0.key.name == origin }
        return own.enumerated().filter { place, line in
            // Keys that begin together are alternatives, each as good as the other.
            let next = own[(place + 1)...].first { $0.from > line.from }
            return line.from <= size && next.map { size <= $0.from } ?? true
        }.map(\.element.key)
    }
}
