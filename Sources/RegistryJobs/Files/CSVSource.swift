import Foundation
import SwiftCSV

/// A CSV file, in constant memory. Records are cut by `RecordCutter`; what a record's fields are is SwiftCSV's business
/// (RFC 4180).
final class CSVSource: TableSource {
    static let longestField = 10_000
    static let mostColumns = 100

    private let encoding: TextEncoding
    private var cutter: RecordCutter
    private var delimiter: CSVDelimiter = .comma
    private var columns: [String] = []
    private var pending: String = ""
    private var row = 1

    init(path: String) throws {
        encoding = try TextEncoding.detect(path: path)
        cutter = try RecordCutter(path: path)
    }

    func header() throws -> [String] {
        guard var text = try piece() else { throw FileProblem.empty }
        if text.hasPrefix("\u{FEFF}") { text.removeFirst() }
        let lineEnd = text.firstIndex(where: \.isNewline) ?? text.endIndex
        let line = String(text[..<lineEnd])
        if line.allSatisfy(\.isWhitespace) { throw FileProblem.empty }
        delimiter = Self.delimiter(of: line)
        columns = try rows(of: line + "\n" + line).first ?? []
        guard columns.count <= Self.mostColumns else {
            throw FileProblem("tooManyColumns", "表头超过\(Self.mostColumns)列。", "The header has more than \(Self.mostColumns) columns.")
        }
        pending = lineEnd == text.endIndex ? "" : String(text[text.index(after: lineEnd)...])
        return columns
    }

    func next() throws -> [TableRow] {
        while true {
            let text = pending
            pending = ""
            if text.isEmpty {
                guard let more = try piece() else { return [] }
                pending = more
                continue
            }
            let header = columns.indices.map { "c\($0)" }.joined(separator: String(delimiter.rawValue))
            let fields = try rows(of: header + "\n" + text)
            let batch = fields.map { fields -> TableRow in
                row += 1
                return TableRow(number: row, fields: fields)
            }.filter { !$0.fields.allSatisfy { $0.allSatisfy(\.isWhitespace) } }
            if !batch.isEmpty { return batch }
        }
    }

    private func piece() throws -> String? {
        guard let bytes = try cutter.next() else { return nil }
        guard let text = encoding.decode(bytes) else { throw FileProblem.wrongEncoding }
        return text
    }

    private func rows(of text: String) throws -> [[String]] {
        do {
            return try EnumeratedCSV(string: text, delimiter: delimiter, loadColumns: false).rows
        } catch {
            throw FileProblem(
                "malformedCSV", "第\(row + 1)行之后的引号不符合CSV格式。", "After row \(row + 1) the quotes are not as CSV has them.", row: row + 1)
        }
    }

    private static func delimiter(of header: String) -> CSVDelimiter {
        let counts = [CSVDelimiter.comma, .tab, .semicolon].map { delimiter in
            (delimiter, header.count(where: { $0 == delimiter.rawValue }))
        }
        return counts.max { $0.1 < $1.1 }?.0 ?? .comma
    }
}
