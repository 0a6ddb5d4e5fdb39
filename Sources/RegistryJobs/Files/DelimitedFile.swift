import Foundation
import RegistryDomain
import SwiftCSV

/// CSV (RFC 4180) in UTF-8 or GB18030, delimited by commas, tabs or semicolons as the header shows. The stream is cut
/// into records here; what quotes mean inside a record is SwiftCSV's business.
struct DelimitedFile {
    let path: String

    init(_ path: String) { self.path = path }

    func read(_ emit: (TableRow) throws -> Void) throws {
        let stream = try TextStream(path, try TextEncoding.recognize(path))
        var splitter = RecordSplitter()
        var reader: RecordReader?
        while true {
            let bytes = try stream.next()
            let records = bytes.isEmpty ? try splitter.finish() : try splitter.split(bytes)
            if let first = records.first, reader == nil { reader = RecordReader(header: first.bytes) }
            if let reader { try reader.rows(of: records).forEach(emit) }
            if bytes.isEmpty { return }
        }
    }
}

/// One line of a CSV file, with the line ends that its quotes hold.
struct DelimitedRecord: Equatable {
    var number: Int
    var bytes: [UInt8]
    var hasQuotes: Bool
}

/// Cuts UTF-8 text into records: at a line end (LF, CR LF or CR) while the count of quotes is even.
struct RecordSplitter {
    private var current: [UInt8] = []
    private var number = 1
    private var isQuoted = false
    private var hasQuotes = false
    private var endedByReturn = false

    /// - Throws: `FileProblem` for a record beyond the limit.
    mutating func split(_ bytes: [UInt8]) throws -> [DelimitedRecord] {
        var records: [DelimitedRecord] = []
        var start = 0
        for (index, byte) in bytes.enumerated() {
            switch byte {
            case 0x22:
                isQuoted.toggle()
                hasQuotes = true
                endedByReturn = false
            case 0x0A where endedByReturn:
                endedByReturn = false
                start = index + 1
            case 0x0A where !isQuoted, 0x0D where !isQuoted:
                current.append(contentsOf: bytes[start..<index])
                start = index + 1
                endedByReturn = byte == 0x0D
                records.append(try take())
            default: endedByReturn = false
            }
        }
        current.append(contentsOf: bytes[start...])
        if current.count > TableLimits.recordBytes { throw FileProblem.recordTooLong(row: number, inQuotes: isQuoted) }
        return records
    }

    mutating func finish() throws -> [DelimitedRecord] {
        if isQuoted { throw FileProblem.quoteOpen(row: number) }
        return current.isEmpty ? [] : [try take()]
    }

    private mutating func take() throws -> DelimitedRecord {
        if current.count > TableLimits.recordBytes { throw FileProblem.recordTooLong(row: number, inQuotes: false) }
        defer {
            current = []
            hasQuotes = false
            number += 1
        }
        return DelimitedRecord(number: number, bytes: current, hasQuotes: hasQuotes)
    }
}

/// Turns records into rows of fields.
struct RecordReader {
    private let delimiter: CSVDelimiter

    /// The delimiter that the header row has most of, outside quotes.
    init(header: [UInt8]) {
        var counts: [Character: Int] = [:]
        var isQuoted = false
        for byte in header {
            if byte == 0x22 { isQuoted.toggle() }
            if !isQuoted { counts[Character(UnicodeScalar(byte)), default: 0] += 1 }
        }
        let candidates: [CSVDelimiter] = [.comma, .tab, .semicolon]
        delimiter = candidates.max { counts[$0.rawValue, default: 0] < counts[$1.rawValue, default: 0] } ?? .comma
    }

    func rows(of records: [DelimitedRecord]) -> [TableRow] {
        var rows: [TableRow] = []
        var quoted: ArraySlice<DelimitedRecord> = []
        for record in records {
            if record.hasQuotes {
                quoted.append(record)
            } else {
                rows += readQuoted(quoted)
                quoted = []
                rows.append(row(record.number, split(record.bytes)))
            }
        }
        return rows + readQuoted(quoted)
    }

    /// A record without a quote: fields are what stands between delimiters.
    private func split(_ bytes: [UInt8]) -> [String] {
        let separator = delimiter.rawValue.asciiValue ?? 0x2C
        return bytes.split(separator: separator, omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
    }

    /// Many records in one reading; where their number does not come out the same, one by one, so that only the broken
    /// one is lost.
    private func readQuoted(_ records: ArraySlice<DelimitedRecord>) -> [TableRow] {
        if records.isEmpty { return [] }
        let bytes = records.reduce(into: [UInt8]()) { $0 += $1.bytes + [0x0A] }
        if let fields = fields(in: bytes), fields.count == records.count {
            return zip(records, fields).map { row($0.number, $1) }
        }
        return records.map { record in
            if let fields = fields(in: record.bytes + [0x0A]), fields.count == 1 {
                return row(record.number, fields[0])
            }
            return TableRow(number: record.number, fields: [], problem: .quotesBroken)
        }
    }

    private func fields(in bytes: [UInt8]) -> [[String]]? {
        var rows: [[String]] = []
        let text = String(decoding: bytes, as: UTF8.self)
        do {
            // The row limit keeps it from holding rows of its own.
            let table = try EnumeratedCSV(string: text, delimiter: delimiter, loadColumns: false, rowLimit: 0)
            try table.enumerateAsArray(startAt: 0, rowLimit: nil) { rows.append($0) }
            return rows
        } catch {
            return nil
        }
    }

    private func row(_ number: Int, _ fields: [String]) -> TableRow {
        TableRow(number: number, fields: fields, problem: TableLimits.problem(of: fields))
    }
}

extension Reason {
    static let quotesBroken = Reason(
        rule: nil, code: "quotesBroken",
        message: Text(
            zh: "该行的引号不成对，或引号后有多余的字符；字段内的引号须写成两个。",
            en: "The quotes of this row do not pair; a quote inside a field is written twice."),
        expected: "RFC 4180")
}
