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
        case .valueNotFound(_, let context): return field(context.codingPath, Text(zh: "不能为 null", en: "must not be null"))
        case .typeMismatch(let type, let context):
            return field(context.codingPath, Text(zh: "应为\(name(of: type).zh)", en: "must be \(name(of: type).en)"))
        case .dataCorrupted(let context):
            if context.codingPath.isEmpty { return Problem(.badRequest, [.malformedJSON]) }
            return field(context.codingPath, Text(zh: "值不正确（\(context.debugDescription)）", en: context.debugDescription))
        @unknown default: return Problem(.badRequest, [.malformedJSON])
        }
    }

    private static func field(_ path: [any CodingKey], _ expected: Text) -> Problem {
        let name = path.reduce("") { text, key in
            key.intValue.map { "\(text)[\($0)]" } ?? (text.isEmpty ? key.stringValue : "\(text).\(key.stringValue)")
        }
        return Problem(.unprocessableContent, [.field(name.isEmpty ? "body" : name, found: nil, expected: expected)])
    }

    private static func name(of type: any Any.Type) -> Text {
        switch type {
        case is Int.Type, is Int32.Type: Text(zh: "整数", en: "a whole number")
        case is String.Type: Text(zh: "文字", en: "a string")
        case is Bool.Type: Text(zh: "true 或 false", en: "true or false")
        case is UUID.Type: Text(zh: "UUID", en: "a UUID")
        default: Text(zh: "另一种类型", en: "of another type")
        }
    }
}
