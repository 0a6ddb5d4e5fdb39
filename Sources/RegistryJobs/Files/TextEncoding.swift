import Glibc

/// The two encodings that offices in China hand in.
enum TextEncoding: Sendable {
    case utf8
    case gb18030

    /// UTF-8 where the whole file is, else GB18030 where that fits.
    static func detect(path: String) throws -> TextEncoding {
        for encoding in [TextEncoding.utf8, .gb18030] {
            var cutter = try RecordCutter(path: path)
            var fits = true
            while fits, let piece = try cutter.next() {
                if piece.starts(with: [0xFF, 0xFE]) || piece.starts(with: [0xFE, 0xFF]) { throw FileProblem.wrongEncoding }
                fits = encoding.decode(piece) != nil
            }
            if fits { return encoding }
        }
        throw FileProblem.wrongEncoding
    }

    /// Nil where the bytes are not of this encoding.
    func decode(_ bytes: [UInt8]) -> String? {
        switch self {
        case .utf8: String(validating: bytes, as: UTF8.self)
        case .gb18030: Self.convert(bytes, from: "GB18030")
        }
    }

    /// iconv(3) of the C library, which knows the current GB18030.
    private static func convert(_ bytes: [UInt8], from name: String) -> String? {
        guard let converter = iconv_open("UTF-8", name), Int(bitPattern: converter) != -1 else { return nil }
        defer { iconv_close(converter) }
        var input = bytes.map { CChar(bitPattern: $0) }
        var output = [CChar](repeating: 0, count: bytes.count * 2 + 16)
        let capacity = output.count
        let written: Int? = input.withUnsafeMutableBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                var from = input.baseAddress
                var fromLeft = input.count
                var to = output.baseAddress
                var toLeft = capacity
                guard iconv(converter, &from, &fromLeft, &to, &toLeft) != .max else { return nil }
                return capacity - toLeft
            }
        }
        guard let written else { return nil }
        return String(validating: output[..<written].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Whether this machine can read GB18030 at all (a static C library cannot).
    static var knowsGB18030: Bool { convert([0xD5, 0xC5], from: "GB18030") == "张" }
}
