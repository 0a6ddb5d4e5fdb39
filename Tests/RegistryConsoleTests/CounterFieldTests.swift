import Testing

@testable import RegistryConsole

@Suite("What a card reader or a hand puts into the one field")
struct CounterFieldTests {
    @Test(
        "A number is found whatever the reader sends around it",
        arguments: [
            "51182319850214001x", " 51182319850214001X\n", "５１１８２３１９８５０２１４００１ｘ", "511823 19850214 001X",
            "511823-19850214-001X", "51182319850214001X\t", "公民身份号码51182319850214001X",
        ])
    func numbers(_ text: String) { #expect(CounterField.idNumber(in: text) == "51182319850214001X") }

    @Test(
        "An old number stays as it is read, and a slip stays a number",
        arguments: ["511823850214001", "5118231985021400"])
    func others(_ text: String) { #expect(CounterField.idNumber(in: text) == text) }

    @Test("A name is no number", arguments: ["张小丽", "X", "", "欧阳X", "王五12"])
    func names(_ text: String) { #expect(CounterField.idNumber(in: text) == nil) }
}
