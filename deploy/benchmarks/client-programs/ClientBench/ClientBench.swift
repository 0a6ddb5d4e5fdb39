import Foundation
import Logging
import PostgresClient

/// One measurement by PostgresClient. Usage: `ClientBench CONNINFO ROWS WORK SECONDS`; prints what it did a second.
@main
struct ClientBench {
    struct Usage: Error {}

    let configuration: ConnectionConfiguration
    let rows: Int32
    let duration: Duration

    static func main() async throws {
        let words = CommandLine.arguments
        guard words.count == 5, let rows = Int32(words[2]), let seconds = Double(words[4]) else { throw Usage() }
        let bench = ClientBench(
            configuration: ConnectionConfiguration(conninfo: words[1]), rows: rows, duration: .seconds(seconds))
        let rate =
            switch words[3] {
            case "single": try await bench.single()
            case "singleOnReader": try await bench.singleOnReader()
            case "concurrent": try await bench.concurrent()
            case "concurrentOnReader": try await bench.concurrentOnReader()
            case "shared": try await bench.shared()
            case "pipelined": try await bench.pipelined(batch: 100)
            case "decoded": try await bench.decoded()
            case "copyIn": try await bench.copyIn(file: try bench.file())
            case "copyOut": try await bench.copyOut()
            default: throw Usage()
            }
        print(rate)
    }

    /// Runs `once`, which says how much it did, until the time is over.
    func repeated(_ once: () async throws -> Int) async throws -> Double {
        let start = ContinuousClock.now
        var done = 0
        var spent = Duration.zero
        repeat {
            done += try await once()
            spent = .now - start
        } while spent < duration
        return Double(done) / (spent / .seconds(1))
    }

    func withConnection<Value>(_ body: (PostgresConnection) async throws -> Value) async throws -> Value {
        let connection = try await PostgresConnection.connect(configuration)
        let value = try await body(connection)
        await connection.close()
        return value
    }

    func lookUp(_ executor: some PostgresExecutor) async throws -> Int {
        let id = Int32.random(in: 1...rows)
        let row = try await executor.execute("SELECT name, hours FROM bench_people WHERE id = \(id)")[0]
        return try check(row)
    }

    private func check(_ row: Row) throws -> Int {
        let size = try row.decode("name", as: String.self).utf8.count + Int(row.decode("hours", as: Int32.self))
        precondition(size > 0)
        return 1
    }
}

extension ClientBench {
    /// One connection, one statement at a time.
    func single() async throws -> Double {
        try await withConnection { connection in try await repeated { try await lookUp(connection) } }
    }

    /// The same by a task that goes on where its answers are read, without being handed to another thread.
    func singleOnReader() async throws -> Double {
        try await withConnection { connection in
            try await withTaskExecutorPreference(connection.taskExecutor) {
                try await repeated { try await lookUp(connection) }
            }
        }
    }

    /// 32 callers of the pool's shared pipeline.
    func shared() async throws -> Double {
        let pool = PostgresPool(
            configuration: PoolConfiguration(connection: configuration), logger: Logger(label: "bench"))
        let rate = try await withThrowingTaskGroup(of: Double.self) { group in
            for _ in 0..<32 { group.addTask { try await repeated { try await lookUp(pool.shared) } } }
            return try await group.reduce(0, +)
        }
        await pool.close()
        return rate
    }

    /// 32 connections of a pool, each with one caller, all on the thread that reads.
    func concurrentOnReader() async throws -> Double {
        let connection = try await PostgresConnection.connect(configuration)
        return try await withTaskExecutorPreference(connection.taskExecutor) { try await concurrent() }
    }

    /// 32 connections of a pool, each with one caller.
    func concurrent() async throws -> Double {
        let pool = PostgresPool(
            configuration: PoolConfiguration(connection: configuration, maximumConnections: 32),
            logger: Logger(label: "bench"))
        let rate = try await withThrowingTaskGroup(of: Double.self) { group in
            for _ in 0..<32 {
                group.addTask {
                    try await pool.withConnection { connection in
                        try await repeated { try await lookUp(connection) }
                    }
                }
            }
            return try await group.reduce(0, +)
        }
        await pool.close()
        return rate
    }

    /// Statements of the same kind in batches of one round trip.
    func pipelined(batch: Int) async throws -> Double {
        try await withConnection { connection in
            try await repeated {
                let statements = (0..<batch).map { _ -> Statement in
                    let id = Int32.random(in: 1...rows)
                    return "SELECT name, hours FROM bench_people WHERE id = \(id)"
                }
                return try await connection.pipeline(statements).reduce(0) { try $0 + check($1[0]) }
            }
        }
    }
}
