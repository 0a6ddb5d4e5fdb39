import Foundation
import RegistryDomain
import RegistryStore

/// Reads a JSON body and says in words what is wrong with it.
enum JSONBody {
    static func decode<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) throws -> Value {
        do {
            return try RegistryJSON.decoder().decode(type, from: Data(bytes))
        } catch let error as DecodingError {
            throw problem(error)
        }
    }

    private static func problem(_ error: DecodingError) -> Problem {
        switch error {
        case .keyNotFound(let key, let context):
            return field(context.codingPath + [key], Text(zh: "缺少这一项", en: "this field is missing"))
        case .valueNotFound(_, let context):
            return field(context.codingPath, Text(zh: "不能为 null", en: "must not be null"))
        case .typeMismatch(let type, let context): return field(context.codingPath, ExpectedValue.of(type))
        case .dataCorrupted(let context):
            if context.codingPath.isEmpty { return Problem(.badRequest, [.malformedJSON]) }
            return field(context.codingPath, ExpectedValue.of(context.debugDescription))
        @unknown default: return Problem(.badRequest, [.malformedJSON])
        }
    }

    /// `evidence.testPassedOn`, `claims[3]`.
    private static func field(_ path: [any CodingKey], _ expected: Text) -> Problem {
        let name = path.reduce("") { text, key in
            key.intValue.map { "\(text)[\($0)]" } ?? (text.isEmpty ? key.stringValue : "\(text).\(key.stringValue)")
        }
        return Problem(.unprocessableContent, [.field(name.isEmpty ? "body" : name, found: nil, expected: expected)])
    }
}

/// What would have been right, in words for a person.
enum ExpectedValue {
    static func of(_ type: any Any.Type) -> Text {
        switch type {
        case is Int.Type, is Int32.Type, is Int64.Type: number
        case is String.Type: Text(zh: "应为文字", en: "must be a string")
        case is Bool.Type: Text(zh: "应为 true 或 false", en: "must be true or false")
        case is [Any].Type: Text(zh: "应为数组", en: "must be an array")
        case is [String: Any].Type: Text(zh: "应为对象", en: "must be an object")
        default: words(of: String(describing: type)) ?? Text(zh: "类型不正确", en: "has the wrong type")
        }
    }

    /// The decoder names the type in its own sentence, such as “Cannot initialize Mode from invalid String value x”; that
    /// sentence also repeats what was sent, which is not repeated here.
    static func of(_ description: String) -> Text {
        for word in description.split(whereSeparator: { !$0.isLetter && !$0.isNumber }) {
            if let text = words(of: String(word)) { return text }
        }
        return description.contains("umber") ? number : Text(zh: "值不正确", en: "has a value that cannot be")
    }

    private static let number = Text(zh: "应为整数", en: "must be a whole number")

    private static func words(of type: String) -> Text? {
        switch type {
        case "UUID": Text(zh: "应为 UUID", en: "must be a UUID")
        case "Day", "day": Text(zh: "应为真实的日期，如 2018-03-01", en: "must be a day of the calendar, as 2018-03-01")
        case "Authority", "authority":
            Text(zh: "应为 city、base 或 county:511802", en: "must be city, base, or county: and six digits")
        case "Mode": oneOf(Mode.self)
        case "EmployerKind": oneOf(EmployerKind.self)
        case "EmployerLevel": oneOf(EmployerLevel.self)
        case "Decision": oneOf(Decision.self)
        case "Role": oneOf(Role.self)
        case "Field": Text(zh: "没有这个字段可以更正", en: "names no field that can be corrected")
        default: nil
        }
    }

    private static func oneOf<Word: RawRepresentable & CaseIterable>(_ type: Word.Type) -> Text
    where Word.RawValue == String {
        let words = Word.allCases.map(\.rawValue).joined(separator: ", ")
        return Text(zh: "应为以下之一：\(words)", en: "must be one of \(words)")
    }
}
