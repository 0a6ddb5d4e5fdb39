/// Which language a person reads.
public enum Language: String, Codable, Sendable { case zh, en }

/// What a person reads, in Chinese and in English.
public struct Text: Codable, Hashable, Sendable {
    public var zh: String
    public var en: String

    public init(zh: String, en: String) {
        self.zh = zh
        self.en = en
    }

    public func callAsFunction(_ language: Language) -> String { language == .zh ? zh : en }

    /// The text with each `{key}` replaced that has a value; others stay as they are.
    public func filled(_ values: [String: String]) -> Text {
        Text(zh: Self.fill(zh, values), en: Self.fill(en, values))
    }

    private static func fill(_ template: String, _ values: [String: String]) -> String {
        var text = ""
        var rest = template[...]
        while let open = rest.utf8.firstIndex(of: UInt8(ascii: "{")) {
            let inside = rest[rest.utf8.index(after: open)...]
            text += rest[..<open]
            if let close = inside.utf8.firstIndex(of: UInt8(ascii: "}")), let value = values[String(inside[..<close])] {
                text += value
                rest = inside[inside.utf8.index(after: close)...]
            } else {
                text += "{"
                rest = inside
            }
        }
        return text + rest
    }
}
