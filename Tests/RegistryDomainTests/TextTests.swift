import RegistryDomain
import Testing

@Suite("A text with gaps")
struct TextTests {
    @Test(
        "Gaps are filled where there is a value, and everything else stays",
        arguments: [
            ("{year}年度还差{missing}学时", "2018年度还差6学时"), ("{year}{year}", "20182018"), ("没有空格", "没有空格"), ("", ""),
            ("{nobody} {year}", "{nobody} 2018"), ("{ {year}", "{ 2018"), ("{year", "{year"), ("}{year}{", "}2018{"),
        ])
    func filled(template: String, expected: String) {
        let text = Text(zh: template, en: template).filled(["year": "2018", "missing": "6"])
        #expect(text == Text(zh: expected, en: expected))
    }

    @Test("A value is put in as it is, whatever stands in it")
    func valuesAreNotTemplates() {
        #expect(Text(zh: "{a}{b}", en: "").filled(["a": "{b}", "b": "{a}"]).zh == "{b}{a}")
    }
}

@Suite("A day as text")
struct DayTextTests {
    @Test(
        "Any day that can be written is read back; others crash nothing and are no day",
        arguments: [-999_999, -730_121, -730_120, -730_119, -1, 0, 6_934, 2_921_939, 2_921_940, .max / 2, .min / 2]
            as [Int32])
    func written(days: Int32) {
        let day = Day(daysSince2000: days)
        #expect(Day(day.description) == ((1...9999).contains(day.year) ? day : nil))
    }
}
