import Foundation

/// Cuts a CSV file into pieces of whole records without reading it whole: a newline ends a record where the quotes
/// before it are even in number. Newlines and quotes are the same bytes in UTF-8 and in GB18030, and part of no other
/// character in either.
struct RecordCutter {
    private static let pieceSize = 256 * 1024
    static let longestRecord = 1024 * 1024

    private let handle: FileHandle
    private var rest: [UInt8] = []
    private var isAtEnd = false
    /// Records handed out so far.
    private(set) var records = 0

    init(path: String) throws {
        guard let handle = FileHandle(forReadingAtPath: path) else { throw FileProblem.unreadable }
        self.handle = handle
    }

    /// Some whole records; nil at the end.
    mutating func next() throws -> [UInt8]? {
        while !isAtEnd {
            let piece = try handle.read(upToCount: Self.pieceSize) ?? Data()
            if piece.isEmpty { isAtEnd = true }
            rest += piece
            if let cut = lastRecordEnd(), !isAtEnd {
                let records = Array(rest[..<cut])
                rest.removeFirst(cut)
                return try checked(records)
            }
            if !isAtEnd, rest.count > Self.longestRecord { throw FileProblem.rowTooLong(records + 1) }
        }
        guard !rest.isEmpty else { return nil }
        defer { rest = [] }
        return try checked(rest)
    }

    private mutating func checked(_ bytes: [UInt8]) throws -> [UInt8] {
        if bytes.contains(0) { throw FileProblem.nulByte(records + 1) }
        var inQuotes = false
        var start = 0
        for (index, byte) in bytes.enumerated() {
            if byte == 0x22 { inQuotes.toggle() }
            if byte == 0x0A, !inQuotes {
                records += 1
                if index - start > Self.longestRecord { throw FileProblem.rowTooLong(records) }
                start = index + 1
            }
        }
        if bytes.count - start > Self.longestRecord { throw FileProblem.rowTooLong(records + 1) }
        return bytes
    }

    private func lastRecordEnd() -> Int? {
        var inQuotes = false
        var end: Int?
        for (index, byte) in rest.enumerated() {
            if byte == 0x22 { inQuotes.toggle() }
            if byte == 0x0A, !inQuotes { end = index + 1 }
        }
        return end
    }
}
