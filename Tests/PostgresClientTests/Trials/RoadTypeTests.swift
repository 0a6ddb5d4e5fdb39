import Foundation
import Testing

@testable import PostgresClient

/// A value and how the server prints it: what only goes round in the client's own circle could be wrong twice.
private struct Sample<Value: PostgresEncodable & PostgresDecodable & Equatable>: Sendable {
    var value: Value
    var text: String
    init(_ value: Value, _ text: String) {
        self.value = value
        self.text = text
    }
}

@Suite("On every road values arrive as they were sent")
struct RoadTypeTests {
    private func check<Value>(_ road: Road, _ type: String, _ samples: [Sample<Value>]) async throws {
        try await road.withConnection { connection in
            for sample in samples {
                let row = try await connection.execute(
                    "SELECT \(sample.value)::\(unescaped: type) AS value, \(sample.value)::\(unescaped: type)::text AS text, \(sample.text)::text::\(unescaped: type) AS parsed"
                )[0]
                #expect(try row.decode("value", as: Value.self) == sample.value)
                #expect(try row.decode("text", as: String.self) == sample.text)
                #expect(try row.decode("parsed", as: Value.self) == sample.value)
            }
            let row = try await connection.execute("SELECT \(Value?.none)::\(unescaped: type) AS value")[0]
            #expect(try row.decodeIfPresent("value", as: Value.self) == nil)
            #expect {
                try row.decode("value", as: Value.self)
            } throws: { error in
                guard case PostgresClientError.decoding("value", _, _, isNull: true) = error else { return false }
                return true
            }
        }
    }

    @Test(arguments: Road.all) func wholeNumbers(_ road: Road) async throws {
        try await check(road, "int2", [Int16.min, 0, .max].map { Sample($0, "\($0)") })
        try await check(road, "int4", [Int32.min, -1, .max].map { Sample($0, "\($0)") })
        try await check(road, "int8", [Int64.min, 0, .max].map { Sample($0, "\($0)") })
        try await check(road, "int8", [Int.min, .max].map { Sample($0, "\($0)") })
    }

    @Test(arguments: Road.all) func fractions(_ road: Road) async throws {
        try await check(
            road, "float8",
            [
                Sample(Double.infinity, "Infinity"), Sample(-.infinity, "-Infinity"), Sample(-0.0, "-0"),
                Sample(.leastNonzeroMagnitude, "5e-324"), Sample(.greatestFiniteMagnitude, "1.7976931348623157e+308"),
                Sample(0.1, "0.1"),
            ])
        try await road.withConnection { connection in
            let row = try await connection.execute("SELECT \(Double.nan) AS value")[0]
            #expect(try row.decode("value", as: Double.self).isNaN)
        }
    }

    @Test(arguments: Road.all) func textAndBytes(_ road: Road) async throws {
        for text in ["", "张小丽", "𬱖 e\u{301}", "'; DROP TABLE x; --", "a\\b\n\t\"\u{7f}", "\u{10FFFF}"] {
            try await check(road, "text", [Sample(text, text)])
            try await check(road, "varchar", [Sample(text, text)])
        }
        try await check(road, "bytea", [Sample([UInt8](), "\\x"), Sample([0, 255, 10, 92], "\\x00ff0a5c")])
    }

    @Test(arguments: Road.all) func truthAndIdentifiers(_ road: Road) async throws {
        try await check(road, "bool", [Sample(true, "true"), Sample(false, "false")])
        let key = UUID()
        try await check(road, "uuid", [Sample(key, key.uuidString.lowercased())])
        try await check(road, "jsonb", [Sample(JSONB(text: #"{"a": [1, "二", null]}"#), #"{"a": [1, "二", null]}"#)])
    }

    @Test(arguments: Road.all) func daysFromTheFirstToTheLast(_ road: Road) async throws {
        try await check(
            road, "date",
            [
                Sample(PostgresDate.infinity, "infinity"), Sample(.minusInfinity, "-infinity"),
                Sample(PostgresDate(daysSince2000: 0), "2000-01-01"),
                Sample(PostgresDate(daysSince2000: -1), "1999-12-31"),
                Sample(PostgresDate(daysSince2000: -2_451_545), "4714-11-24 BC"),
                Sample(PostgresDate(daysSince2000: 2_145_031_948), "5874897-12-31"),
            ])
    }

    @Test(arguments: Road.all) func instantsToTheMicrosecond(_ road: Road) async throws {
        try await road.withConnection { connection in
            for (text, seconds) in [
                ("2018-01-10 09:00:00.123456+08", 1_515_546_000.123456), ("1969-12-31 23:59:59.999999+00", -0.000001),
                ("0001-01-01 00:00:00+00", -62_135_596_800), ("294276-12-31 23:59:59+00", 9_224_318_015_999),
            ] {
                let row = try await connection.execute(
                    "SELECT \(text)::text::timestamptz AS value, \(Date(timeIntervalSince1970: seconds)) - \(text)::text::timestamptz < interval '1 ms' AND \(text)::text::timestamptz - \(Date(timeIntervalSince1970: seconds)) < interval '1 ms' AS equal"
                )[0]
                #expect(try row.decode("equal", as: Bool.self), "\(text)")
                #expect(abs(try row.decode("value", as: Date.self).timeIntervalSince1970 - seconds) < 0.001, "\(text)")
            }
            let row = try await connection.execute(
                "SELECT \(Date.distantFuture)::text AS last, \(Date.distantPast)::text AS first, 'infinity'::timestamptz AS endless"
            )[0]
            #expect(try row.decode("last", as: String.self) == "infinity")
            #expect(try row.decode("first", as: String.self) == "-infinity")
            #expect(try row.decode("endless", as: Date.self) == .distantFuture)
        }
    }

    @Test(arguments: Road.all) func anInstantBeyondAllIsRefused(_ road: Road) async throws {
        try await road.withConnection { connection in
            for seconds in [1e30, -1e30, .nan, .infinity] {
                let error = await #expect(throws: PostgresError.self) {
                    try await connection.execute("SELECT \(Date(timeIntervalSince1970: seconds)) AS value")
                }
                #expect(error?.sqlState.rawValue == "22008")
            }
        }
    }

    @Test(arguments: Road.all) func numbersWithoutLimitReadAsTheServerPrintsThem(_ road: Road) async throws {
        let long = String(repeating: "9", count: 1000)
        try await road.withConnection { connection in
            for number in [
                "0", "-1", "0.00001", "10000", "100000000.0001", "NaN", "Infinity", "-Infinity", long,
                "0." + String(repeating: "0", count: 999) + "1", "-" + long + "." + long,
            ] {
                let row = try await connection.execute("SELECT \(number)::text::numeric AS value")[0]
                #expect(try row.decode("value", as: String.self) == number)
            }
        }
    }

    @Test(arguments: Road.all) func arrays(_ road: Road) async throws {
        try await check(
            road, "int8[]",
            [Sample([Int64](), "{}"), Sample([Int64.min, 0, .max], "{-9223372036854775808,0,9223372036854775807}")])
        try await check(road, "text[]", [Sample(["一", "", "x,\"y\"\\"], #"{一,"","x,\"y\"\\"}"#)])
        try await check(road, "bool[]", [Sample([true, false], "{t,f}")])
        try await check(
            road, "date[]", [Sample([PostgresDate.infinity, .init(daysSince2000: 0)], "{infinity,2000-01-01}")])
        try await check(road, "float8[]", [Sample([Double.infinity, 1.5], "{Infinity,1.5}")])
        try await road.withConnection { connection in
            let row = try await connection.execute(
                "SELECT array_agg(n::int8) AS many, '{1,NULL}'::int8[] AS hole, '{{1},{2}}'::int8[] AS nested FROM generate_series(1, 100000) n"
            )[0]
            #expect(try row.decode("many", as: [Int64].self) == Array(1...100_000))
            // An array with a hole or with two dimensions is no `[Int64]`, and says so.
            #expect(throws: PostgresClientError.self) { try row.decode("hole", as: [Int64].self) }
            #expect(throws: PostgresClientError.self) { try row.decode("nested", as: [Int64].self) }
        }
    }
}

/// One after the other: each holds tens of megabytes several times over.
@Suite("On every road large values", .serialized)
struct RoadLargeValueTests {
    private static let size = 32 * 1024 * 1024

    @Test(arguments: Road.all) func ofThirtyTwoMegabytesGoAndComeWhole(_ road: Road) async throws {
        try await road.withConnection { connection in
            let sent = try await connection.execute(
                "SELECT length(\([UInt8](repeating: 7, count: Self.size))) AS length")[0]
            #expect(try sent.decode("length", as: Int32.self) == Int32(Self.size))
            let come = try await connection.execute("SELECT repeat('x', \(Int32(Self.size))) AS text")[0]
            #expect(try come.decode("text", as: String.self).utf8.count == Self.size)
        }
    }

    @Test(arguments: Road.all) func pastOneGigabyteAreRefusedByTheServerInItsWords(_ road: Road) async throws {
        try await road.withConnection { connection in
            await #expect {
                try await connection.execute("SELECT repeat('x', \(Int32(1_073_741_820))) || 'yyyyyy' AS text")
            } throws: { error in
                (error as? PostgresError)?.sqlState.rawValue == "54000"
            }
            let after = try await connection.execute("SELECT 1")
            #expect(after.count == 1)
        }
    }
}
