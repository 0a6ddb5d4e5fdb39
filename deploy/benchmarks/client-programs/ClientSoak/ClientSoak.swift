import Foundation
import Logging
import PostgresClient

/// Small queries and reconnections for a long time, with memory and descriptors looked at on the way.
/// Usage: `ClientSoak CONNINFO QUERIES RECONNECTIONS`; prints one JSON document.
@main
struct ClientSoak {
    struct Usage: Error {}

    /// What the process held at some point of the way.
    struct Reading: Codable {
        var queries: Int
        var reconnections: Int
        var residentKilobytes: Int
        var descriptors: Int
    }

    struct Report: Codable {
        var queries: Int
        var reconnections: Int
        /// Statements that a lost connection took with it, and those whose task was cancelled.
        var lost: Int
        var cancelled: Int
        var seconds: Double
        var readings: [Reading]
        /// From the first reading, after warming up, to the last.
        var grownKilobytes: Int
        var grownDescriptors: Int
    }

    static func main() async throws {
        let words = CommandLine.arguments
        guard words.count == 4, let queries = Int(words[2]), let reconnections = Int(words[3]) else { throw Usage() }
        let report = try await Soak(conninfo: words[1], queries: queries, reconnections: reconnections).run()
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        print(String(decoding: try encoder.encode(report), as: UTF8.self))
    }
}

/// A tenth of the way is a leg; before the first the soak warms up with a twentieth more.
struct Soak {
    private static let legs = 10
    private static let callers = 8
    private static let connections = 4

    let conninfo: String
    let queries: Int
    let reconnections: Int

    struct WrongAnswer: Error {}

    private struct Tally {
        var done = 0
        var lost = 0
        var cancelled = 0
    }

    func run() async throws -> ClientSoak.Report {
        let pool = makePool(Self.connections)
        let control = makePool(1)
        let start = ContinuousClock.now
        var total = Tally()
        var readings: [ClientSoak.Reading] = []
        try await add(leg(queries / 20, max(reconnections / 20, 1), pool, control), to: &total)
        readings.append(try reading(total, max(reconnections / 20, 1)))
        total = Tally()
        for number in 1...Self.legs {
            try await add(leg(queries / Self.legs, reconnections / Self.legs, pool, control), to: &total)
            readings.append(try reading(total, reconnections / Self.legs * number))
            FileHandle.standardError.write(Data("\(readings.last.map { "\($0)" } ?? "")\n".utf8))
        }
        await pool.close()
        await control.close()
        let (first, last) = (readings[0], readings[readings.count - 1])
        return ClientSoak.Report(
            queries: total.done, reconnections: reconnections / Self.legs * Self.legs, lost: total.lost,
            cancelled: total.cancelled, seconds: (ContinuousClock.now - start) / .seconds(1), readings: readings,
            grownKilobytes: last.residentKilobytes - first.residentKilobytes,
            grownDescriptors: last.descriptors - first.descriptors)
    }

    private func add(_ tally: Tally, to total: inout Tally) {
        total.done += tally.done
        total.lost += tally.lost
        total.cancelled += tally.cancelled
    }

    private func makePool(_ maximum: Int) -> PostgresPool {
        var logger = Logger(label: "soak")
        logger.logLevel = .critical
        return PostgresPool(
            configuration: PoolConfiguration(
                connection: ConnectionConfiguration(conninfo: conninfo, options: ["application_name": "soak"]),
                maximumConnections: maximum, waitDeadline: .seconds(60)),
            logger: logger)
    }

    // MARK: A leg

    private func leg(
        _ queries: Int, _ reconnections: Int, _ pool: PostgresPool, _ control: PostgresPool
    ) async throws -> Tally {
        try await withThrowingTaskGroup(of: Tally.self) { group in
            let share = queries / Self.callers
            for caller in 0..<Self.callers {
                let endings = reconnections / Self.callers + (caller < reconnections % Self.callers ? 1 : 0)
                group.addTask { try await work(share, endings, caller, pool, control) }
            }
            return try await group.reduce(into: Tally()) { add($1, to: &$0) }
        }
    }

    private func work(
        _ queries: Int, _ endings: Int, _ caller: Int, _ pool: PostgresPool, _ control: PostgresPool
    ) async throws -> Tally {
        var tally = Tally()
        var ended = 0
        while tally.done < queries {
            if ended < endings, tally.done >= queries / endings * ended {
                ended += 1
                try await endOne(byServer: ended % 2 == 0, pool, control)
                if ended % 2 == 1 { try await cancelOne(pool, &tally) }
            }
            do {
                tally.done += try await ask(tally.done &* Self.callers &+ caller, pool)
            } catch PostgresClientError.connectionLost {
                tally.lost += 1
            } catch PostgresClientError.connectionFailed {
                tally.lost += 1
            }
        }
        return tally
    }

    /// One statement, or ten in a pipeline, of a few shapes; each must get its own answer.
    private func ask(_ number: Int, _ pool: PostgresPool) async throws -> Int {
        guard number % 7 != 0 else {
            let results = try await pool.pipeline(
                (0..<10).map { "SELECT \(number + $0) AS n, \("行 \(number)") AS text" })
            for (offset, result) in results.enumerated() {
                guard try result[0].decode("n", as: Int.self) == number + offset else { throw WrongAnswer() }
            }
            return 10
        }
        let row = try await pool.execute("SELECT \(number) AS n, now() AS at, \(unescaped: "\(number % 13)") AS shape")[
            0]
        guard try row.decode("n", as: Int.self) == number, try row.decode("shape", as: Int.self) == number % 13 else {
            throw WrongAnswer()
        }
        return 1
    }

    /// Ends one connection of the pool, from either side; the pool has to open another.
    private func endOne(byServer: Bool, _ pool: PostgresPool, _ control: PostgresPool) async throws {
        do {
            guard byServer else { return try await pool.withConnection { await $0.close() } }
            try await pool.withConnection { connection in
                let row = try await connection.execute("SELECT pg_backend_pid() AS pid")[0]
                let process = try row.decode("pid", as: Int32.self)
                try await control.execute("SELECT pg_terminate_backend(\(process))")
                _ = try await connection.execute("SELECT pg_sleep(1)")
            }
        } catch is PostgresClientError {} catch is PostgresError {}
    }

    private func cancelOne(_ pool: PostgresPool, _ tally: inout Tally) async throws {
        let task = Task { _ = try await pool.execute("SELECT pg_sleep(30)") }
        try await Task.sleep(for: .milliseconds(5))
        task.cancel()
        do {
            try await task.value
        } catch {
            tally.cancelled += 1
        }
    }

    // MARK: Looking at the process

    private func reading(_ tally: Tally, _ reconnections: Int) throws -> ClientSoak.Reading {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS") } ?? ""
        return ClientSoak.Reading(
            queries: tally.done, reconnections: reconnections, residentKilobytes: Int(line.filter(\.isNumber)) ?? 0,
            descriptors: try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count)
    }
}
