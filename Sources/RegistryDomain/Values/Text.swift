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

    /// The text with each `{key}` replaced.
    public func filled(_ values: [String: String]) -> Text {
        var text = self
        for (key, value) in values {
            text.zh = text.zh.replacing("{\(key)}", with: value)
            text.en = text.en.replacing("{\(key)}", with: value)
        }
        return text
    }
}
