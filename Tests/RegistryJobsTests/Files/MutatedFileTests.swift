import Foundation
import Testing

@testable import RegistryJobs

/// Files with bytes changed at random: rows or words, never a crash, never a wait without end.
@Suite struct MutatedFileTests {
    private struct Seeded: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 33)
        }
    }

    private func survive(_ original: [UInt8], seed: UInt64, times: Int) async throws {
        var random = Seeded(state: seed)
        for _ in 0..<times {
            var bytes = original
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0...2, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: place)
                default:
                    bytes.insert([0x22, 0x2C, 0x0A, 0x3C, 0x39, 0xFF].randomElement(using: &random) ?? 0, at: place)
                }
            }
            do {
                _ = try await TestFile(Data(bytes)).rows()
            } catch is FileProblem {
                continue
            }
        }
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `text files`(_ seed: UInt64) async throws {
        try await survive(Array("姓名,身份证号\n\"张,丽\",\"5\"\"1\"\r\n王芳,511802\n,,\n".utf8), seed: seed, times: 300)
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `zip files`(_ seed: UInt64) async throws {
        try await survive(Array(Workbook(rows: [["姓名", "号"], ["张丽", "1"]]).data()), seed: seed, times: 150)
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `sheets inside a whole workbook`(_ seed: UInt64) async throws {
        var random = Seeded(state: seed)
        let sheet =
            "<row r=\"1\"><c r=\"A1\" s=\"1\"><v>43160</v></c><c r=\"B1\" t=\"s\"><v>0</v></c></row><row r=\"2\"><c r=\"C2\"><v>1E+17</v></c></row>"
        for _ in 0..<150 {
            var characters = Array(sheet)
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let place = Int.random(in: 0..<characters.count, using: &random)
                characters[place] = Array("0123456789-.eE<>\"/ rstcvAZ").randomElement(using: &random) ?? "0"
            }
            do {
                _ = try await Workbook(sheet: String(characters), strings: ["<t>甲</t>"]).file().rows()
            } catch is FileProblem {
                continue
            }
        }
    }

    @Test func `fields of any text`() {
        var random = Seeded(state: 7)
        let alphabet = Array("0123456789-/.年月日学时 Ee+X\u{FF11}\u{0}\t'=\"")
        for _ in 0..<20_000 {
            let text = String(
                (0..<Int.random(in: 0...20, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? "0" })
            _ = DayReader.read(text)
            _ = NumberReader.read(text)
            _ = text.trimmed
        }
    }
}
