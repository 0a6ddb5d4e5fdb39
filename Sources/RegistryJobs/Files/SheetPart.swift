import Foundation
import RegistryDomain

/// What a cell holds, as the text a person would have typed.
struct CellValues {
    let strings: [String]
    let dateStyles: Set<Int>
    let startsIn1904: Bool

    func text(_ raw: String, type: String?, style: Int?) -> String {
        switch type {
        case "s": Int(raw).flatMap { strings.indices.contains($0) ? strings[$0] : nil } ?? ""
        case "inlineStr", "str", "e": raw
        case "b": raw == "1" ? "TRUE" : "FALSE"
        case "d": String(raw.prefix(10))
        default: number(raw, style: style)
        }
    }

    private func number(_ raw: String, style: Int?) -> String {
        guard let value = Double(raw), value.isFinite else { return raw }
        if let style, dateStyles.contains(style), let day = day(value) { return day.description }
        // A spreadsheet keeps 15 digits; beyond them it is written as it would be shown, so that nobody takes it for an ID.
        if abs(value) >= 1e15 { return String(format: "%.5E", value) }
        return value == value.rounded() ? String(Int64(value)) : raw
    }

    /// Days since 1900 with the leap day that 1900 did not have, or since 1904 (ECMA-376, 18.17.4.1).
    private func day(_ serial: Double) -> Day? {
        guard (1..<2_958_466).contains(serial) else { return nil }
        let count = Int(serial.rounded(.down)) + (startsIn1904 ? 1_462 : 0)
        return Day(daysSince2000: Int32(count - 36_526 + (count < 60 ? 1 : 0)))
    }
}

/// The rows of a sheet, one after the other.
final class SheetPart: XMLPart {
    /// What a sheet of this format can have (ECMA-376, 18.3.1.73).
    private static let mostRows = 1_048_576
    private let values: CellValues
    private let emit: (TableRow) throws -> Void
    private var number = 0
    private var fields: [String] = []
    private var problem: Reason?
    private var column = 0
    private var type: String?
    private var style: Int?
    private var value = ""

    init(_ values: CellValues, _ emit: @escaping (TableRow) throws -> Void) {
        self.values = values
        self.emit = emit
    }

    override func start(_ element: String, _ attributes: [String: String]) throws {
        switch element {
        case "row":
            let next = attributes["r"].flatMap { Int($0) } ?? number + 1
            guard next > number, next <= Self.mostRows else { throw FileProblem.damaged("row \(next)", row: number) }
            number = next
            fields = []
            problem = nil
            column = 0
        case "c":
            column = attributes["r"].flatMap(Self.column) ?? column + 1
            type = attributes["t"]
            style = attributes["s"].flatMap { Int($0) }
            value = ""
        case "f": problem = problem ?? .formula(column: column, row: number)
        case "v", "t": clearText()
        default: break
        }
    }

    override func end(_ element: String) throws {
        switch element {
        case "v": value = text
        case "t": value += text
        case "c": try put(values.text(value, type: type, style: style))
        case "row":
            try emit(TableRow(number: number, fields: fields, problem: problem ?? TableLimits.problem(of: fields)))
        default: break
        }
    }

    private func put(_ text: String) throws {
        // A row that begins inside a cell: no spreadsheet writes it.
        guard column > 0 else { throw FileProblem.damaged("cell", row: number) }
        guard column <= TableLimits.columns else {
            if !text.isEmpty { problem = problem ?? TableLimits.problem(of: Array(repeating: "", count: column)) }
            return
        }
        while fields.count < column - 1 { fields.append("") }
        if fields.count < column { fields.append(text) } else { fields[column - 1] = text }
    }

    /// 1 for A, 27 for AA; nil for a reference without a column.
    static func column(_ reference: String) -> Int? {
        var number = 0
        for byte in reference.utf8.prefix(3) where (0x41...0x5A).contains(byte) {
            number = number * 26 + Int(byte - 0x40)
        }
        return number > 0 ? number : nil
    }
}

extension Reason {
    static func formula(column: Int, row: Int) -> Reason {
        var name = ""
        var rest = column
        while rest > 0 {
            name = String(UnicodeScalar(UInt8(0x41 + (rest - 1) % 26))) + name
            rest = (rest - 1) / 26
        }
        let cell = "\(name)\(row)"
        return Reason(
            rule: nil, code: "formulaCell",
            message: Text(
                zh: "单元格 \(cell) 是公式；请复制后“选择性粘贴—数值”，再重新导入。",
                en: "Cell \(cell) is a formula; copy it and paste it as values, then import again."),
            found: cell, expected: "a value")
    }
}
