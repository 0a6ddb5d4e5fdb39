import Foundation

/// One value of a document while it is encoded: what it has written so far, and where each of its parts begins.
///
/// A container of `Encodable` is never told that it is complete; the frame is, when `encode(to:)` returns, and only then
/// closes its bracket.
final class JSONFrame {
    enum Shape { case nothing, single, array, object }

    /// A part that is complete, or one that somebody still holds.
    private enum Part {
        case written(key: String, Range<Int>)
        case open(key: String, JSONFrame)
    }

    private var shape = Shape.nothing
    private var bytes: [UInt8] = []
    private var parts: [Part] = []
    /// Parts came in the order of their keys until now, none of them open: they can stay as they are.
    private var isInOrder = true
    private var lastKey = ""

    var count: Int { parts.count }

    func take(_ shape: Shape) {
        guard self.shape == .nothing || self.shape == shape else { preconditionFailure("two containers for one value") }
        self.shape = shape
        if shape != .single, parts.isEmpty {
            bytes.reserveCapacity(512)
            parts.reserveCapacity(16)
        }
    }

    /// A part of an object, or of an array where there is no key.
    func write(key: String = "", _ value: (inout [UInt8]) throws -> Void) rethrows {
        if shape == .object {
            if key <= lastKey, !parts.isEmpty { isInOrder = false }
            lastKey = key
        }
        if !bytes.isEmpty { bytes.append(UInt8(ascii: ",")) }
        let start = bytes.count
        if shape == .object {
            JSONText.write(key, to: &bytes)
            bytes.append(UInt8(ascii: ":"))
        }
        try value(&bytes)
        parts.append(.written(key: key, start..<bytes.count))
    }

    /// A part that is filled later, before this frame is complete.
    func open(key: String = "") -> JSONFrame {
        let frame = JSONFrame()
        isInOrder = false
        parts.append(.open(key: key, frame))
        return frame
    }

    /// The whole value. A value that wrote nothing is an empty object, as Foundation has it.
    func finish(to output: inout [UInt8]) {
        switch shape {
        case .single: output += bytes
        case .array: bracketed("[", "]", to: &output)
        case .object, .nothing: bracketed("{", "}", to: &output)
        }
    }

    private func bracketed(_ left: Unicode.Scalar, _ right: Unicode.Scalar, to output: inout [UInt8]) {
        output.append(UInt8(ascii: left))
        if isInOrder { output += bytes } else { joined(to: &output) }
        output.append(UInt8(ascii: right))
    }

    private func joined(to output: inout [UInt8]) {
        var isFirst = true
        for part in shape == .array ? parts : sorted() {
            if !isFirst { output.append(UInt8(ascii: ",")) }
            isFirst = false
            switch part {
            case .written(_, let range): output += bytes[range]
            case .open(let key, let frame):
                if shape != .array {
                    JSONText.write(key, to: &output)
                    output.append(UInt8(ascii: ":"))
                }
                frame.finish(to: &output)
            }
        }
    }

    /// By key; of two with the same the later one counts.
    private func sorted() -> [Part] {
        func key(_ part: Part) -> String {
            switch part {
            case .written(let key, _), .open(let key, _): key
            }
        }
        var latest: [Part] = []
        let order = parts.indices.sorted { (key(parts[$0]), $0) < (key(parts[$1]), $1) }
        for index in order {
            if let last = latest.last, key(last) == key(parts[index]) { latest.removeLast() }
            latest.append(parts[index])
        }
        return latest
    }
}
