import Foundation
import Testing

@Suite("The fuzzer's corpus once more")
struct FuzzCorpusTests {
    private static var folder: URL {
        URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
            .appendingPathComponent("../../Fuzz/Corpus/client").standardized
    }

    @Test func everyInputGivesAValueOrAnError() throws {
        let files = try FileManager.default.contentsOfDirectory(at: Self.folder, includingPropertiesForKeys: nil)
        #expect(files.count > 10)
        for file in files { FuzzedDecoders.run([UInt8](try Data(contentsOf: file))) }
    }
}
