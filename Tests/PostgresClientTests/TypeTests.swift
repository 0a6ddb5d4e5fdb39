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
}
