import Foundation
import Testing

@testable import RegistryStore

@Suite struct SignInCodeTests {
    private let key = [UInt8](repeating: 7, count: 32)
    private let halfDay = UUID()

    @Test func `a code is good in its slot and in the next, and never again`() throws {
        let text = SignInCode(halfDay: halfDay, slot: 100).text(key: key)
        let read = try #require(SignInCode(unverified: text))
        #expect(read.halfDay == halfDay)
        #expect(
            [98, 99, 100, 101, 102].map { read.isValid(text, key: key, now: $0) } == [false, false, true, true, false])
    }

    @Test func `whatever is changed in a code makes it worth nothing`() throws {
        let text = SignInCode(halfDay: halfDay, slot: 100).text(key: key)
        for index in text.indices {
            for other in ["A", "z", "9", "_"] where String(text[index]) != other {
                let forged = text.replacingCharacters(in: index...index, with: other)
                guard let read = SignInCode(unverified: forged) else { continue }
                // The last character has bits that base64 leaves unused.
                if index == text.index(before: text.endIndex), read == SignInCode(unverified: text) { continue }
                #expect(!read.isValid(forged, key: key, now: 100), "\(forged)")
            }
        }
        #expect(
            !(try #require(SignInCode(unverified: text)).isValid(text, key: [UInt8](repeating: 8, count: 32), now: 100))
        )
    }

    @Test(arguments: ["", "x", "=", String(repeating: "A", count: 53), String(repeating: "A", count: 5000), "码码码"])
    func `what is no code is none`(text: String) { #expect(SignInCode(unverified: text) == nil) }

    @Test func `a slot is as long as the policy says`() {
        let start = Date(timeIntervalSince1970: 1_530_000_000)
        #expect(
            SignInCode.slot(at: start.addingTimeInterval(14.9), seconds: 15) == SignInCode.slot(at: start, seconds: 15))
        #expect(
            SignInCode.slot(at: start.addingTimeInterval(15), seconds: 15) == SignInCode.slot(at: start, seconds: 15)
                + 1)
    }
}

@Suite struct CalendarFileTests {
    @Test func `lines have at most 75 octets and are never cut inside a character`() {
        let line = "DESCRIPTION:" + String(repeating: "大数据时代的互联网信息安全", count: 20)
        let folded = CalendarFile.folded(line)
        let parts = folded.components(separatedBy: "\r\n")
        #expect(parts.allSatisfy { $0.utf8.count <= 75 } && parts.dropFirst().allSatisfy { $0.first == " " })
        #expect(folded.replacingOccurrences(of: "\r\n ", with: "") == line)
    }

    @Test func `what has a meaning of its own is escaped`() {
        #expect(CalendarFile.escaped("A;B,C\\D\nE") == "A\\;B\\,C\\\\D\\nE")
    }
}
