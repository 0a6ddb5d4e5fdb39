import CQREncode

/// A QR code as one SVG path in modules, with the quiet zone of four that readers need (ISO/IEC 18004).
struct QRPicture {
    /// Modules on a side, quiet zone included.
    var size: String
    var path: String

    /// Nil for a text that no QR code holds.
    init?(_ text: String) {
        guard let code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M) else { return nil }
        defer { QRcode_free(code) }
        let width = Int(code.pointee.width)
        var path = ""
        for row in 0..<width {
            for column in 0..<width where code.pointee.data[row * width + column] & 1 == 1 {
                path += "M\(column + 4) \(row + 4)h1v1h-1z"
            }
        }
        size = "\(width + 8)"
        self.path = path
    }
}
