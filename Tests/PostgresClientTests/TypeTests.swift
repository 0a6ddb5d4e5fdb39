import Foundation
import Testing

@testable import PostgresClient

@Suite("Values go to the server and come back")
struct TypeTests {
    private func roundTrip<Value: PostgresEncodable & PostgresDecodable & Equatable>(_ values: [Value]) async throws {
        try await TestServer.withConnection { connection in
            for value in values {
                let row = try await connection.execute("SELECT \(value) AS value")[0]
                #expect(try row.decode("value", as: Value.self) == value)
            }
            let null = try await connection.execute("SELECT \(Value?.none) AS value")[0]
            #expect(try null.decodeIfPresent("value", as: Value.self) == nil)
            #expect(throws: PostgresClientError.self) { try null.decode("value", as: Value.self) }
        }
    }

    @Test func wholeNumbersWithTheirExtremes() async throws {
        try await roundTrip([Int16.min, -1, 0, 1, .max])
        try await roundTrip([Int32.min, 0, .max])
        try await roundTrip([Int64.min, 0, .max])
        try await roundTrip([Int.min, 0, .max])
    }

    @Test func textIsDataWhateverItSays() async throws {
        try await roundTrip([
            "", "张小丽", "𬱖", "'; DROP TABLE learners; --", "a\\b\n\t\"", String(repeating: "长", count: 100_000),
        ])
    }

    @Test func bytesTruthIdentifiersAndFractions() async throws {
        try await roundTrip([[UInt8](), [0, 255, 10], [UInt8](repeating: 7, count: 1_000_000)])
        try await roundTrip([true, false])
        try await roundTrip([UUID(), UUID()])
        try await roundTrip([0.0, -1.5, .greatestFiniteMagnitude, .infinity])
    }

    @Test func daysAndInstantsWithInfinity() async throws {
        try await roundTrip([PostgresDate(daysSince2000: 0), .init(daysSince2000: -1), .infinity, .minusInfinity])
        try await roundTrip([Date(timeIntervalSinceReferenceDate: 0), .distantFuture, .distantPast])
    }

    @Test func arraysEmptyAndFull() async throws {
        try await roundTrip([[String](), ["一", "", "x,\"y\""]])
        try await roundTrip([[Int64](), [1, .max]])
        try await roundTrip([[UUID](), [UUID()]])
        try await roundTrip([[PostgresDate](), [.init(daysSince2000: 6575)]])
        try await roundTrip([[true, false]])
        try await roundTrip([[Double]([1.5])])
    }

    @Test func jsonIsJson() async throws {
        try await TestServer.withConnection { connection in
            let row = try await connection.execute("SELECT \(JSONB(text: #"{"a": [1, "二"]}"#)) -> 'a' ->> 1 AS value")[
                0]
            #expect(try row.decode("value", as: String.self) == "二")
        }
    }

    @Test(arguments: ["0", "-1", "12345678901234567890.5", "0.0001", "-10000.0100", "99999999", "NaN", "100000000"])
    func numbersOfAnySizeReadAsText(_ number: String) async throws {
        try await TestServer.withConnection { connection in
            let row = try await connection.execute("SELECT \(number)::text::numeric AS value")[0]
            #expect(try row.decode("value", as: String.self) == number)
        }
    }

