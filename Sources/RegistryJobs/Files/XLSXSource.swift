import Foundation
import FoundationXML
import RegistryDomain

/// The first sheet of an XLSX workbook (ECMA-376 part 1, chapter 18): libzip unfolds it, Foundation's parser reads it.
final class XLSXSource: TableSource {
    private var rows: ArraySlice<TableRow>

    init(path: String) throws {
        let archive = try ZipArchive(path: path)
        guard let sheet = try archive.part(try Self.firstSheet(of: archive)) else { throw FileProblem.notXLSX }
        let strings = try archive.part("xl/sharedStrings.xml").map { try SharedStrings.read($0) } ?? []
        let dates = try archive.part("xl/styles.xml").map { try DateStyles.read($0) } ?? []
        rows = try SheetRows.read(sheet, strings: strings, dateStyles: dates)[...]
    }

    func header() throws -> [String] {
        guard let first = rows.popFirst(), first.number == 1, !first.fields.isEmpty else { throw FileProblem.empty }
        return first.fields
    }

    func next() throws -> [TableRow] {
        defer { rows = rows.dropFirst(1000) }
        return Array(rows.prefix(1000))
    }

    /// The workbook names its sheets, its relationships say in which part each is.
    private static func firstSheet(of archive: ZipArchive) throws -> String {
        guard let workbook = try archive.part("xl/workbook.xml") else { throw FileProblem.notXLSX }
        let sheets = try ElementAttributes.read(workbook, element: "sheet")
        let relations = try archive.part("xl/_rels/workbook.xml.rels").map {
            try ElementAttributes.read($0, element: "Relationship")
        }
        guard let id = sheets.first?["r:id"], let target = relations?.first(where: { $0["Id"] == id })?["Target"] else {
            return "xl/worksheets/sheet1.xml"
        }
        return target.hasPrefix("/") ? String(target.dropFirst()) : "xl/" + target
    }
}

/// An XML part walked once.
class PartReader: NSObject, XMLParserDelegate {
    var text = ""

    func walk(_ data: Data) throws {
        let parser = XMLParser(data: data)
        parser.delegate = self
        parser.shouldResolveExternalEntities = false
        guard parser.parse() else { throw FileProblem.notXLSX }
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }
}

private final class ElementAttributes: PartReader {
    private let element: String
    private var found: [[String: String]] = []

    private init(_ element: String) { self.element = element }

    static func read(_ data: Data, element: String) throws -> [[String: String]] {
        let reader = ElementAttributes(element)
        try reader.walk(data)
        return reader.found
    }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        if name == element { found.append(attributes) }
    }
}

private final class SharedStrings: PartReader {
    private var strings: [String] = []
    private var isPhonetic = false
    private var current = ""

    static func read(_ data: Data) throws -> [String] {
        let reader = SharedStrings()
        try reader.walk(data)
        return reader.strings
    }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        if name == "si" { current = "" }
        if name == "rPh" { isPhonetic = true }
        text = ""
    }

    func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
        switch name {
        case "t": if !isPhonetic { current += text }
        case "rPh": isPhonetic = false
        case "si": strings.append(current)
        default: break
        }
        text = ""
    }
}

/// Which cell styles show a date: the built-in formats 14 to 22 and those with a year or a day in them.
private final class DateStyles: PartReader {
    private var custom: [String: Bool] = [:]
    private var styles: [Bool] = []
    private var isInCellFormats = false

    static func read(_ data: Data) throws -> [Bool] {
        let reader = DateStyles()
        try reader.walk(data)
        return reader.styles
    }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        switch name {
        case "numFmt":
            let code = (attributes["formatCode"] ?? "").lowercased()
            custom[attributes["numFmtId"] ?? ""] = code.contains("yy") || code.contains("d") || code.contains("年")
        case "cellXfs": isInCellFormats = true
        case "xf" where isInCellFormats:
            let id = attributes["numFmtId"] ?? "0"
            styles.append(custom[id] ?? (14...22).contains(Int(id) ?? 0))
        default: break
        }
    }

    func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
        if name == "cellXfs" { isInCellFormats = false }
    }
}

private final class SheetRows: PartReader {
    private let strings: [String]
    private let dateStyles: [Bool]
    private var rows: [TableRow] = []
    private var row = TableRow(number: 0, fields: [])
    private var cell: (column: Int, type: String, style: Int, value: String, hasFormula: Bool) = (0, "", 0, "", false)

    private init(strings: [String], dateStyles: [Bool]) {
        self.strings = strings
        self.dateStyles = dateStyles
    }

    static func read(_ data: Data, strings: [String], dateStyles: [Bool]) throws -> [TableRow] {
        let reader = SheetRows(strings: strings, dateStyles: dateStyles)
        try reader.walk(data)
        return reader.rows
    }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        switch name {
        case "row":
            let number = attributes["r"].flatMap { Int($0) } ?? (rows.last?.number ?? 0) + 1
            row = TableRow(number: number, fields: [])
        case "c":
            let column = attributes["r"].map(Self.column) ?? row.fields.count
            cell = (column, attributes["t"] ?? "n", attributes["s"].flatMap { Int($0) } ?? 0, "", false)
        case "f": cell.hasFormula = true
        default: break
        }
        text = ""
    }

    func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
        switch name {
        case "v", "t": cell.value += text
        case "c": endCell()
        case "row": if !row.fields.allSatisfy({ $0.allSatisfy(\.isWhitespace) }) || !row.formulaColumns.isEmpty { rows.append(row) }
        default: break
        }
        text = ""
    }

    private func endCell() {
        guard cell.column < CSVSource.mostColumns else { return }
        while row.fields.count <= cell.column { row.fields.append("") }
        if cell.hasFormula { row.formulaColumns.insert(cell.column) }
        row.fields[cell.column] = display()
    }

    private func display() -> String {
        switch cell.type {
        case "s": return Int(cell.value).flatMap { strings.indices.contains($0) ? strings[$0] : nil } ?? ""
        case "str", "inlineStr", "e": return cell.value
        case "b": return cell.value == "1" ? "true" : "false"
        default: break
        }
        guard let number = Double(cell.value) else { return cell.value }
        if dateStyles.indices.contains(cell.style), dateStyles[cell.style] {
            // Day 60 is the 29 February 1900 that never was; days before it count one less.
            return Day(daysSince2000: Int32(clamping: Int(number)) - 36_526).description
        }
        // Beyond 15 digits a spreadsheet's number has lost its last ones: shown as it is, so that it is refused.
        if abs(number) >= 1e15 { return String(format: "%.5E", number) }
        return number == number.rounded() ? String(Int64(number)) : cell.value
    }

    /// `C12` is column 2.
    private static func column(_ reference: String) -> Int {
        reference.unicodeScalars.prefix { $0.properties.isAlphabetic }.reduce(0) { $0 * 26 + Int($1.value) - 64 } - 1
    }
}
