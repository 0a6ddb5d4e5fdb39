import RegistryDomain

/// One row of a file, its fields as text, trimmed of nothing.
public struct TableRow: Sendable, Equatable {
    /// The row as a spreadsheet numbers it: the header is row 1, empty rows count.
    public var number: Int
    public var fields: [String]
    /// Why the row cannot be used, where its form is broken already.
    public var problem: Reason?

    public init(number: Int, fields: [String], problem: Reason? = nil) {
        self.number = number
        self.fields = fields
        self.problem = problem
    }

    /// Nothing but white space: skipped.
    var isBlank: Bool { problem == nil && fields.allSatisfy { $0.allSatisfy(\.isWhitespace) } }
}

/// What one row may hold. A row beyond it is refused, whatever the file's form.
enum TableLimits {
    static let recordBytes = 1 << 20
    static let fieldCharacters = 10_000
    static let columns = 100

    static func problem(of fields: [String]) -> Reason? {
        if fields.count > columns {
            return Reason(
                rule: nil, code: "tooManyColumns",
                message: Text(
                    zh: "该行有\(fields.count)列，最多\(columns)列。",
                    en: "The row has \(fields.count) columns; at most \(columns)."),
                found: "\(fields.count)", expected: "\(columns)")
        }
        guard let index = fields.firstIndex(where: { $0.utf8.count > fieldCharacters && $0.count > fieldCharacters })
        else { return nil }
        return Reason(
            rule: nil, code: "fieldTooLong",
            message: Text(
                zh: "第\(index + 1)列超过\(fieldCharacters)个字符。",
                en: "Column \(index + 1) exceeds \(fieldCharacters) characters."),
            found: "\(fields[index].count)", expected: "\(fieldCharacters)")
    }
}
