/// Reads `numeric`, whose binary form is digits in base 10,000 (PostgreSQL source: `numeric_send`).
enum Numeric {
    static func text(_ bytes: UnsafeRawBufferPointer, type: PostgresType) throws -> String {
        let count = Int(try bytes.bigEndian(Int16.self, at: 0, type: type))
        let weight = Int(try bytes.bigEndian(Int16.self, at: 2, type: type))
        let sign = try bytes.bigEndian(UInt16.self, at: 4, type: type)
        let scale = Int(try bytes.bigEndian(Int16.self, at: 6, type: type))
        switch sign {
        case 0xC000: return "NaN"
        case 0xD000: return "Infinity"
        case 0xF000: return "-Infinity"
        default: break
        }
        func digits(_ position: Int) throws -> String {
            guard (0..<count).contains(position) else { return "0000" }
            let text = String(try bytes.bigEndian(Int16.self, at: 8 + position * 2, type: type))
            return String(repeating: "0", count: 4 - text.count) + text
        }
        var whole = ""
        for position in 0..<max(weight + 1, 0) { whole += try digits(position) }
        whole = String(whole.drop { $0 == "0" })
        var fraction = ""
        var position = weight + 1
        while fraction.count < scale {
            fraction += position < 0 ? "0000" : try digits(position)
            position += 1
        }
        let number = (whole.isEmpty ? "0" : whole) + (scale > 0 ? "." + fraction.prefix(scale) : "")
        return sign == 0x4000 ? "-" + number : number
    }
}

/// A `numeric` of any size, exact, as its decimal digits: `-12.50`, `NaN`, `Infinity`.
public struct PostgresNumeric: PostgresEncodable, PostgresDecodable, Hashable, CustomStringConvertible {
    public let description: String

    /// Nil where it is not a decimal number without an exponent, or longer than PostgreSQL keeps: 131,072 digits before
    /// the point, 16,383 after it.
    public init?(_ text: String) {
        guard text != "NaN", text != "Infinity", text != "-Infinity" else {
            description = text
            return
        }
        let parts = text.drop { $0 == "-" }.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let areDigits = parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { (48...57).contains($0) } }
        guard areDigits, !text.hasPrefix("--"), let whole = parts.first, whole.utf8.count <= 131_072,
            parts.count == 1 || parts[1].utf8.count <= 16_383
        else { return nil }
        description = text
    }

    private init(exactly text: String) { description = text }

    public static var postgresType: PostgresType { .numeric }
    public func postgresText() -> String { description }
    public static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) throws -> PostgresNumeric {
        guard type == .numeric else {
            return PostgresNumeric(exactly: String(try Int64.decode(bytes, type: type)))
        }
        return PostgresNumeric(exactly: try Numeric.text(bytes, type: type))
    }

    /// As `numeric_recv` reads it: digits in base 10,000 around the point.
    public func encode(into buffer: inout [UInt8]) {
        switch description {
        case "NaN": return Self.append(to: &buffer, sign: 0xC000)
        case "Infinity": return Self.append(to: &buffer, sign: 0xD000)
        case "-Infinity": return Self.append(to: &buffer, sign: 0xF000)
        default: break
        }
        let parts = description.drop { $0 == "-" }.split(separator: ".", maxSplits: 1)
        let whole = Array((parts.first ?? "0").utf8)
        let fraction = parts.count > 1 ? Array(parts[1].utf8) : []
        let padded =
            Array(repeating: UInt8(48), count: (4 - whole.count % 4) % 4) + whole + fraction
            + Array(repeating: UInt8(48), count: (4 - fraction.count % 4) % 4)
        var digits = stride(from: 0, to: padded.count, by: 4).map { start in
            padded[start..<start + 4].reduce(Int16(0)) { $0 * 10 + Int16($1 - 48) }
        }
        var weight = (whole.count + 3) / 4 - 1
        while digits.first == 0 {
            digits.removeFirst()
            weight -= 1
        }
        while digits.last == 0 { digits.removeLast() }
        let sign: UInt16 = description.hasPrefix("-") && !digits.isEmpty ? 0x4000 : 0
        Self.append(
            to: &buffer, sign: sign, weight: digits.isEmpty ? 0 : Int16(weight), scale: Int16(fraction.count),
            digits: digits)
    }

    private static func append(
        to buffer: inout [UInt8], sign: UInt16, weight: Int16 = 0, scale: Int16 = 0, digits: [Int16] = []
    ) {
        buffer.append(bigEndian: Int16(digits.count))
        buffer.append(bigEndian: weight)
        buffer.append(bigEndian: sign)
        buffer.append(bigEndian: scale)
        for digit in digits { buffer.append(bigEndian: digit) }
    }
}
