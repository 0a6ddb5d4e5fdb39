import Foundation

/// UTF-8 where the whole file is valid UTF-8, else GB18030; nothing is guessed further.
enum TextEncoding {
    case utf8, gb18030

    private static let chunk = 256 * 1024

    /// Reads the whole file once, in constant memory.
    ///
    /// - Throws: `FileProblem` for a NUL byte.
    static func recognize(_ path: String) throws -> TextEncoding {
        let file = try ByteFile(path)
        var validator = UTF8Validator()
        var isUTF8 = true
        var offset = 0
        while true {
            let bytes = try file.read(chunk)
            if bytes.isEmpty { break }
            if let nul = bytes.firstIndex(of: 0) { throw FileProblem.nulByte(at: offset + nul + 1) }
            if isUTF8 { isUTF8 = validator.accepts(bytes) }
            offset += bytes.count
        }
        return isUTF8 && validator.isAtBoundary ? .utf8 : .gb18030
    }
}

/// Says of a stream of chunks whether it is UTF-8; a character may be cut by the end of a chunk.
struct UTF8Validator {
    private var carried: [UInt8] = []

    var isAtBoundary: Bool { carried.isEmpty }

    mutating func accepts(_ chunk: [UInt8]) -> Bool {
        let bytes = carried.isEmpty ? chunk : carried + chunk
        let cut = Self.lastBoundary(of: bytes)
        carried = Array(bytes[cut...])
        return bytes[..<cut].withContiguousStorageIfAvailable { String(validating: $0, as: UTF8.self) != nil } ?? false
    }

    /// Where the last character begins that the end cuts off; the end where none is cut.
    private static func lastBoundary(of bytes: [UInt8]) -> Int {
        for back in 1...3 where bytes.count >= back {
            let byte = bytes[bytes.count - back]
            if byte & 0xC0 == 0x80 { continue }
            let length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1
            return length > back ? bytes.count - back : bytes.count
        }
        return bytes.count
    }
}

/// The bytes of a text file as UTF-8, without a byte order mark.
final class TextStream {
    private static let chunk = 64 * 1024
    private let file: ByteFile
    private let converter: GB18030Converter?
    private var isFirst = true

    init(_ path: String, _ encoding: TextEncoding) throws {
        file = try ByteFile(path)
        converter = encoding == .gb18030 ? try GB18030Converter() : nil
    }

    /// Empty at the end.
    func next() throws -> [UInt8] {
        while true {
            let raw = try file.read(Self.chunk)
            guard let converter else { return withoutMark(raw) }
            if raw.isEmpty {
                try converter.finish()
                return []
            }
            let text = try converter.convert(raw)
            if !text.isEmpty { return withoutMark(text) }
        }
    }

    private func withoutMark(_ bytes: [UInt8]) -> [UInt8] {
        defer { isFirst = false }
        return isFirst && bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
    }
}

/// GB 18030 to UTF-8 by iconv(3), chunk by chunk.
final class GB18030Converter {
    private let handle: iconv_t
    private var carried: [UInt8] = []
    private var consumed = 0

    init() throws {
        guard let handle = iconv_open("UTF-8", "GB18030"), Int(bitPattern: handle) != -1 else {
            throw FileProblem.encoding(at: 1)
        }
        self.handle = handle
    }

    deinit { iconv_close(handle) }

    /// - Throws: `FileProblem` where the bytes are no GB18030.
    func convert(_ bytes: [UInt8]) throws -> [UInt8] {
        var input = carried + bytes
        // A character of two bytes becomes at most four.
        var output = [UInt8](repeating: 0, count: input.count * 2 + 16)
        let capacity = output.count
        var inputLeft = input.count
        var outputLeft = capacity
        let failure: Int32 = input.withUnsafeMutableBytes { source in
            output.withUnsafeMutableBytes { target in
                var from = source.baseAddress?.assumingMemoryBound(to: CChar.self)
                var to = target.baseAddress?.assumingMemoryBound(to: CChar.self)
                _ = iconv(handle, &from, &inputLeft, &to, &outputLeft)
                return inputLeft > 0 ? errno : 0
            }
        }
        if failure == EILSEQ { throw FileProblem.encoding(at: consumed + input.count - inputLeft + 1) }
        consumed += input.count - inputLeft
        carried = Array(input.suffix(inputLeft))
        return Array(output.prefix(capacity - outputLeft))
    }

    /// - Throws: `FileProblem` where the file ends within a character.
    func finish() throws {
        if !carried.isEmpty { throw FileProblem.encoding(at: consumed + 1) }
    }
}
