import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// A folder that is held until it is released, or the process ends (flock(2)). Taking it blocks.
struct FolderLock: Sendable {
    private let descriptor: Int32

    init(_ folder: URL) throws {
        let file = folder.appendingPathComponent("lock").path
        // Read only: whoever else writes here may have made it.
        descriptor = open(file, O_RDONLY | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw LogFolder.Mistake.unwritable(file, why: String(cString: strerror(errno)))
        }
        while flock(descriptor, LOCK_EX) != 0 {
            guard errno == EINTR else {
                let why = String(cString: strerror(errno))
                close(descriptor)
                throw LogFolder.Mistake.unwritable(file, why: why)
            }
        }
    }

    func release() { close(descriptor) }
}
