import CLibXlsxWriter
import Foundation

/// A table as people take it away: XLSX, or CSV that Excel reads as UTF-8.
public struct SheetFile: Sendable {
    public enum Form: String, Sendable, CaseIterable {
        case csv, xlsx

        public var mediaType: String {
            switch self {
            case .csv: "text/csv; charset=utf-8"
            case .xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
            }
        }
    }

    public enum Cell: Sendable, Equatable {
        case text(String)
        case number(Int)

        var text: String {
            switch self {
            case .text(let text): text
            case .number(let number): "\(number)"
            }
        }
    }

    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    public var title: String
    public var columns: [String]
    public var rows: [[Cell]]

    public init(title: String, columns: [String], rows: [[Cell]]) {
        self.title = title
        self.columns = columns
        self.rows = rows
    }

    /// libxlsxwriter goes by way of a file.
    public func bytes(_ form: Form) async throws -> [UInt8] {
        switch form {
        case .csv: return csv()
        case .xlsx: return try await Blocking.run { try xlsx() }
        }
    }

    /// RFC 4180, with the mark by which Excel knows UTF-8. A text that a spreadsheet would take for a formula gets an
    /// apostrophe before it (OWASP, CSV injection).
    private func csv() -> [UInt8] {
        let lines = ([columns.map { Cell.text($0) }] + rows).map { row in
            row.map { cell in
                var text = cell.text
                if case .text = cell, let first = text.first, "=+-@\t\r".contains(first) { text = "'" + text }
                return text.contains { "\",\r\n".contains($0) } ? "\"\(text.replacing("\"", with: "\"\""))\"" : text
            }.joined(separator: ",")
        }
        return Array(("\u{FEFF}" + lines.joined(separator: "\r\n") + "\r\n").utf8)
    }

    private func xlsx() throws -> [UInt8] {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("sheet-\(UUID().uuidString).xlsx")
        defer { try? FileManager.default.removeItem(at: url) }
        guard let workbook = workbook_new(url.path) else { throw Failure(description: "\(url.path) cannot be written") }
        let bold = workbook_add_format(workbook)
        format_set_bold(bold)
        // A sheet's name has at most 31 characters, none of []:*?/\.
        let name = String(title.filter { !"[]:*?/\\'".contains($0) }.prefix(31))
        let sheet = workbook_add_worksheet(workbook, name.isEmpty ? nil : name)
        worksheet_freeze_panes(sheet, 1, 0)
        for (column, text) in columns.enumerated() { worksheet_write_string(sheet, 0, UInt16(column), text, bold) }
        for (index, row) in rows.enumerated() {
            for (column, cell) in row.enumerated() {
                switch cell {
                case .text(let text): worksheet_write_string(sheet, UInt32(index + 1), UInt16(column), text, nil)
                case .number(let number):
                    worksheet_write_number(sheet, UInt32(index + 1), UInt16(column), Double(number), nil)
                }
            }
        }
        let result = workbook_close(workbook)
        guard result == LXW_NO_ERROR else { throw Failure(description: String(cString: lxw_strerror(result))) }
        return [UInt8](try Data(contentsOf: url))
    }
}
