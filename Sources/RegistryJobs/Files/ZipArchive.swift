import CLibZip
import Foundation

/// The parts of a zip file, unpacked as they are read and never beyond a limit. Blocks: for a reading thread only.
final class ZipArchive {
    private static let entryLimit: Int64 = 10_000
    /// What honest XML never shrinks by.
    private static let suspiciousRatio: UInt64 = 200
    private static let suspiciousSize: UInt64 = 16 << 20

    private let archive: OpaquePointer

    init(_ path: String) throws {
        var code: Int32 = 0
        guard let archive = zip_open(path, ZIP_RDONLY, &code) else { throw FileProblem.damaged("zip \(code)") }
        self.archive = archive
        if zip_get_num_entries(archive, 0) > Self.entryLimit {
            throw FileProblem.tooLarge("zip", limit: "\(Self.entryLimit)")
        }
    }

    deinit { zip_discard(archive) }

    func has(_ name: String) -> Bool { zip_name_locate(archive, name, 0) >= 0 }

    /// - Parameter limit: the unpacked bytes that are too many.
    func open(_ name: String, limit: UInt64) throws -> ZipPart {
        var status = zip_stat_t()
        guard zip_stat(archive, name, 0, &status) == 0 else { throw FileProblem.damaged("\(name)?") }
        guard status.encryption_method == 0 else {
            throw FileProblem.unsupported("这是加密的工作簿", "An encrypted workbook")
        }
        let isBomb = status.size > Self.suspiciousSize && status.size / max(status.comp_size, 1) > Self.suspiciousRatio
        guard status.size <= limit, !isBomb else { throw FileProblem.tooLarge(name, limit: "\(limit >> 20) MiB") }
        guard let file = zip_fopen(archive, name, 0) else { throw FileProblem.damaged(name) }
        return ZipPart(file, of: self, name: name, limit: limit)
    }
}

/// One part of a zip file as XMLParser reads it: front to back, once.
final class ZipPart: InputStream {
    private static let prolog: UInt64 = 64 << 10
    private let file: OpaquePointer
    private let archive: ZipArchive
    private let name: String
    private let limit: UInt64
    private var total: UInt64 = 0
    private var validator = UTF8Validator()
    /// Why reading stopped before the end; the parser only knows that it did.
    private(set) var problem: FileProblem?

    init(_ file: OpaquePointer, of archive: ZipArchive, name: String, limit: UInt64) {
        self.file = file
        self.archive = archive
        self.name = name
        self.limit = limit
        super.init(data: Data())
    }

    deinit { zip_fclose(file) }

    override func open() {}
    override func close() {}
    override var hasBytesAvailable: Bool { problem == nil }

    override func read(_ buffer: UnsafeMutablePointer<UInt8>, maxLength length: Int) -> Int {
        if problem != nil { return 0 }
        let count = Int(zip_fread(file, buffer, zip_uint64_t(length)))
        if count < 0 {
            problem = .damaged(name)
            return 0
        }
        // No workbook declares a document type; whoever does wants entities unfolded.
        let chunk = UnsafeBufferPointer(start: buffer, count: count)
        if total < Self.prolog, chunk.firstRange(of: Array("<!DOCTYPE".utf8)) != nil {
            problem = .damaged("DTD")
            return 0
        }
        // Workbooks are in UTF-8. XMLParser ends the process at an entity whose name is not, and a DTD in UTF-16 would not
        // be seen above.
        if !validator.accepts(Array(chunk)) || chunk.contains(0) {
            problem = .damaged("\(name): UTF-8")
            return 0
        }
        total += UInt64(count)
        if total > limit {
            problem = .tooLarge(name, limit: "\(limit >> 20) MiB")
            return 0
        }
        return count
    }
}
