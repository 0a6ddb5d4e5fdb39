import Foundation

/// A `date` as PostgreSQL counts it: days since 2000-01-01, with its two infinities.
public struct PostgresDate: PostgresEncodable, PostgresDecodable, Hashable, CustomStringConvertible {
    /// `Int32.max` and `.min` are the infinities.
    public var daysSince2000: Int32

    public init(daysSince2000: Int32) { self.daysSince2000 = daysSince2000 }

    public static let infinity = PostgresDate(daysSince2000: .max)
    public static let minusInfinity = PostgresDate(daysSince2000: .min)

    public static var postgresType: PostgresType { .date }
    public var postgresSmallValue: SmallValue? { SmallValue(daysSince2000) }
    public func encode(into buffer: inout [UInt8]) { buffer.append(bigEndian: daysSince2000) }
    @inlinable
    public static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) throws -> PostgresDate {
        guard type == .date else { throw ValueMismatch(type: type) }
        return PostgresDate(daysSince2000: try bytes.bigEndian(Int32.self, type: type))
    }

    public func postgresText() -> String { description }
    public static func decode(text: String) throws -> PostgresDate {
        switch text {
        case "infinity": return .infinity
        case "-infinity": return .minusInfinity
        default:
            let day = try Date.ISO8601FormatStyle(timeZone: .gmt).year().month().day().parse(text)
            return PostgresDate(daysSince2000: Int32((day.timeIntervalSince1970 / 86_400).rounded()) - 10_957)
        }
    }

    public var description: String {
        switch self {
        case .infinity: "infinity"
        case .minusInfinity: "-infinity"
        default:
            Date(timeIntervalSince1970: (Double(daysSince2000) + 10_957) * 86_400)
                .formatted(Date.ISO8601FormatStyle(timeZone: .gmt).year().month().day())
        }
    }
}

/// An instant, as `timestamptz` with its microseconds; `infinity` is the distant future.
extension Date: PostgresEncodable, PostgresDecodable {
    /// 2000-01-01T00:00:00Z in seconds since 2001-01-01, Foundation's reference.
    @inlinable static var epoch: Double { -31_622_400 }

    public static var postgresType: PostgresType { .timestamptz }

    public func encode(into buffer: inout [UInt8]) {
        switch self {
        case .distantFuture: buffer.append(bigEndian: Int64.max)
        case .distantPast: buffer.append(bigEndian: Int64.min)
        default:
            let microseconds = ((timeIntervalSinceReferenceDate - Self.epoch) * 1_000_000).rounded()
            // Beyond what the type holds the server refuses it (22008); not a number is no instant either.
            buffer.append(bigEndian: Int64(exactly: microseconds) ?? Int64.max - 1)
        }
    }

    @inlinable
    public static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) throws -> Date {
        guard type == .timestamptz || type == .timestamp else { throw ValueMismatch(type: type) }
        switch try bytes.bigEndian(Int64.self, type: type) {
        case .max: return .distantFuture
        case .min: return .distantPast
        case let microseconds: return Date(timeIntervalSinceReferenceDate: Double(microseconds) / 1_000_000 + epoch)
        }
    }
}

/// An instant as PostgreSQL counts it: microseconds since 2000-01-01T00:00:00Z, with its two infinities. Exact, where
/// `Date` rounds to what a `Double` of seconds can hold.
public struct PostgresTimestamp: PostgresEncodable, PostgresDecodable, Hashable {
    /// `Int64.max` and `.min` are the infinities.
    public var microsecondsSince2000: Int64

    public init(microsecondsSince2000: Int64) { self.microsecondsSince2000 = microsecondsSince2000 }

    public static let infinity = PostgresTimestamp(microsecondsSince2000: .max)
    public static let minusInfinity = PostgresTimestamp(microsecondsSince2000: .min)

    public static var postgresType: PostgresType { .timestamptz }
    public var postgresSmallValue: SmallValue? { SmallValue(microsecondsSince2000) }
    public func encode(into buffer: inout [UInt8]) { buffer.append(bigEndian: microsecondsSince2000) }
    @inlinable
    public static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) throws -> PostgresTimestamp {
        guard type == .timestamptz || type == .timestamp else { throw ValueMismatch(type: type) }
        return PostgresTimestamp(microsecondsSince2000: try bytes.bigEndian(Int64.self, type: type))
    }
}
