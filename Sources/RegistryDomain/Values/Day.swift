import Foundation

/// A calendar day in Asia/Shanghai, proleptic Gregorian. Text and JSON are `yyyy-MM-dd`; a day that does not exist, such
/// as 31 February, is no `Day`.
public struct Day: Comparable, Hashable, Codable, Sendable, CustomStringConvertible {
    /// PostgreSQL's own count of a `date`.
    public let daysSince2000: Int32

    public init(daysSince2000: Int32) { self.daysSince2000 = daysSince2000 }

    /// Nil where the calendar has no such day, or the year is not of four digits.
    public init?(year: Int, month: Int, day: Int) {
        guard (1...9999).contains(year), (1...12).contains(month), day >= 1,
            day <= Self.lengthOfMonth(month, in: year)
        else { return nil }
        daysSince2000 = Self.count(year: year, month: month, day: day)
    }

    /// Strictly `yyyy-MM-dd`.
    public init?(_ text: String) {
        let digits = Array(text.utf8)
        guard digits.count == 10, digits[4] == 0x2D, digits[7] == 0x2D,
            let year = Self.number(digits[0..<4]), let month = Self.number(digits[5..<7]),
            let day = Self.number(digits[8..<10])
        else { return nil }
        self.init(year: year, month: month, day: day)
    }

    /// The day that a clock in Asia/Shanghai (UTC+8, no summer time since 1991) shows at this instant.
    public init(_ instant: Date) {
        let seconds = instant.timeIntervalSince1970 + 8 * 3600
        daysSince2000 = Int32((seconds / 86_400).rounded(.down)) - 10_957
    }

    public var year: Int { parts.year }
    public var month: Int { parts.month }
    public var day: Int { parts.day }

    public var description: String {
        let (year, month, day) = parts
        // A database can hold days that no text here makes.
        guard (0...9999).contains(year) else { return "\(year)-\(month)-\(day)" }
        return String(unsafeUninitializedCapacity: 10) { bytes in
            var place = 10
            func write(_ number: Int, _ width: Int) {
                var rest = number
                for _ in 0..<width {
                    place -= 1
                    bytes[place] = UInt8(ascii: "0") + UInt8(rest % 10)
                    rest /= 10
                }
                guard place > 0 else { return }
                place -= 1
                bytes[place] = UInt8(ascii: "-")
            }
            write(day, 2)
            write(month, 2)
            write(year, 4)
            return 10
        }
    }

    public static func < (left: Day, right: Day) -> Bool { left.daysSince2000 < right.daysSince2000 }

    /// The same day so many years on; 28 February where there is none.
    public func adding(years: Int) -> Day {
        Day(year: year + years, month: month, day: day) ?? Day(year: year + years, month: month, day: 28) ?? self
    }
    public func adding(days: Int) -> Day { Day(daysSince2000: daysSince2000 + Int32(days)) }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let day = Day(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "a day as yyyy-MM-dd is needed")
        }
        self = day
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    // MARK: The calendar (days are counted from 1 March of year 0, so that leap days come last)

    private var parts: (year: Int, month: Int, day: Int) {
        let shifted = Int(daysSince2000) + 730_425
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    private static func count(year: Int, month: Int, day: Int) -> Int32 {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return Int32(era * 146_097 + dayOfEra - 730_425)
    }

    private static func lengthOfMonth(_ month: Int, in year: Int) -> Int {
        switch month {
        case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        var value = 0
        for digit in digits {
            guard (0x30...0x39).contains(digit) else { return nil }
            value = value * 10 + Int(digit - 0x30)
        }
        return value
    }
}
