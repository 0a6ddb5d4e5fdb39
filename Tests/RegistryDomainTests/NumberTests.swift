import Foundation
import RegistryDomain
import Testing

@Suite("Numbers of persons and units are checked")
struct NumberTests {
    @Test(
        "A right number passes, however it was typed",
        arguments: ["11010519491231002X", " 11010519491231002x ", "１１０１０５１９４９１２３１００２Ｘ", "'11010519491231002X"])
    func rightNumber(_ text: String) throws {
        let number = try IdentityNumber(validating: text)
        #expect(number.value == "11010519491231002X" && number.birthDay == Fixtures.day("1949-12-31"))
        #expect(number.masked == "1101************2X")
    }

    @Test("An old number of 15 digits is lengthened")
    func oldNumber() throws { #expect(try IdentityNumber(validating: "110105491231002").value == "11010519491231002X") }

    @Test(arguments: [
        ("", IdentityNumber.Mistake.empty), ("5.11802E+17", .spreadsheetNumber("5.11802E+17")),
        ("1101051949123100", .wrongLength(16)),
        ("110105194912310021", .wrongCheckDigit(expected: "X")), ("11010519490231002X", .impossibleBirthDay),
        ("1101051949123100AX", .wrongCharacter),
    ])
    func wrongNumber(_ text: String, _ mistake: IdentityNumber.Mistake) {
        #expect(throws: mistake) { try IdentityNumber(validating: text) }
        #expect(mistake.reason.rule == .A1 && !mistake.reason.message.zh.isEmpty)
    }

    @Test("Any single wrong digit is found")
    func everyDigit() {
        let right = Array("11010519491231002X")
        for index in 0..<17 {
            for digit in "0123456789" where digit != right[index] {
                var wrong = right
                wrong[index] = digit
                #expect(throws: IdentityNumber.Mistake.self) { try IdentityNumber(validating: String(wrong)) }
            }
        }
    }

    @Test("A credit code's check character is the standard's")
    func creditCode() throws {
        #expect(try CreditCode(validating: "91350100M000100Y43").value == "91350100M000100Y43")
        #expect(throws: CreditCode.Mistake.wrongCheckCharacter(expected: "3")) {
            try CreditCode(validating: "91350100M000100Y44")
        }
        #expect(throws: CreditCode.Mistake.wrongCharacter) { try CreditCode(validating: "91350100M000100YI3") }
    }

    @Test("Days are those of the calendar")
    func days() {
        #expect(
            Day("2018-02-31") == nil && Day("2017-02-29") == nil && Day("2016-02-29") != nil && Day("2018-2-1") == nil)
        #expect(Day("2000-01-01")?.daysSince2000 == 0 && Day("1999-12-31")?.daysSince2000 == -1)
        for days in stride(from: Int32(-700_000), to: 2_900_000, by: 997) {
            let day = Day(daysSince2000: days)
            #expect(Day(year: day.year, month: day.month, day: day.day) == day)
        }
        #expect(Day(Date(timeIntervalSince1970: 1_514_735_999)) == Day("2017-12-31"))
        #expect(Day(Date(timeIntervalSince1970: 1_514_736_000)) == Day("2018-01-01"))
    }

    @Test("Names are masked", arguments: [("张丽", "张*"), ("欧阳小丽", "欧**丽"), ("王", "*"), ("", "")])
    func masks(_ name: String, _ masked: String) { #expect(NameMask.masked(name) == masked) }
}
