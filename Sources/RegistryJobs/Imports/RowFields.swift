import Foundation
import RegistryDomain
import RegistryStore

/// The fields of one row, read with their meaning; every mistake is kept, not the first only.
struct RowFields {
    let row: TableRow
    let header: ImportHeader
    private(set) var findings: [ImportFinding] = []

    init(_ row: TableRow, _ header: ImportHeader) {
        self.row = row
        self.header = header
        if let problem = row.problem {
            reject(problem)
        } else if row.fields.count > header.width, row.fields[header.width...].contains(where: { !$0.isEmpty }) {
            reject(
                "", nil, "tooManyFields", found: "\(row.fields.count)", expected: "\(header.width)", "字段多于表头",
                "more fields than the header has")
        }
    }

    var isRejected: Bool { findings.contains { $0.severity == .rejected } }

    mutating func reject(
        _ field: String, _ rule: RuleID?, _ code: String, found: String?, expected: String?, _ zh: String, _ en: String
    ) {
        add(
            ImportFinding(
                row: row.number, field: field.isEmpty ? nil : field, severity: .rejected, rule: rule, code: code,
                found: found.map { String($0.prefix(80)) }, expected: expected,
                message: Text(zh: zh + "。", en: en + ".")))
    }

    mutating func reject(_ reason: Reason) {
        add(
            ImportFinding(
                row: row.number, field: reason.field, severity: .rejected, rule: reason.rule, code: reason.code,
                found: reason.found,
                expected: reason.expected, message: reason.message))
    }

    /// Of a row whose form is broken, nothing more is said than that.
    private mutating func add(_ finding: ImportFinding) {
        if row.problem == nil || findings.isEmpty { findings.append(finding) }
    }

    func hasText(_ column: String) -> Bool {
        guard let position = header.position(column), position < row.fields.count else { return false }
        return !row.fields[position].trimmed.isEmpty
    }

    /// The field without the spaces around it; nil where it is empty or the file has no such column.
    mutating func text(_ column: String) -> String? {
        guard let position = header.position(column), position < row.fields.count else { return nil }
        let text = row.fields[position].trimmed
        if text.isEmpty { return nil }
        for reason in FieldChecks.optionalText(text, field: column) { reject(reason) }
        return text
    }

    mutating func required(_ column: String) -> String? {
        if let text = text(column) { return text }
        if !findings.contains(where: { $0.field == column }) {
            reject(column, nil, "missing", found: "", expected: nil, "“\(column)”不能为空", "\(column) must not be empty")
        }
        return nil
    }

    mutating func idNumber() -> IdentityNumber? {
        guard let text = required("idNumber") else { return nil }
        do {
            return try IdentityNumber(validating: text)
        } catch {
            var reason = error.reason
            reason.found = IdentityNumber.masked(text)
            reject(reason)
            return nil
        }
    }

    mutating func creditCode(_ column: String) -> CreditCode? {
        guard let text = required(column) else { return nil }
        do {
            return try CreditCode(validating: text)
        } catch {
            var reason = error.reason
            reason.field = column
            reason.found = String(text.prefix(40))
            reject(reason)
            return nil
        }
    }

    mutating func integer(_ column: String) -> Int? {
        guard let text = required(column) else { return nil }
        if let number = NumberReader.read(text) { return number }
        reject(
            column, nil, "notANumber", found: text, expected: "a whole number", "“\(text.prefix(20))”不是合理的整数",
            "“\(text.prefix(20))” is no whole number that can be")
        return nil
    }

    /// 2018-03-01, 2018/3/1, 2018.3.1, 2018年3月1日 or 20180301.
    mutating func day(_ column: String, required isRequired: Bool = false) -> Day? {
        guard let text = isRequired ? required(column) : text(column) else { return nil }
        if let day = DayReader.read(text) { return day }
        reject(
            column, nil, "notADay", found: text, expected: "2018-03-01", "“\(text.prefix(20))”不是有效日期",
            "no day of the calendar")
        return nil
    }

    mutating func word<Word>(_ column: String, _ words: [String: Word]) -> Word? {
        guard let text = required(column) else { return nil }
        if let word = words[text.lowercased()] ?? words[text] { return word }
        let expected = words.keys.sorted().joined(separator: ", ")
        reject(
            column, nil, "unknownWord", found: text, expected: expected, "“\(text.prefix(20))”不在可选范围内",
            "not one of the words known")
        return nil
    }
}

extension String {
    /// Without white space around it, a leading apostrophe or `="…"`, by which spreadsheets are told that a field is text.
    var trimmed: String {
        var text = Substring(self)
        if text.hasPrefix("=\""), text.hasSuffix("\""), text.count >= 3 { text = text.dropFirst(2).dropLast() }
        while let first = text.first, first.isWhitespace || first == "\u{FEFF}" { text.removeFirst() }
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return String(text)
    }
}

/// A whole number as people write it: 30, ３０, 30.0, 30学时, 2017年度.
enum NumberReader {
    private static let units = ["学时", "年度", "年", "课时"]

    /// Nil for what is no whole number or too large to be anything.
    static func read(_ text: String) -> Int? {
        var digits = text.applyingTransform(.fullwidthToHalfwidth, reverse: false) ?? text
        for unit in units where digits.hasSuffix(unit) { digits.removeLast(unit.count) }
        if digits.hasSuffix(".0") { digits.removeLast(2) }
        guard let number = Int(digits.trimmed), (-2_000_000_000...2_000_000_000).contains(number) else { return nil }
        return number
    }
}

enum DayReader {
    static func read(_ whole: String) -> Day? {
        // A time of day behind it is what spreadsheets add to a day.
        let text = whole.split(whereSeparator: { $0.isWhitespace || $0 == "T" }).first.map(String.init) ?? ""
        if text.count == 8, text.allSatisfy({ $0.isASCII && $0.isNumber }) {
            return Day("\(text.prefix(4))-\(text.dropFirst(4).prefix(2))-\(text.suffix(2))")
        }
        let parts = text.split(omittingEmptySubsequences: true) { "-/.年月日".contains($0) }.map(String.init)
        guard parts.count == 3, parts[0].count == 4, let year = Int(parts[0]), let month = Int(parts[1]),
            let day = Int(parts[2])
        else {
            return nil
        }
        return Day(year: year, month: month, day: day)
    }
}
