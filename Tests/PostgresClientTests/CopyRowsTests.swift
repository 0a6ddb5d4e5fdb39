import Foundation
import Testing

@testable import PostgresClient

@Suite("COPY of values, in the binary and the text format")
struct CopyRowsTests {
    private let names = ["张小丽", "tab\tand\nnewline\r", "back\\slash \\N \\.", "", "\u{1}\u{8}\u{b}"]

    @Test(arguments: [CopyFormat.binary, .text])
    func whatGoesInComesOut(_ format: CopyFormat) async throws {
        try await TestServer.withConnection { connection in
            try await connection.simpleScript(
                "CREATE TEMPORARY TABLE copied (id bigint, name text, day date, flag boolean, key uuid, bytes bytea, words text[])"
            )
            let key = UUID()
            let copied = try await connection.copyIn(
                into: "copied", columns: ["id", "name", "day", "flag", "key", "bytes", "words"], format: format
            ) { rows in
                for (index, name) in names.enumerated() {
                    try await rows.write(
                        index, name, PostgresDate(daysSince2000: Int32(index)), index % 2 == 0, key,
                        [UInt8]([0, 92, 255]),
                        ["a\"b", "\\", "", "NULL", "{,}"])
                }
                try await rows.write(
                    Int?.none, String?.none, PostgresDate.infinity, Bool?.none, UUID?.none, [UInt8]?.none,
                    [String]?.none)
            }
            #expect(copied == names.count + 1)
            let stored = try await connection.execute("SELECT * FROM copied ORDER BY id")
            #expect(try stored.dropLast().map { try $0.decode("name", as: String.self) } == names)
            #expect(try stored[0].decode("bytes", as: [UInt8].self) == [0, 92, 255])
            #expect(try stored[0].decode("words", as: [String].self) == ["a\"b", "\\", "", "NULL", "{,}"])
            #expect(try stored[0].decode("key", as: UUID.self) == key)
            #expect(try stored[names.count].decodeIfPresent("id", as: Int.self) == nil)
            #expect(try stored[names.count].decode("day", as: PostgresDate.self) == .infinity)

            var read: [String?] = []
            let query = "SELECT id, name, day, flag, key FROM copied ORDER BY id"
            for try await record in connection.copyOut(query: query, format: format) {
                read.append(try record.decode(1, as: String?.self))
                guard let id = try record.decode(0, as: Int?.self) else { continue }
                #expect(try record.decode(2, as: PostgresDate.self) == PostgresDate(daysSince2000: Int32(id)))
                #expect(try record.decode(3, as: Bool.self) == (id % 2 == 0))
                #expect(try record.decode(4, as: UUID.self) == key)
            }
            #expect(read == names + [nil])
        }
    }

    @Test func aSequenceGoesInAtTheServersPace() async throws {
        try await TestServer.withConnection { connection in
            try await connection.simpleScript("CREATE TEMPORARY TABLE numbers (n bigint, twice bigint)")
            let numbers = AsyncStream { continuation in
                for number in 0..<100_000 { continuation.yield(number) }
                continuation.finish()
            }
            let copied = try await connection.copyIn(into: "numbers", columns: ["n", "twice"], from: numbers) {
                try $1.append($0, $0 * 2)
            }
            #expect(copied == 100_000)
            let row = try await connection.execute("SELECT sum(twice - n) AS sum FROM numbers")[0]
            #expect(try row.decode("sum", as: Int.self) == 4_999_950_000)
        }
    }

    @Test func leftEarlyTheConnectionIsClean() async throws {
        try await TestServer.withPool(1) { pool in
            let before = try await pool.execute("SELECT pg_backend_pid() AS pid")[0].decode("pid", as: Int32.self)
            try await pool.withConnection { connection in
                for try await _ in connection.copyOut(query: "SELECT g FROM generate_series(1, 3000000) g") { break }
                try await TestServer.expectAnswer(from: connection)
                for try await _ in connection.copyOut("COPY (SELECT g FROM generate_series(1, 3000000) g) TO STDOUT") {
                    break
                }
            }
            let row = try await pool.execute("SELECT pg_backend_pid() AS pid")[0]
            #expect(try row.decode("pid", as: Int32.self) == before)
        }
    }

    @Test func aCopyWhoseTaskIsCancelledTakesNothingIn() async throws {
        try await TestServer.withPool(1) { pool in
            try await pool.withConnection { connection in
                try await connection.simpleScript("CREATE TEMPORARY TABLE numbers (n bigint)")
                let copying = Task {
                    try await connection.copyIn(into: "numbers", columns: ["n"]) { rows in
                        while true { try await rows.write(1) }
                    }
                }
                try await Task.sleep(for: .milliseconds(100))
                copying.cancel()
                await #expect(throws: CancellationError.self) { try await copying.value }
                #expect(try await connection.execute("SELECT FROM numbers").count == 0)
            }
        }
    }

    @Test(arguments: [CopyFormat.binary, .text])
    func bytesInWhateverPiecesAreTheSameRows(_ format: CopyFormat) throws {
        var encoder = CopyRowEncoder(format: format)
        for (index, name) in names.enumerated() { try encoder.append(index, name, Int?.none) }
        encoder.finish()
        let bytes = encoder.take()
        for size in [1, 2, 3, 7, bytes.count] {
            var decoder = CopyDecoder(format: format)
            var found: [String] = []
            for start in stride(from: 0, to: bytes.count, by: size) {
                decoder.feed(Array(bytes[start..<min(start + size, bytes.count)]))
                while let record = try decoder.next() {
                    #expect(try record.decode(0, as: Int.self) == found.count && record.decode(2, as: Int?.self) == nil)
                    found.append(try record.decode(1))
                }
            }
            try decoder.finish()
            #expect(found == names)
        }
    }

    @Test func whatIsNoCopyDataIsRefused() {
        func rows(_ format: CopyFormat, _ bytes: [UInt8]) throws -> Int {
            var decoder = CopyDecoder(format: format)
            decoder.feed(bytes)
            var count = 0
            while try decoder.next() != nil { count += 1 }
            try decoder.finish()
            return count
        }
        var encoder = CopyRowEncoder(format: .binary)
        let header = encoder.take()
        #expect(throws: PostgresClientError.self) { try rows(.binary, Array("PGCOPX".utf8)) }
        #expect(throws: PostgresClientError.self) { try rows(.binary, Array(header.dropLast())) }
        #expect(throws: PostgresClientError.self) { try rows(.binary, header + [0xFF, 0xFE]) }
        #expect(throws: PostgresClientError.self) { try rows(.binary, header + [0, 1, 0x80, 0, 0, 0]) }
        #expect(throws: PostgresClientError.self) { try rows(.binary, header + [0xFF, 0xFF, 1]) }
        #expect(throws: PostgresClientError.self) { try rows(.text, Array("a\\".utf8) + [10]) }
        #expect(throws: PostgresClientError.self) { try rows(.text, Array("half a line".utf8)) }
    }
}
