import CLibZip
import Foundation

@testable import RegistryJobs

/// A small XLSX file, part by part.
struct Workbook {
    var parts: [(name: String, text: String)]

    /// - Parameter sheet: the `<row>` elements of the first sheet.
    init(sheet: String, strings: [String] = [], formats: [String] = []) {
        let formatIDs = formats.indices.map { 164 + $0 }
        let numberFormats = zip(formatIDs, formats).map { #"<numFmt numFmtId="\#($0)" formatCode="\#($1)"/>"# }.joined()
        // Style 0 is general, 1 the built-in date 14, 2 and on the formats asked for.
        let styles = ([0, 14] + formatIDs).map { #"<xf numFmtId="\#($0)"/>"# }.joined()
        parts = [
            ("[Content_Types].xml", "<Types/>"),
            (
                "xl/workbook.xml",
                #"<workbook xmlns:r="r"><sheets><sheet name="甲" sheetId="1" r:id="rId7"/><sheet name="乙" sheetId="2" r:id="rId8"/></sheets></workbook>"#
            ),
            (
                "xl/_rels/workbook.xml.rels",
                #"<Relationships><Relationship Id="rId8" Type="x/worksheet" Target="worksheets/sheet2.xml"/><Relationship Id="rId7" Type="x/worksheet" Target="worksheets/first.xml"/></Relationships>"#
            ),
            ("xl/worksheets/first.xml", "<worksheet><sheetData>\(sheet)</sheetData></worksheet>"),
            ("xl/sharedStrings.xml", "<sst>" + strings.map { "<si>\($0)</si>" }.joined() + "</sst>"),
            (
                "xl/styles.xml",
                "<styleSheet><numFmts>\(numberFormats)</numFmts><cellStyleXfs><xf numFmtId=\"14\"/></cellStyleXfs><cellXfs>\(styles)</cellXfs></styleSheet>"
            ),
        ]
    }

    init(parts: [(name: String, text: String)]) { self.parts = parts }

    /// Every value as text in place.
    init(rows: [[String]]) {
        let sheet = rows.map { row in
            "<row>" + row.map { "<c t=\"inlineStr\"><is><t>\($0.xml)</t></is></c>" }.joined() + "</row>"
        }
        self.init(sheet: sheet.joined())
    }

    func data() throws -> Data {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("workbook-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        var code: Int32 = 0
        guard let archive = zip_open(path, ZIP_CREATE, &code) else { throw FileProblem.damaged("\(code)") }
        for (name, text) in parts {
            let bytes = Array(text.utf8)
            // libzip frees what it was given once the archive is written.
            let memory = malloc(max(bytes.count, 1))
            memory?.copyMemory(from: bytes, byteCount: bytes.count)
            let source = zip_source_buffer(archive, memory, UInt64(bytes.count), 1)
            zip_file_add(archive, name, source, zip_flags_t(ZIP_FL_ENC_UTF_8))
        }
        zip_close(archive)
        return try Data(contentsOf: URL(fileURLWithPath: path))
    }

    func file() throws -> TestFile { try TestFile(data()) }
}

extension String {
    fileprivate var xml: String {
        replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
    }
}
