import Foundation
import Testing

@testable import RegistryJobs

/// One after the other: they share a file.
@Suite(.serialized) struct FuzzCorpusTests {
    private static var folder: URL {
        URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
            .appendingPathComponent("../../Fuzz/Corpus/files").standardized
    }

    @Test func `every file of the fuzzing corpus gives rows or a problem`() throws {
        let files = try FileManager.default.contentsOfDirectory(at: Self.folder, includingPropertiesForKeys: nil)
        #expect(files.count > 10)
        for file in files { FuzzedFiles.run([UInt8](try Data(contentsOf: file))) }
    }

    /// XMLParser on Linux ends the process where the name of an entity is not UTF-8.
    @Test func `a sheet that is not UTF-8 is refused, not the end of the daemon`() {
        FuzzedFiles.run([0x77, 0x26, 0xDF, 0x4A, 0x3B, 0xFF])
        FuzzedFiles.run(Array("w<row><c t=\"inlineStr\"><is><t>&".utf8) + [0xDF] + Array("J;</t></is></c></row>".utf8))
    }

    @Test func `a workbook of the fuzzer's is one that the reader reads`() throws {
        let zip = StoredZip.file([("xl/workbook.xml", Array("<workbook/>".utf8))])
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("stored-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data(zip).write(to: URL(fileURLWithPath: path))
        let archive = try ZipArchive(path)
        #expect(archive.has("xl/workbook.xml"))
    }
}
