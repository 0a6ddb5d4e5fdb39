import Foundation
import RegistryDomain

/// The rows of a CSV or XLSX file, in batches, in constant memory. The file is read on a thread of its own, which ends
/// when the iterator goes.
///
/// - Throws: `FileProblem` from `next()` where the file as a whole cannot be read.
public struct TableReader: AsyncSequence, Sendable {
    public typealias Element = [TableRow]
    static let batchSize = 500
    let path: String

    public init(path: String) { self.path = path }

    public final class AsyncIterator: AsyncIteratorProtocol {
        private let channel: RowChannel

        init(_ channel: RowChannel) { self.channel = channel }
        deinit { channel.cancel() }

        public func next() async throws -> [TableRow]? { try await channel.next() }
    }

    public func makeAsyncIterator() -> AsyncIterator {
        let channel = RowChannel()
        let thread = Thread { [path] in
            var batch: [TableRow] = []
            let end = Result {
                try TableForm.read(path) { row in
                    if row.isBlank { return }
                    batch.append(row)
                    guard batch.count >= Self.batchSize else { return }
                    try channel.send(batch)
                    batch.removeAll(keepingCapacity: true)
                }
                if !batch.isEmpty { try channel.send(batch) }
            }
            channel.finish(end)
        }
        thread.name = "ceregistry-file"
        thread.start()
        return AsyncIterator(channel)
    }
}

/// What kind of file it is, by its first bytes, whatever its name says.
enum TableForm {
    static func read(_ path: String, _ emit: (TableRow) throws -> Void) throws {
        let start = try ByteFile(path).read(8)
        switch start {
        case let bytes where bytes.isEmpty: throw FileProblem.empty
        case let bytes where bytes.starts(with: [0x50, 0x4B, 0x03, 0x04]): try SpreadsheetFile(path).read(emit)
        case let bytes where bytes.starts(with: [0xD0, 0xCF, 0x11, 0xE0]):
            throw FileProblem.unsupported("这是旧版 Excel（.xls）或加密的工作簿", "An old Excel (.xls) or encrypted workbook")
        case let bytes where bytes.starts(with: Array("%PDF".utf8)):
            throw FileProblem.unsupported("这是 PDF 文件", "A PDF file")
        case let bytes where bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]):
            throw FileProblem.unsupported("这是 UTF-16（Unicode 文本）文件", "A UTF-16 (Unicode text) file")
        case let bytes where bytes.first == 0x3C:
            throw FileProblem.unsupported("这是网页或 XML 格式的表格", "A table as a web page or XML")
        default: try DelimitedFile(path).read(emit)
        }
    }
}

/// A file read front to back. Blocks: for a reading thread only.
final class ByteFile {
    private let file: UnsafeMutablePointer<FILE>

    init(_ path: String) throws {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue,
            let file = fopen(path, "rb")
        else { throw FileProblem.unreadable((path as NSString).lastPathComponent) }
        self.file = file
    }

    deinit { fclose(file) }

    /// At most `count` bytes; empty at the end.
    func read(_ count: Int) throws -> [UInt8] {
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = fread(buffer.baseAddress, 1, count, file)
        }
        if bytes.isEmpty, ferror(file) != 0 { throw FileProblem.damaged(String(cString: strerror(errno))) }
        return bytes
    }
}
