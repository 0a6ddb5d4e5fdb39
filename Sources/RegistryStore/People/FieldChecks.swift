import Foundation
import RegistryDomain

/// What every field of a person or an employer must be, whoever hands it in.
public enum FieldChecks {
    static let longestText = 200

    static func creditCode(_ text: String) throws -> CreditCode {
        do {
            return try CreditCode(validating: text)
        } catch {
            var reason = error.reason
            reason.found = String(text.prefix(40))
            throw StoreError.invalid([reason])
        }
    }

    static func identityNumber(_ text: String) throws -> IdentityNumber {
        do {
            return try IdentityNumber(validating: text)
        } catch {
            throw StoreError.invalid([error.reason])
        }
    }

    /// A name or another short text: not blank, no control characters, at most 200 characters.
    public static func name(_ text: String, field: String) -> [Reason] {
        if text.allSatisfy(\.isWhitespace) {
            return [.field(field, found: "", expected: Text(zh: "不能为空", en: "must not be empty"))]
        }
        return optionalText(text, field: field)
    }

    public static func optionalText(_ text: String?, field: String) -> [Reason] {
        guard let text else { return [] }
        if text.count > longestText {
            return [
                .field(
                    field, found: "\(text.count)",
                    expected: Text(zh: "不超过\(longestText)个字符", en: "at most \(longestText) characters"))
            ]
        }
        if text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) {
            return [.field(field, found: nil, expected: Text(zh: "不能含有控制字符", en: "must have no control characters"))]
        }
        return []
    }

    public static func division(_ division: String?, level: EmployerLevel, _ policies: PolicySet) -> [Reason] {
        guard level == .county else { return [] }
        let expected = Text(
            zh: "县（区）级单位须填写本市县（区）的行政区划代码", en: "a county employer needs the code of one of the counties")
        guard let division, policies.knows(.county(division)) else {
            return [.field("division", found: division, expected: expected, rule: .R2)]
        }
        return []
    }

    static func gender(_ text: String?) throws -> String? {
        switch text {
        case nil, "": nil
        case "male", "男": "male"
        case "female", "女": "female"
        default:
            throw StoreError.invalid([
                .field("gender", found: text, expected: Text(zh: "男或女", en: "male or female"))
            ])
        }
    }

    /// Reasons and documents: not blank, at most 2,000 characters.
    static func statement(_ text: String, field: String) throws {
        guard !text.allSatisfy(\.isWhitespace), text.count <= 2000 else {
            throw StoreError.invalid([
                .field(field, found: nil, expected: Text(zh: "请填写，不超过2000字", en: "needed, at most 2000 characters"))
            ])
        }
    }

    static func notAfter(_ today: Day, _ day: Day?, field: String) throws {
        guard let day, day > today else { return }
        throw StoreError.invalid([
            Reason(
                rule: .Q11, code: "dateAfterToday",
                message: Text(zh: "日期\(day)晚于今天（\(today)）。", en: "\(day) is later than today, \(today)."), field: field,
                found: day.description, expected: "\(today) or earlier")
        ])
    }
}
