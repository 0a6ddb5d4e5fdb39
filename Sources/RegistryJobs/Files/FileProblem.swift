import RegistryDomain

/// Why a whole file cannot be taken in. Nothing of it is stored.
public struct FileProblem: Error, Sendable, Equatable {
    public var reason: Reason
    /// The row at which reading stopped, the header being row 1; nil where the file as a whole is meant.
    public var row: Int?

    init(_ code: String, row: Int? = nil, found: String? = nil, expected: String? = nil, _ zh: String, _ en: String) {
        reason = Reason(rule: nil, code: code, message: Text(zh: zh, en: en), found: found, expected: expected)
        self.row = row
    }
}

extension FileProblem {
    init(_ reason: Reason, row: Int?) {
        self.reason = reason
        self.row = row
    }

    static let acceptedForms = "CSV (UTF-8, GB18030), XLSX"

    static func unreadable(_ name: String) -> FileProblem {
        FileProblem("fileUnreadable", "文件“\(name)”不存在或无法读取。", "The file \(name) is not there or cannot be read.")
    }
    static let empty = FileProblem("fileEmpty", "文件是空的。", "The file is empty.")
    static let noRows = FileProblem("fileHasNoRows", "文件只有表头，没有数据。", "The file has a header and no rows.")

    static func unsupported(_ zh: String, _ en: String) -> FileProblem {
        FileProblem(
            "fileTypeUnsupported", expected: acceptedForms, "\(zh)，请另存为 .xlsx 或 CSV UTF-8 后重新导入。",
            "\(en) cannot be read; save it as .xlsx or CSV UTF-8 and send that.")
    }

    static func encoding(at byte: Int) -> FileProblem {
        FileProblem(
            "encodingUnknown", expected: "UTF-8, GB18030",
            "文件编码既不是 UTF-8 也不是 GB18030（约第 \(byte) 字节处），请另存为 CSV UTF-8。",
            "The text is neither UTF-8 nor GB18030 (near byte \(byte)); save it as CSV UTF-8.")
    }
    static func nulByte(at byte: Int) -> FileProblem {
        FileProblem(
            "nulByte", "第 \(byte) 字节是空字节，文件不是文本或已损坏。", "Byte \(byte) is NUL: the file is no text, or is damaged.")
    }
    static func recordTooLong(row: Int, inQuotes: Bool) -> FileProblem {
        FileProblem(
            "recordTooLong", row: row, expected: "1 MiB",
            inQuotes ? "第 \(row) 行的引号没有闭合，或该行超过 1 MiB。" : "第 \(row) 行超过 1 MiB。",
            inQuotes ? "A quote in row \(row) is not closed, or the row exceeds 1 MiB." : "Row \(row) exceeds 1 MiB.")
    }
    static func quoteOpen(row: Int) -> FileProblem {
        FileProblem(
            "quoteNotClosed", row: row, "第 \(row) 行的引号直到文件末尾都没有闭合。", "A quote opened in row \(row) is never closed.")
    }
    static func damaged(_ detail: String, row: Int? = nil) -> FileProblem {
        FileProblem(
            "fileDamaged", row: row, found: detail, "文件已损坏，无法读取（\(detail)）。", "The file is damaged (\(detail)).")
    }
    static func tooLarge(_ part: String, limit: String) -> FileProblem {
        FileProblem(
            "fileTooLarge", found: part, expected: limit, "文件解压后过大（\(part)，上限 \(limit)），已拒绝。",
            "The file unpacks to too much (\(part); the limit is \(limit)).")
    }
}
