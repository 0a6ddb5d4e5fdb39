import Foundation

/// JSON that has one form and one only: RFC 8785 (JCS), for what is signed. Numbers are whole; the register signs no others.
indirect enum CanonicalJSON: Sendable, Equatable {
    case object([String: CanonicalJSON])
    case array([CanonicalJSON])
    case string(String)
    case integer(Int)
    case boolean(Bool)

    /// The canonical bytes.
    var bytes: [UInt8] {
        var text = ""
        write(into: &text, indent: nil)
        return Array(text.utf8)
    }

    /// The same with line breaks, for people; a reader canonicalizes before checking.
    var readable: [UInt8] {
        var text = ""
        write(into: &text, indent: 0)
        return Array((text + "\n").utf8)
    }

    private func write(into text: inout String, indent: Int?) {
        func gap(_ depth: Int) -> String { indent == nil ? "" : "\n" + String(repeating: "  ", count: depth) }
        let depth = indent ?? 0
        let inner = indent.map { $0 + 1 }
        switch self {
        case .object(let members):
            text += "{"
            // 3.2.3: by UTF-16 code units.
            let keys = members.keys.sorted { Array($0.utf16).lexicographicallyPrecedes(Array($1.utf16)) }
            for (place, key) in keys.enumerated() {
                text += (place == 0 ? "" : ",") + gap(depth + 1)
                Self.quote(key, into: &text)
                text += indent == nil ? ":" : ": "
                members[key]?.write(into: &text, indent: inner)
            }
            text += (members.isEmpty ? "" : gap(depth)) + "}"
        case .array(let items):
            text += "["
            for (place, item) in items.enumerated() {
                text += (place == 0 ? "" : ",") + gap(depth + 1)
                item.write(into: &text, indent: inner)
            }
            text += (items.isEmpty ? "" : gap(depth)) + "]"
        case .string(let value): Self.quote(value, into: &text)
        case .integer(let value): text += String(value)
        case .boolean(let value): text += value ? "true" : "false"
        }
    }

    /// 3.2.2.2: what must be escaped, and nothing else.
    private static func quote(_ value: String, into text: inout String) {
        text += "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\u{8}": text += "\\b"
            case "\t": text += "\\t"
            case "\n": text += "\\n"
            case "\u{C}": text += "\\f"
            case "\r": text += "\\r"
            case ..<" ":
                let code = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - code.count) + code
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}

extension CanonicalJSON: ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
    init(stringLiteral value: String) { self = .string(value) }
    init(arrayLiteral elements: CanonicalJSON...) { self = .array(elements) }
    init(dictionaryLiteral elements: (String, CanonicalJSON)...) {
        self = .object(Dictionary(elements, uniquingKeysWith: { _, last in last }))
    }
}
