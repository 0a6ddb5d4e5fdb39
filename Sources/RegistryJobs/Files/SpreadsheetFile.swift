import Foundation
import RegistryDomain

/// The first sheet of an XLSX workbook (ECMA-376, part 1, chapter 18).
struct SpreadsheetFile {
    private static let smallPart: UInt64 = 16 << 20
    private static let stringsPart: UInt64 = 256 << 20
    private static let sheetPart: UInt64 = 1 << 30
    let path: String

    init(_ path: String) { self.path = path }

    func read(_ emit: (TableRow) throws -> Void) throws {
        let archive = try ZipArchive(path)
        guard archive.has("xl/workbook.xml") else { throw Self.notAWorkbook(archive) }
        let workbook = WorkbookPart()
        try workbook.read(try archive.open("xl/workbook.xml", limit: Self.smallPart))
        let relations = RelationsPart()
        try relations.read(try archive.open("xl/_rels/workbook.xml.rels", limit: Self.smallPart))
        guard let first = workbook.sheets.first, let sheet = relations.targets[first] else { throw FileProblem.empty }
        let strings = SharedStringsPart()
        if archive.has("xl/sharedStrings.xml") {
            try strings.read(try archive.open("xl/sharedStrings.xml", limit: Self.stringsPart))
        }
        let styles = StylesPart()
        if archive.has("xl/styles.xml") { try styles.read(try archive.open("xl/styles.xml", limit: Self.smallPart)) }
        let values = CellValues(
            strings: strings.strings, dateStyles: styles.dateStyles, startsIn1904: workbook.startsIn1904)
        try withoutActuallyEscaping(emit) { emit in
            try SheetPart(values, emit).read(try archive.open(sheet, limit: Self.sheetPart))
        }
    }

    private static func notAWorkbook(_ archive: ZipArchive) -> FileProblem {
        if archive.has("xl/workbook.bin") { return .unsupported("这是二进制工作簿（.xlsb）", "A binary workbook (.xlsb)") }
        if archive.has("content.xml") {
            return .unsupported("这是 OpenDocument 表格（.ods）", "An OpenDocument spreadsheet (.ods)")
        }
        return .unsupported("这是压缩文件，不是 Excel 工作簿", "A zip file that is no Excel workbook")
    }
}

/// The order of sheets, and from which year days are counted.
private final class WorkbookPart: XMLPart {
    private(set) var sheets: [String] = []
    private(set) var startsIn1904 = false

    override func start(_ element: String, _ attributes: [String: String]) {
        if element == "sheet", let relation = attributes.first(where: { $0.key.hasSuffix(":id") })?.value {
            sheets.append(relation)
        }
        if element == "workbookPr" { startsIn1904 = ["1", "true"].contains(attributes["date1904"] ?? "") }
    }
}

/// Where in the archive each sheet lies.
private final class RelationsPart: XMLPart {
    private(set) var targets: [String: String] = [:]

    override func start(_ element: String, _ attributes: [String: String]) {
        guard element == "Relationship", let id = attributes["Id"], let target = attributes["Target"],
            attributes["Type"]?.hasSuffix("/worksheet") == true
        else { return }
        targets[id] = target.hasPrefix("/") ? String(target.dropFirst()) : "xl/" + target
    }
}

/// The texts that cells point to, without phonetic guides.
private final class SharedStringsPart: XMLPart {
    private(set) var strings: [String] = []
    private var current = ""
    private var isPhonetic = false

    override func start(_ element: String, _ attributes: [String: String]) {
        switch element {
        case "si": current = ""
        case "rPh": isPhonetic = true
        case "t": clearText()
        default: break
        }
    }

    override func end(_ element: String) {
        switch element {
        case "t" where !isPhonetic: current += text
        case "rPh": isPhonetic = false
        case "si": strings.append(current)
        default: break
        }
    }
}

/// Which cell styles show a number as a day.
private final class StylesPart: XMLPart {
    private(set) var dateStyles: Set<Int> = []
    private var dateFormats: Set<Int> = Set(14...22).union(27...36).union(45...47).union(50...58)
    private var isInCellFormats = false
    private var style = 0

    override func start(_ element: String, _ attributes: [String: String]) {
        switch element {
        case "numFmt":
            guard let id = attributes["numFmtId"].flatMap({ Int($0) }), let code = attributes["formatCode"] else {
                return
            }
            if Self.showsADay(code) { dateFormats.insert(id) } else { dateFormats.remove(id) }
        case "cellXfs": isInCellFormats = true
        case "xf" where isInCellFormats:
            if let format = attributes["numFmtId"].flatMap({ Int($0) }), dateFormats.contains(format) {
                dateStyles.insert(style)
            }
            style += 1
        default: break
        }
    }

    override func end(_ element: String) {
        if element == "cellXfs" { isInCellFormats = false }
    }

    /// A format code with a year or a day in it, outside quoted text and brackets.
    static func showsADay(_ code: String) -> Bool {
        var isQuoted = false
        var depth = 0
        for character in code.lowercased() {
            switch character {
            case "\"": isQuoted.toggle()
            case "[": depth += 1
            case "]": depth -= 1
            case "y" where !isQuoted && depth == 0, "d" where !isQuoted && depth == 0: return true
            default: break
            }
        }
        return false
    }
}
