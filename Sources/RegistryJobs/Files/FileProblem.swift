import RegistryDomain

/// Why a file as a whole cannot be taken, in words that say what would be right.
public struct FileProblem: Error, Codable, Sendable, Equatable {
    public var code: String
    public var message: Text
    /// Where it was seen, the header being row 1.
    public var row: Int?

    public init(_ code: String, _ zh: String, _ en: String, row: Int? = nil) {
        self.code = code
        message = Text(zh: zh, en: en)
        self.row = row
    }

    static let unreadable = FileProblem("fileUnreadable", "文件无法读取。", "The file cannot be read.")
    static let empty = FileProblem("fileEmpty", "文件是空的。", "The file is empty.")
    static let wrongEncoding = FileProblem(
        "wrongEncoding", "文件编码无法识别，请另存为 UTF-8 或 GB18030 的 CSV。", "The encoding is not known; save the file as CSV in UTF-8 or GB18030.")
    static let notXLSX = FileProblem("notXLSX", "不是有效的 XLSX 文件，请用电子表格程序另存为 .xlsx 或 .csv。", "This is no valid XLSX file; save it as .xlsx or .csv.")
    static func rowTooLong(_ row: Int) -> FileProblem {
        FileProblem("rowTooLong", "第\(row)行超过1兆字节，引号可能没有配对。", "Row \(row) is longer than one megabyte; a quote may be left open.", row: row)
    }
    static func nulByte(_ row: Int) -> FileProblem {
        FileProblem("nulByte", "第\(row)行附近含有空字节（NUL），文件可能已损坏。", "There is a NUL byte near row \(row); the file may be damaged.", row: row)
    }
}

/// One row of a table: its fields in the order of the header.
struct TableRow: Sendable {
    /// The header is row 1.
    var number: Int
    var fields: [String]
    /// A cell that holds a formula, by column.
    var formulaColumns: Set<Int> = []
}

/// A table in a file, read batch by batch on a thread of its own.
protocol TableSource: AnyObject {
    /// The first row.
    func header() throws -> [String]
    /// The next rows; empty at the end.
    func next() throws -> [TableRow]
}
