import Foundation
import RegistryDomain
import Testing

@testable import RegistryJobs

@Suite struct TextEncodingTests {
    @Test func `UTF-8 is read with and without a byte order mark`() async throws {
        let text = "姓名,单位\n张丽,汉源县人民医院\n"
        let rows = try await TestFile(text).rows()
        #expect(rows[0].fields == ["姓名", "单位"])
        #expect(try await TestFile(Data([0xEF, 0xBB, 0xBF]) + Data(text.utf8)).rows() == rows)
    }

    @Test func `GB18030 is recognized, characters of four bytes too`() async throws {
        // 姓名 张丽, then U+3400 (four bytes 81 39 EE 39).
        var bytes: [UInt8] = [0xD0, 0xD5, 0xC3, 0xFB, 0x2C, 0x62, 0x0A, 0xD5, 0xC5, 0xC0, 0xF6, 0x2C]
        bytes += [0x81, 0x39, 0xEE, 0x39, 0x0A]
        let rows = try await TestFile(Data(bytes)).rows()
        #expect(rows.map(\.fields) == [["姓名", "b"], ["张丽", "\u{3400}"]])
        #expect(FileEncodings.knowsGB18030)
    }

    @Test func `characters cut by a chunk's end are whole again`() throws {
        let utf8 = Array("张丽a𠮷é".utf8)
        for size in 1...utf8.count {
            var validator = UTF8Validator()
            for start in stride(from: 0, to: utf8.count, by: size) {
                let isAccepted = validator.accepts(Array(utf8[start..<min(start + size, utf8.count)]))
                #expect(isAccepted)
            }
            #expect(validator.isAtBoundary)
        }
        let converter = try GB18030Converter()
        let gb: [UInt8] = [0xD5, 0xC5, 0x61, 0x81, 0x39, 0xEE, 0x39, 0xC0, 0xF6]
        let converted = try gb.map { try converter.convert([$0]) }.flatMap(\.self)
        try converter.finish()
        #expect(String(decoding: converted, as: UTF8.self) == "张a\u{3400}丽")
    }

    @Test(
        arguments: [
            ([0xFF, 0x80, 0x0A], "encodingUnknown"), ([0x61, 0x2C, 0xD5], "encodingUnknown"),
            ([0x61, 0x2C, 0x62, 0x0A, 0x31, 0x00, 0x0A], "nulByte"), ([0xFF, 0xFE, 0x61, 0x00], "fileTypeUnsupported"),
            ([0xD0, 0xCF, 0x11, 0xE0, 0xA1], "fileTypeUnsupported"), (Array("%PDF-1.4".utf8), "fileTypeUnsupported"),
            (Array("<html><table>".utf8), "fileTypeUnsupported"), ([], "fileEmpty"),
            ([0x50, 0x4B, 0x03, 0x04, 0x00], "fileDamaged"),
        ] as [([UInt8], String)])
    func `whatever else is refused in words`(_ bytes: [UInt8], _ code: String) async throws {
        let problem = await #expect(throws: FileProblem.self) { try await TestFile(Data(bytes)).rows() }
        #expect(problem?.reason.code == code)
        #expect(problem?.reason.message.zh.isEmpty == false)
    }

    @Test func `a file that is not there, and a folder, are refused in words`() async throws {
        for path in ["/nowhere/at/all.csv", "/tmp"] {
            let problem = await #expect(throws: FileProblem.self) {
                for try await _ in TableReader(path: path) {}
            }
            #expect(problem?.reason.code == "fileUnreadable")
        }
    }
}
