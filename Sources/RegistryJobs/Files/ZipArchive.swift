import CLibZip
import Foundation

/// A zip file, opened for reading by libzip.
final class ZipArchive {
    /// What one part may unfold to: a spreadsheet of a few hundred thousand rows, not a bomb.
    static let largestPart: UInt64 = 128 * 1024 * 1024
    private let archive: OpaquePointer

    init(path: String) throws {
        guard let archive = zip_open(path, ZIP_RDONLY, nil) else { throw FileProblem.notXLSX }
        self.archive = archive
    }

    deinit { zip_discard(archive) }

    /// A part's bytes; nil where there is none of that name.
    func part(_ name: String) throws -> Data? {
        var status = zip_stat_t()
        guard zip_stat(archive, name, 0, &status) == 0 else { return nil }
        guard status.size <= Self.largestPart else {
            throw FileProblem("spreadsheetTooLarge", "电子表格太大，请另存为 CSV 后导入。", "The spreadsheet is too large; save it as CSV.")
        }
        guard let file = zip_fopen(archive, name, 0) else { throw FileProblem.notXLSX }
        defer { zip_fclose(file) }
        var data = Data(count: Int(status.size))
        let read = data.withUnsafeMutableBytes { zip_fread(file, $0.baseAddress, status.size) }
        guard read == Int64(status.size) else { throw FileProblem.notXLSX }
        return data
    }
}
