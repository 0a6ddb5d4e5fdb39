import CQREncode
import Foundation

/// A QR code (ISO/IEC 18004) as an SVG path: one unit a module, with the quiet zone of four around it.
struct QRCode {
    /// Modules in a row, quiet zone included.
    var size: Int
    /// The `d` of an SVG path of all dark modules.
    var path: String

    private static let quiet = 4

    /// Level M: a fifteenth of the code may be worn off. Nil for a text that no code holds.
    init?(_ text: String) {
        guard let code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M) else { return nil }
        defer { QRcode_free(code) }
        let width = Int(code.pointee.width)
        guard let modules = code.pointee.data else { return nil }
        var path = ""
        for row in 0..<width {
            var column = 0
            while column < width {
                let start = column
                while column < width, modules[row * width + column] & 1 == 1 { column += 1 }
                if column > start {
                    path += "M\(start + Self.quiet) \(row + Self.quiet)h\(column - start)v1h-\(column - start)z"
                }
                column += 1
            }
        }
        size = width + 2 * Self.quiet
        self.path = path
    }
}
