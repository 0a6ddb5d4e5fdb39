import Foundation
import PostgresClient

/// A row of the benchmark's table, all columns decoded.
struct Person {
    var id: Int32
    var name: String
    var hours: Int32
    var fee: Int64
    var born: PostgresDate
    var recordedAt: Date
    var complete: Bool
    var key: UUID

    static let select: Statement =
        "SELECT id, name, hours, fee, born, recorded_at, complete, key FROM bench_people"

    init(_ row: Row) throws {
        id = try row.decode("id")
        name = try row.decode("name")
        hours = try row.decode("hours")
        fee = try row.decode("fee")
        born = try row.decode("born")
        recordedAt = try row.decode("recorded_at")
        complete = try row.decode("complete")
        key = try row.decode("key")
    }
}

extension ClientBench {
    /// The whole table at once, every row made a `Person`.
    func decoded() async throws -> Double {
        try await withConnection { connection in
            try await repeated {
                let people = try await connection.execute(Person.select).map { try Person($0) }
                precondition(people.reduce(0) { $0 + Int64($1.id) + Int64($1.hours) + $1.fee } > 0)
                return people.count
            }
        }
    }

    /// The table's rows as text, made once: what `COPY … TO` prints.
    func file() throws -> String {
        guard let path = ProcessInfo.processInfo.environment["BENCH_COPY_FILE"] else { throw Usage() }
        return path
    }

    /// The file into an emptied table, over and over; as `\copy` does it, read in pieces.
    func copyIn(file: String) async throws -> Double {
        try await withConnection { connection in
            try await repeated {
                let source = try FileHandle(forReadingFrom: URL(fileURLWithPath: file))
                defer { try? source.close() }
                try await connection.simpleScript("TRUNCATE bench_copy")
                return try await connection.copyIn("COPY bench_copy FROM STDIN") { writer in
                    while let piece = try source.read(upToCount: 64 * 1024), !piece.isEmpty {
                        try await writer.write([UInt8](piece))
                    }
                }
            }
        }
    }

    /// The table's rows out as text; counts rows.
    func copyOut() async throws -> Double {
        try await withConnection { connection in
            try await repeated {
                var lines = 0
                for try await chunk in connection.copyOut("COPY bench_people TO STDOUT") {
                    lines += chunk.reduce(0) { $0 + ($1 == 10 ? 1 : 0) }
                }
                return lines
            }
        }
    }
}
