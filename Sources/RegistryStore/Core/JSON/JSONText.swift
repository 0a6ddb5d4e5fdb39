import Foundation

/// Scalars of JSON, as bytes.
enum JSONText {
    private static let hexadecimal = Array("0123456789abcdef".utf8)

    /// A string with its quotes. Only what RFC 8259 (7) asks for is escaped: quotation marks, backslashes and controls.
    static func write(_ text: String, to output: inout [UInt8]) {
        var text = text
        output.append(UInt8(ascii: "\""))
        text.withUTF8 { bytes in
            var start = 0
            for (index, byte) in bytes.enumerated() where byte < 0x20 || byte == 0x22 || byte == 0x5C {
                output += bytes[start..<index]
                escape(byte, to: &output)
                start = index + 1
            }
            output += bytes[start...]
        }
        output.append(UInt8(ascii: "\""))
    }

    private static func escape(_ byte: UInt8, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\\"))
        switch byte {
        case 0x08: output.append(UInt8(ascii: "b"))
        case 0x09: output.append(UInt8(ascii: "t"))
        case 0x0A: output.append(UInt8(ascii: "n"))
        case 0x0C: output.append(UInt8(ascii: "f"))
        case 0x0D: output.append(UInt8(ascii: "r"))
        case 0x22, 0x5C: output.append(byte)
        default:
            output += [UInt8(ascii: "u"), UInt8(ascii: "0"), UInt8(ascii: "0")]
            output += [hexadecimal[Int(byte >> 4)], hexadecimal[Int(byte & 15)]]
        }
    }

    static func write(_ number: some BinaryInteger, to output: inout [UInt8]) { output += String(number).utf8 }

    /// - Throws: `EncodingError` for what JSON has no number for.
    static func write(_ number: Double, to output: inout [UInt8]) throws {
        guard number.isFinite else {
            throw EncodingError.invalidValue(number, .init(codingPath: [], debugDescription: "JSON has no \(number)"))
        }
        let text = number.description
        output += text.hasSuffix(".0") ? text.dropLast(2).utf8 : text[...].utf8
    }

    /// In small letters, as PostgreSQL and RFC 9562 write it.
    static func write(_ identifier: UUID, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        withUnsafeBytes(of: identifier.uuid) { bytes in
            for (index, byte) in bytes.enumerated() {
                if index == 4 || index == 6 || index == 8 || index == 10 { output.append(UInt8(ascii: "-")) }
                output.append(hexadecimal[Int(byte >> 4)])
                output.append(hexadecimal[Int(byte & 15)])
            }
        }
        output.append(UInt8(ascii: "\""))
    }
}