    @Test func aColumnOfAnotherTypeIsNamedInTheError() async throws {
        try await TestServer.withConnection { connection in
            let row = try await connection.execute("SELECT 'x'::text AS name")[0]
            #expect {
                try row.decode("name", as: Int32.self)
            } throws: { error in
                guard case PostgresClientError.decoding(let column, _, _, let isNull) = error else { return false }
                return column == "name" && !isNull
            }
            #expect(throws: PostgresClientError.self) { try row.decode("title", as: String.self) }
        }
    }

    @Test func arraysWithNullsAndElementsOfEachType() async throws {
        try await roundTrip([[Int64?]([1, nil, .min]), [nil], []])
        try await roundTrip([[String?](["一", nil, ""])])
        try await roundTrip([[PostgresDate?]([.infinity, nil, .minusInfinity])])
        try await roundTrip([[PostgresTimestamp?]([.infinity, nil, .init(microsecondsSince2000: 1)])])
        try await roundTrip([[UUID?]([UUID(), nil])])
        try await roundTrip([
            [PostgresNumeric?]([PostgresNumeric("0.00"), nil, PostgresNumeric("12345678901234567890.5")])
        ])
        try await TestServer.withConnection { connection in
            let row = try await connection.execute("SELECT ARRAY[1, NULL, 3] AS numbers, ARRAY[[1], [2]] AS square")[0]
            #expect(try row.decode("numbers", as: [Int32?].self) == [1, nil, 3])
            #expect(throws: PostgresClientError.self) { try row.decode("numbers", as: [Int32].self) }
            #expect(throws: PostgresClientError.self) { try row.decode("square", as: [Int32].self) }
        }
    }

    @Test(arguments: [
        "0", "-1", "1", "9999", "10000", "-10000.0100", "0.0001", "0.00001", "12345678901234567890.5", "100000000",
        "NaN",
        "Infinity", "-Infinity", "0.000", "1" + String(repeating: "0", count: 131_071),
        "0." + String(repeating: "7", count: 16_383),
    ])
    func numbersOfAnySizeAreExact(_ text: String) async throws {
        let number = try #require(PostgresNumeric(text))
        try await TestServer.withConnection { connection in
            let row = try await connection.execute("SELECT \(number) AS value, \(number)::text AS text")[0]
            #expect(try row.decode("value", as: PostgresNumeric.self) == number)
            #expect(try row.decode("text", as: String.self) == text)
        }
    }

    @Test(arguments: ["", "-", "--1", "1.", ".5", "1e5", "0x1", " 1", "１"])
    func whatIsNoNumberMakesNone(_ text: String) { #expect(PostgresNumeric(text) == nil) }

    @Test func instantsAreExactToTheMicrosecondToTheirExtremes() async throws {
        try await roundTrip([
            PostgresTimestamp(microsecondsSince2000: 0), .init(microsecondsSince2000: -1), .infinity, .minusInfinity,
            // 4714-11-24 BC and 294276-12-31, the first and last that PostgreSQL knows.
            .init(microsecondsSince2000: -211_813_488_000_000_000),
            .init(microsecondsSince2000: 9_223_371_331_199_999_999),
        ])
        try await roundTrip([PostgresDate(daysSince2000: -2_451_545), .init(daysSince2000: 2_145_031_948)])
        try await TestServer.withConnection { connection in
            let row = try await connection.execute("SELECT timestamptz '2018-01-10 09:00:00.123456+08' AS at")[0]
            #expect(
                try row.decode("at", as: PostgresTimestamp.self).microsecondsSince2000 == 568_861_200_123_456)
        }
    }

    @Test func singlePrecisionAndJson() async throws {
        try await roundTrip([Float.greatestFiniteMagnitude, -0.5, .infinity])
        try await roundTrip([JSONB(text: "[]"), JSONB(text: #"{"名": ["一", null, 1.50]}"#)])
    }

    @Test func severalColumnsAreReadAtOnceAndAnOptionalMayBeNull() async throws {
        try await TestServer.withConnection { connection in
            let row = try await connection.execute("SELECT 1::bigint AS id, '名'::text AS name, NULL::int AS age")[0]
            let (id, name, age) = try row.decode(as: (Int.self, String.self, Int32?.self))
            #expect(id == 1 && name == "名" && age == nil)
            #expect(try row.decode("age", as: Int32?.self) == nil && row.decode(at: 1, as: String.self) == "名")
            #expect {
                try row.decode(as: (Int.self, String.self, Int32.self))
            } throws: { error in
                guard case PostgresClientError.decoding("age", _, _, isNull: true) = error else { return false }
                return true
            }
        }
    }

    @Test func whatIsTooLargeIsRefusedBeforeAnythingIsSent() async throws {
        try await TestServer.withConnection { connection in
            let parameters = (0..<70_000).map { Parameter($0) }
            await #expect(throws: PostgresClientError.self) {
                try await connection.execute(Statement("SELECT 1", parameters))
            }
            try await TestServer.expectAnswer(from: connection)
        }
    }

    @Test func anOptionalInsideAnOptionalIsNULLToo() async throws {
        func statement<Value: PostgresEncodable>(_ value: Value) -> Statement { "SELECT \(value) IS NULL AS missing" }
        var missing: [Bool] = []
        try await TestServer.withConnection { connection in
            for asked in [statement(String?.none), statement(Int?.none), statement(String?.some(""))] {
                missing.append(try await connection.execute(asked)[0].decode("missing"))
            }
        }
        #expect(missing == [true, true, false])
    }
}
