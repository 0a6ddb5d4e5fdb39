import Foundation

@testable import RegistryJobs

/// What is fuzzed of the readers of uploaded files (`deploy/fuzz`): rows or a `FileProblem`, whatever the bytes. Where the
/// first byte is `w` the rest becomes the parts of a workbook, cut at zero bytes: sheet, shared strings, styles; else it
/// is the file.
enum FuzzedFiles {
    private static let path = FileManager.default.temporaryDirectory
        .appendingPathComponent("ceregistry-fuzz-\(ProcessInfo.processInfo.processIdentifier)").path

    static func run(_ input: [UInt8]) {
        let file = input.first == UInt8(ascii: "w") ? workbook(input.dropFirst()) : input
        guard FileManager.default.createFile(atPath: path, contents: Data(file)) else { return }
        defer { try? FileManager.default.removeItem(atPath: path) }
        var last = 0
        do {
            try TableForm.read(path) { row in
                precondition(row.number > last, "row \(row.number) after row \(last)")
                last = row.number
            }
        } catch is FileProblem {
        } catch {
            preconditionFailure("\(error)")
        }
    }

    private static func workbook(_ input: ArraySlice<UInt8>) -> [UInt8] {
        let parts = input.split(separator: 0, maxSplits: 2, omittingEmptySubsequences: false).map { Array($0) }
        func part(_ index: Int) -> [UInt8] { parts.indices.contains(index) ? parts[index] : [] }
        return StoredZip.file([
            (
                "xl/workbook.xml",
                Array(#"<workbook xmlns:r="r"><sheets><sheet name="a" r:id="r1"/></sheets></workbook>"#.utf8)
            ),
            (
                "xl/_rels/workbook.xml.rels",
                Array(
                    #"<Relationships><Relationship Id="r1" Type="x/worksheet" Target="s.xml"/></Relationships>"#.utf8)
            ),
            ("xl/s.xml", Array("<worksheet><sheetData>".utf8) + part(0) + Array("</sheetData></worksheet>".utf8)),
            ("xl/sharedStrings.xml", Array("<sst>".utf8) + part(1) + Array("</sst>".utf8)),
            ("xl/styles.xml", Array("<styleSheet>".utf8) + part(2) + Array("</styleSheet>".utf8)),
        ])
    }
}

/// A zip file without compression (APPNOTE 4.3), made in memory: a fuzzer has no time for more.
enum StoredZip {
    static func file(_ parts: [(name: String, bytes: [UInt8])]) -> [UInt8] {
        var file: [UInt8] = []
        var directory: [UInt8] = []
        for (name, bytes) in parts {
            let size = UInt32(bytes.count)
            let common =
                words(20, 0, 0, 0, 0x21) + word32(checksum(bytes)) + word32(size) + word32(size)
                + words(UInt16(name.utf8.count), 0)
            directory +=
                [0x50, 0x4B, 1, 2] + words(20) + common + words(0, 0, 0) + word32(0) + word32(UInt32(file.count))
            directory += Array(name.utf8)
            file += [0x50, 0x4B, 3, 4] + common + Array(name.utf8) + bytes
        }
        let start = UInt32(file.count)
        let count = UInt16(parts.count)
        return file + directory + [0x50, 0x4B, 5, 6] + words(0, 0, count, count) + word32(UInt32(directory.count))
            + word32(start) + words(0)
    }

    private static func words(_ values: UInt16...) -> [UInt8] {
        values.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
    }

    private static func word32(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }

    /// CRC-32 as zip has it.
    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(0xFFFF_FFFF) { crc, byte in
            (0..<8).reduce(crc ^ UInt32(byte)) { crc, _ in crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
        }
    }
}
