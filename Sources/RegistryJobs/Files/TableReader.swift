import Dispatch
import Foundation

/// Reads a table off the cooperative pool: each batch is made on a queue of this reader's own.
///
/// `@unchecked Sendable`: the source is touched on the serial queue alone.
final class TableReader: @unchecked Sendable {
    private let queue = DispatchQueue(label: "ceregistry.table")
    private let path: String
    private var source: (any TableSource)?

    init(path: String) { self.path = path }

    func header() async throws -> [String] {
        try await onQueue { reader in
            let source = try Self.open(reader.path)
            reader.source = source
            return try source.header()
        }
    }

    func next() async throws -> [TableRow] {
        try await onQueue { reader in try reader.source?.next() ?? [] }
    }

    /// By content, not by name: XLSX is a zip file, and zip files begin with PK.
    private static func open(_ path: String) throws -> any TableSource {
        guard let handle = FileHandle(forReadingAtPath: path) else { throw FileProblem.unreadable }
        defer { try? handle.close() }
        let start = [UInt8](try handle.read(upToCount: 8) ?? Data())
        if start.isEmpty { throw FileProblem.empty }
        if start.starts(with: [0x50, 0x4B]) { return try XLSXSource(path: path) }
        if start.starts(with: [0xD0, 0xCF, 0x11, 0xE0]) {
            throw FileProblem("oldSpreadsheet", "这是旧版 .xls 文件，请另存为 .xlsx 或 .csv。", "This is an old .xls file; save it as .xlsx or .csv.")
        }
        return try CSVSource(path: path)
    }

    private func onQueue<Value: Sendable>(_ body: @escaping @Sendable (TableReader) throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { [self] in continuation.resume(with: Result { try body(self) }) }
        }
    }
}
