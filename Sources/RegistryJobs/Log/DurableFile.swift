import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// Files that are there whole, or not at all, also after the power has failed: written beside their place, synced, put
/// into place, and the folder synced (fsync(2), link(2), rename(2)). Blocking: called off the cooperative pool.
enum DurableFile {
    /// - Returns: false, and nothing is changed, where a file of that name is there already.
    static func create(_ file: URL, _ bytes: [UInt8], mode: mode_t) throws -> Bool {
        let draft = try write(bytes, beside: file, mode: mode)
        defer { unlink(draft) }
        guard link(draft, file.path) == 0 else {
            if errno == EEXIST { return false }
            throw failure(file)
        }
        try syncFolder(of: file)
        return true
    }

    static func replace(_ file: URL, _ bytes: [UInt8], mode: mode_t) throws {
        let draft = try write(bytes, beside: file, mode: mode)
        guard rename(draft, file.path) == 0 else {
            let error = failure(file)
            unlink(draft)
            throw error
        }
        try syncFolder(of: file)
    }

    static func makeFolder(_ folder: URL, mode: mode_t = 0o755) throws {
        guard !FileManager.default.fileExists(atPath: folder.path) else { return }
        do {
            try FileManager.default.createDirectory(
                at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: Int(mode)])
        } catch {
            throw LogFolder.Mistake.unwritable(folder.path, why: error.localizedDescription)
        }
    }

    static func remove(_ file: URL) throws {
        guard unlink(file.path) == 0 || errno == ENOENT else { throw failure(file) }
        try syncFolder(of: file)
    }

    private static func write(_ bytes: [UInt8], beside file: URL, mode: mode_t) throws -> String {
        let draft = file.deletingLastPathComponent().appendingPathComponent(".draft-\(UUID().uuidString)").path
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw failure(file) }
        defer { close(descriptor) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0 && errno == EINTR { continue }
            guard written > 0 else {
                let error = failure(file)
                unlink(draft)
                throw error
            }
            rest = rest.dropFirst(written)
        }
        guard fchmod(descriptor, mode) == 0, fsync(descriptor) == 0 else {
            let error = failure(file)
            unlink(draft)
            throw error
        }
        return draft
    }

    private static func syncFolder(of file: URL) throws {
        let folder = file.deletingLastPathComponent().path
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(file) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure(file) }
    }

    private static func failure(_ file: URL) -> LogFolder.Mistake {
        .unwritable(file.path, why: String(cString: strerror(errno)))
    }
}
