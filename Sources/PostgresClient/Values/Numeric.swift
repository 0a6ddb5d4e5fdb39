/// Reads `numeric`, whose binary form is digits in base 10,000 (PostgreSQL source: `numeric_send`).
@usableFromInline
enum Numeric {
    @usableFromInline
    static func text(_ bytes: UnsafeRawBufferPointer, type: PostgresType) throws -> String {
        let count = Int(try bytes.bigEndian(Int16.self, at: 0, type: type))
        let weight = Int(try bytes.bigEndian(Int16.self, at: 2, type: type))
        let sign = try bytes.bigEndian(UInt16.self, at: 4, type: type)
        let scale = Int(try bytes.bigEndian(Int16.self, at: 6, type: type))
        switch sign {
        case 0x0000, 0x4000: break
        case 0xC000: return "NaN"
        case 0xD000: return "Infinity"
        case 0xF000: return "-Infinity"
        default: throw ValueMismatch(type: type)
        }
        guard count >= 0, (0...mostFraction).contains(scale) else { throw ValueMismatch(type: type) }
        /// Four decimal digits; those that were not sent are zeros.
        func group(_ position: Int) throws -> Int {
            guard (0..<count).contains(position) else { return 0 }
            let group = Int(try bytes.bigEndian(Int16.self, at: 8 + position * 2, type: type))
            guard (0..<10_000).contains(group) else { throw ValueMismatch(type: type) }
            return group
        }
        var text: [UInt8] = sign == 0x4000 ? [UInt8(ascii: "-")] : []
        let start = text.count
        for position in 0..<max(weight + 1, 0) { append(try group(position), digits: 4, to: &text) }
        text.removeSubrange(start..<(text[start...].firstIndex { $0 != zero } ?? text.count))
        if text.count == start { text.append(zero) }
        if scale > 0 { text.append(UInt8(ascii: ".")) }
        var (position, left) = (weight + 1, scale)
        while left > 0 {
            append(try group(position), digits: min(left, 4), to: &text)
            left -= 4
            position += 1
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Digits after the point that PostgreSQL keeps at most (chapter 8.1.2).
    private static let mostFraction = 16_383
    private static let zero = UInt8(ascii: "0")

    /// The first so many of a group's four digits.
    private static func append(_ group: Int, digits: Int, to text: inout [UInt8]) {
        var unit = 1_000
        for _ in 0..<digits {
            text.append(zero + UInt8(group / unit % 10))
            unit /= 10
        }
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
