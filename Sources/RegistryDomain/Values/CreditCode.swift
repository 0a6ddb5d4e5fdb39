/// A unified social credit code of 18 characters (GB 32100), its check character verified.
public struct CreditCode: Hashable, Sendable {
    public let value: String

    public enum Mistake: Error, Equatable, Sendable {
        case empty
        case spreadsheetNumber(String)
        case wrongLength(Int)
        case wrongCharacter
        case wrongCheckCharacter(expected: Character)
    }

    /// The 31 characters of the code; I, O, S, V and Z are left out.
    static let alphabet = Array("0123456789ABCDEFGHJKLMNPQRTUWXY")

    public init(validating text: String) throws(Mistake) {
        let normalized = IdentityNumber.normalize(text)
        guard !normalized.isEmpty else { throw .empty }
        if normalized.contains("E+") || normalized.contains(".") { throw .spreadsheetNumber(normalized) }
        let characters = Array(normalized)
        guard characters.count == 18 else { throw .wrongLength(characters.count) }
        guard characters.allSatisfy({ Self.alphabet.contains($0) }) else { throw .wrongCharacter }
        let expected = Self.checkCharacter(of: Array(characters.prefix(17)))
        guard characters[17] == expected else { throw .wrongCheckCharacter(expected: expected) }
        value = normalized
    }

    /// MOD 31 with the weights 3^i mod 31 (GB 32100, 4.2.5).
    public static func checkCharacter(of characters: [Character]) -> Character {
        var weight = 1
        var sum = 0
        for character in characters {
            sum += (alphabet.firstIndex(of: character) ?? 0) * weight
            weight = weight * 3 % 31
        }
        return alphabet[(31 - sum % 31) % 31]
    }
}

extension CreditCode.Mistake {
    public var reason: Reason {
        let (zh, en): (String, String) =
            switch self {
            case .empty: ("统一社会信用代码为空", "the credit code is empty")
            case .spreadsheetNumber:
                (
                    "统一社会信用代码被电子表格转成了数字；请把该列设为“文本”后重新填写",
                    "a spreadsheet turned the credit code into a number; set the column to text"
                )
            case .wrongLength(let count):
                ("统一社会信用代码应为18位，实为\(count)位", "the credit code has \(count) characters, not 18")
            case .wrongCharacter: ("统一社会信用代码含有不允许的字符（不使用I、O、S、V、Z）", "the credit code has characters that cannot be")
            case .wrongCheckCharacter: ("统一社会信用代码校验位不正确，请核对证书", "the credit code's check character is wrong")
            }
        return Reason(
            rule: .L1, code: "creditCodeInvalid", message: Text(zh: zh + "。", en: en + "."), field: "creditCode",
            expected: "18 characters as on the certificate")
    }
}
