/// An identity number of 18 characters (GB 11643), its check digit verified. Old numbers of 15 digits are lengthened.
public struct IdentityNumber: Hashable, Sendable {
    public let value: String
    public let birthDay: Day

    /// Why a text is no identity number.
    public enum Mistake: Error, Equatable, Sendable {
        case empty
        /// A spreadsheet turned the number into `5.11802E+17`: its last digits are lost.
        case spreadsheetNumber(String)
        case wrongLength(Int)
        case wrongCharacter
        case impossibleBirthDay
        case wrongCheckDigit(expected: Character)
    }

    /// Takes spaces around it, full-width digits and a small x.
    public init(validating text: String) throws(Mistake) {
        let normalized = Self.normalize(text)
        guard !normalized.isEmpty else { throw .empty }
        if normalized.contains("E+") || normalized.contains(".") { throw .spreadsheetNumber(normalized) }
        var characters = Array(normalized)
        if characters.count == 15 {
            guard characters.allSatisfy(Self.isDigit) else { throw .wrongCharacter }
            characters.insert(contentsOf: "19", at: 6)
            characters.append(Self.checkDigit(of: characters))
        }
        guard characters.count == 18 else { throw .wrongLength(characters.count) }
        guard characters.prefix(17).allSatisfy(Self.isDigit), Self.isDigit(characters[17]) || characters[17] == "X"
        else {
            throw .wrongCharacter
        }
        let birth = String(characters[6..<14])
        guard let year = Int(birth.prefix(4)), let month = Int(birth.dropFirst(4).prefix(2)),
            let day = Int(birth.suffix(2)),
            (1850...2100).contains(year), let birthDay = Day(year: year, month: month, day: day)
        else { throw .impossibleBirthDay }
        let expected = Self.checkDigit(of: Array(characters.prefix(17)))
        guard characters[17] == expected else { throw .wrongCheckDigit(expected: expected) }
        value = String(characters)
        self.birthDay = birthDay
    }

    /// MOD 11-2 over the first 17 digits (GB 11643, ISO 7064).
    public static func checkDigit(of digits: [Character]) -> Character {
        let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
        let sum = zip(digits, weights).reduce(0) { $0 + ($1.0.wholeNumberValue ?? 0) * $1.1 }
        return Array("10X98765432")[sum % 11]
    }

    public var masked: String { Self.masked(value) }

    /// The first four and the last two characters; what lies between stays hidden.
    public static func masked(_ value: String) -> String {
        guard value.count > 6 else { return String(repeating: "*", count: value.count) }
        return value.prefix(4) + String(repeating: "*", count: value.count - 6) + value.suffix(2)
    }

    private static func isDigit(_ character: Character) -> Bool { character.isASCII && character.isNumber }

    /// Spaces of every kind and the marks that spreadsheets put before text go; full-width characters become plain.
    static func normalize(_ text: String) -> String {
        String(
            text.unicodeScalars.compactMap { scalar -> Character? in
                switch scalar.value {
                case 0xFF01...0xFF5E: UnicodeScalar(scalar.value - 0xFEE0).map { Character($0) }
                case 0x09, 0x20, 0xA0, 0x3000, 0x27, 0x200B, 0xFEFF: nil
                default: Character(scalar)
                }
            }
        ).uppercased()
    }
}

extension IdentityNumber.Mistake {
    public var reason: Reason {
        let (zh, en, expected): (String, String, String) =
            switch self {
            case .empty: ("身份证号码为空", "the ID number is empty", "18 characters")
            case .spreadsheetNumber:
                (
                    "身份证号码被电子表格转成了数字，末几位已丢失；请把该列设为“文本”后重新填写",
                    "a spreadsheet turned the ID number into a number; set the column to text and enter it again",
                    "18 characters as text"
                )
            case .wrongLength(let count):
                ("身份证号码应为18位，实为\(count)位", "the ID number has \(count) characters, not 18", "18 characters")
            case .wrongCharacter:
                ("身份证号码含有不允许的字符", "the ID number has characters that cannot be", "17 digits and a digit or X")
            case .impossibleBirthDay:
                ("身份证号码中的出生日期不存在", "the birth date in the ID number does not exist", "a date as yyyyMMdd")
            case .wrongCheckDigit:
                ("身份证号码校验位不正确，请核对证件", "the ID number's check digit is wrong", "the number on the card")
            }
        return Reason(
            rule: .A1, code: "idNumberInvalid", message: Text(zh: zh + "。", en: en + "."), field: "idNumber",
            expected: expected)
    }
}
