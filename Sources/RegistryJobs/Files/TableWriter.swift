import CLibXlsxWriter
import Foundation
import RegistryDomain
import RegistryStore

/// A table into a file, row by row, in constant memory, every field as text. Blocks: for threads of its own only.
protocol TableWriter: AnyObject {
    /// - Parameter marked: whether the last field is shown as something wrong, where the form can.
    func write(_ fields: [String], marked: Bool) throws
    /// What is written is complete after this.
    func finish() throws
}

struct TableWriteFailure: Error, CustomStringConvertible {
    var description: String
}

enum TableFile {
    static func writer(_ form: TableFileForm, to url: URL, title: String) throws -> any TableWriter {
        switch form {
        case .csv: try DelimitedWriter(url)
        case .xlsx: try WorkbookWriter(url, sheets: [title])
        }
    }

    /// A whole table; the first row is its header.
    static func bytes(_ form: TableFileForm, title: String, _ rows: [[String]]) throws -> [UInt8] {
        let url = temporary(form)
        defer { try? FileManager.default.removeItem(at: url) }
        let writer = try writer(form, to: url, title: title)
        for row in rows { try writer.write(row, marked: false) }
        try writer.finish()
        return [UInt8](try Data(contentsOf: url))
    }

    /// For the daemon's own eyes.
    static func temporary(_ form: TableFileForm) -> URL {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent(
            "table-\(UUID().uuidString).\(form.rawValue)")
        _ = FileManager.default.createFile(atPath: url.path, contents: nil, attributes: [.posixPermissions: 0o600])
        return url
    }
}

/// CSV in UTF-8 with a byte order mark (RFC 4180). What a spreadsheet would turn into a number or a formula begins with a
/// tab, which the import takes away again.
final class DelimitedWriter: TableWriter {
    private let handle: FileHandle
    private var pending: [UInt8] = [0xEF, 0xBB, 0xBF]

    init(_ url: URL) throws { handle = try FileHandle(forWritingTo: url) }

    func write(_ fields: [String], marked: Bool) throws {
        pending += fields.map(Self.quoted).joined(separator: ",").utf8
        pending += [0x0D, 0x0A]
        if pending.count > 1 << 16 { try flush() }
    }

    func finish() throws {
        try flush()
        try handle.close()
    }

    private func flush() throws {
        try handle.write(contentsOf: pending)
        pending.removeAll(keepingCapacity: true)
    }

    static func quoted(_ field: String) -> String {
        let isLongNumber = field.utf8.count > 11 && field.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x58 }
        let isFormula = ["=", "+", "-", "@"].contains(field.first) && field.count > 1
        let text = isLongNumber || isFormula ? "\t" + field : field
        guard text.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline || $0 == "\t" }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}

/// XLSX by libxlsxwriter: text cells, so that an ID number stays what it is.
final class WorkbookWriter: TableWriter {
    private let workbook: UnsafeMutablePointer<lxw_workbook>
    private var sheets: [UnsafeMutablePointer<lxw_worksheet>?] = []
    private let head: UnsafeMutablePointer<lxw_format>?
    private let text: UnsafeMutablePointer<lxw_format>?
    private let wrong: UnsafeMutablePointer<lxw_format>?
    private var rows: [UInt32]

    init(_ url: URL, sheets titles: [String]) throws {
        var options = lxw_workbook_options()
        options.constant_memory = 1
        guard let workbook = workbook_new_opt(url.path, &options) else {
            throw TableWriteFailure(description: "\(url.lastPathComponent) cannot be written")
        }
        self.workbook = workbook
        head = workbook_add_format(workbook)
        format_set_bold(head)
        format_set_num_format(head, "@")
        format_set_bottom(head, UInt8(LXW_BORDER_THIN.rawValue))
        text = workbook_add_format(workbook)
        format_set_num_format(text, "@")
        wrong = workbook_add_format(workbook)
        format_set_num_format(wrong, "@")
        format_set_font_color(wrong, 0x9C1C1C)
        format_set_bg_color(wrong, 0xFBE9E7)
        rows = titles.map { _ in 0 }
        for title in titles {
            let sheet = workbook_add_worksheet(workbook, title)
            worksheet_freeze_panes(sheet, 1, 0)
            sheets.append(sheet)
        }
    }

    /// Widths in characters, and text as the form of each column, down to where somebody will fill it in.
    func setColumns(_ widths: [Double], sheet: Int = 0) {
        for (column, width) in widths.enumerated() {
            worksheet_set_column(sheets[sheet], UInt16(column), UInt16(column), width, text)
        }
    }

    func write(_ fields: [String], marked: Bool) throws { try write(fields, marked: marked, sheet: 0) }

    func write(_ fields: [String], marked: Bool, sheet: Int) throws {
        let row = rows[sheet]
        for (column, field) in fields.enumerated() {
            let isLast = column == fields.count - 1
            // Excel's cells hold 32,767 characters.
            let result = worksheet_write_string(
                sheets[sheet], row, UInt16(column), String(field.prefix(32_000)),
                row == 0 ? head : marked && isLast ? wrong : text)
            guard result == LXW_NO_ERROR else {
                throw TableWriteFailure(description: String(cString: lxw_strerror(result)))
            }
        }
        rows[sheet] += 1
    }

    func finish() throws {
        let result = workbook_close(workbook)
        guard result == LXW_NO_ERROR else {
            throw TableWriteFailure(description: String(cString: lxw_strerror(result)))
        }
    }
}
