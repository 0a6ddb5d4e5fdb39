import Foundation
import Testing

@testable import PostgresClient

@Suite("COPY in and out, in constant memory")
struct CopyTests {
    /// In a process of its own: what other tests hold meanwhile is not this one's.
    @Test func aMillionRowsGoInAndComeOut() async {
        await #expect(processExitsWith: .success) {
            try await TestServer.withConnection { connection in
                try await connection.simpleScript("CREATE TEMPORARY TABLE numbers (number int, text text)")
                let memory = try ResidentMemory()
                let copied = try await connection.copyIn("COPY numbers FROM STDIN") { writer in
                    for block in 0..<1000 {
                        let lines = (0..<1000).map { "\(block * 1000 + $0)\tzeile 行 \($0)\n" }.joined()
                        try await writer.write(Array(lines.utf8))
                    }
                }
                #expect(copied == 1_000_000)
                var bytes = 0
                for try await chunk in connection.copyOut("COPY numbers TO STDOUT") { bytes += chunk.count }
                let sum = try await connection.execute(
                    "SELECT count(*) AS count, sum(octet_length(text) + octet_length(number::text) + 2) AS bytes FROM numbers"
                )[0]
                #expect(try sum.decode("count", as: Int.self) == 1_000_000)
                #expect(try sum.decode("bytes", as: Int.self) == bytes)
                try memory.expectGrowth(below: 150)
            }
        }
    }

    @Test func whereTheWriterGivesUpNothingIsTakenIn() async throws {
        struct GaveUp: Error {}
        try await TestServer.withConnection { connection in
            try await connection.simpleScript("CREATE TEMPORARY TABLE numbers (number int)")
            await #expect(throws: GaveUp.self) {
                try await connection.copyIn("COPY numbers FROM STDIN") { writer in
                    try await writer.write(Array("1\n2\n".utf8))
                    throw GaveUp()
                }
            }
            #expect(try await connection.execute("SELECT FROM numbers").count == 0)
        }
    }

    @Test func aRowThatCannotBeReadIsAnErrorOfTheServer() async throws {
        try await TestServer.withConnection { connection in
            try await connection.simpleScript("CREATE TEMPORARY TABLE numbers (number int)")
            await #expect(throws: PostgresError.self) {
                try await connection.copyIn("COPY numbers FROM STDIN") { try await $0.write(Array("one\n".utf8)) }
            }
            #expect(try await connection.execute("SELECT 1").count == 1)
        }
    }

    @Test func twoCopiesInOneCommandAreRefused() async throws {
        for command in ["COPY (SELECT 1) TO STDOUT; COPY (SELECT 2) TO STDOUT", "COPY pg_type TO STDOUT; SELECT 1"] {
            let connection = try await PostgresConnection.connect(try TestServer.configuration())
            await #expect(throws: PostgresClientError.self) {
                for try await _ in connection.copyOut(command) {}
            }
            await connection.close()
        }
    }

    @Test func whatIsNoCopyIsRefused() async throws {
        try await TestServer.withConnection { connection in
            await #expect(throws: PostgresClientError.self) { try await connection.copyIn("SELECT 1") { _ in } }
        }
    }
}
