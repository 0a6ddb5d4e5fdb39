import Testing

@testable import RegistryAPI

@Suite struct JSONGuardTests {
    private func status(of text: String) -> Int? {
        do {
            try JSONGuard.check(Array(text.utf8))
            return nil
        } catch {
            return (error as? Problem)?.status.code
        }
    }

    @Test func nestingOfSixtyFourIsTakenAndOfTenThousandIsNot() {
        #expect(status(of: String(repeating: "[", count: 64) + String(repeating: "]", count: 64)) == nil)
        #expect(status(of: String(repeating: "[", count: 65) + String(repeating: "]", count: 65)) == 400)
        #expect(status(of: String(repeating: "{\"a\":", count: 10_000)) == 400)
    }

    @Test func bracketsInStringsNestNothing() {
        #expect(status(of: "\"" + String(repeating: "[", count: 200) + "\"") == nil)
        #expect(status(of: #"{"a":"\"[[[\\"}"#) == nil)
    }

    @Test func nulIsRefusedHoweverItIsWritten() {
        #expect(status(of: #"{"a":"\u0000"}"#) == 422)
        #expect(status(of: "{\"a\":\"x\0\"}") == 422)
        #expect(status(of: "{\"a\":1}\0") == 400)
        #expect(status(of: #"{"a":"\\u0000"}"#) == nil)
    }

    @Test func aTextThatEndsInTheMiddleIsLeftToTheDecoder() {
        #expect(status(of: #"{"a":"\"#) == nil)
    }
}
