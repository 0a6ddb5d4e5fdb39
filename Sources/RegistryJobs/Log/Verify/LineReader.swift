import Foundation

/// The lines of a file, one after the other, in constant memory. Blocking.
final class LineReader {
    private let handle: FileHandle
    private var buffer = Data()
    private var start = 0
    private var isAtEnd = false
    private static let chunk = 1 << 20
    /// Longer than any record.
    private static let longest = 1 << 24

    init(_ file: URL) throws {
        do {
            handle = try FileHandle(forReadingFrom: file)
        } catch {
            throw LogFolder.Mistake.unreadable(file.path, why: error.localizedDescription)
        }
    }

    deinit { try? handle.close() }

    func next() throws -> Data? {
        var searched = start
        while true {
            if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                defer { start = end + 1 }
                return buffer[start..<end]
            }
            if isAtEnd || buffer.count - start > Self.longest {
                guard start < buffer.count else { return nil }
                defer { start = buffer.count }
                return buffer[start...]
            }
            buffer = Data(buffer[start...])
            start = 0
            searched = buffer.count
            let more = try handle.read(upToCount: Self.chunk) ?? Data()
            isAtEnd = more.isEmpty
            buffer.append(more)
        }
    }
}
