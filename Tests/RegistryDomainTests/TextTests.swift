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
