import Foundation
import Testing

@testable import PostgresClient

/// What a caller may believe of something that was to be written.
enum Effect: Sendable {
    case taken
    case notTaken
    case unknown

    /// What the error says (article "Failure semantics"); nil where it is none that a broken road may cause.
    init?(_ error: any Error) {
        switch error {
        case PostgresClientError.connectionFailed, PostgresClientError.poolWaitDeadlineExceeded: self = .notTaken
        case PostgresClientError.connectionLost, PostgresClientError.commitUnknown: self = .unknown
        // By this side: the server was told to stop, and either did or its answer never came.
        case is CancellationError, PostgresClientError.deadlineExceeded: self = .unknown
        default: return nil
        }
    }
}

/// The fixed conversation of the fault trials: connecting, prepared statements, a pipeline, COPY in and out, a
/// transaction, a cancelled statement. Whatever answers must answer the question that was asked.
struct Conversation: Sendable {
    static let tables = """
        CREATE UNLOGGED TABLE IF NOT EXISTS fault_cases (id int PRIMARY KEY, value int NOT NULL);
        CREATE UNLOGGED TABLE IF NOT EXISTS fault_lines (case_id int NOT NULL, line int NOT NULL);
        TRUNCATE fault_cases, fault_lines
        """

    let pool: PostgresPool
    let number: Int32
    /// How long a step may take before its task is cancelled, so that a stalled road ends.
    let patience: Duration

    struct WrongAnswer: Error {
        var what: String
    }

    struct Believed: Sendable {
        var inserted = Effect.notTaken
        var copied = Effect.notTaken
        var updated = Effect.notTaken
    }

    func hold() async throws -> Believed {
        var believed = Believed()
        believed.inserted = try await step {
            try await pool.execute("INSERT INTO fault_cases VALUES (\(number), 0)")
        }
        for turn in 0..<2 { _ = try await step { try await ask(number &* 31 &+ Int32(turn)) } }
        _ = try await step {
            let tokens = (0..<3).map { number &+ Int32($0) }
            let results = try await pool.pipeline(tokens.map { "SELECT \($0) AS token, \(String($0)) AS text" })
            for (token, result) in zip(tokens, results) {
                try expect(try result[0].decode("token", as: Int32.self) == token, "an answer of a pipeline")
                try expect(try result[0].decode("text", as: String.self) == "\(token)", "a text of a pipeline")
            }
        }
        believed.copied = try await step {
            let copied = try await pool.withConnection { connection in
                try await connection.copyIn("COPY fault_lines FROM STDIN") { writer in
                    for line in 0..<3 { try await writer.write(Array("\(number)\t\(line)\n".utf8)) }
                }
            }
            try expect(copied == 3, "how many rows were copied in")
        }
        _ = try await step { try await copyOut() }
        believed.updated = try await step {
            try await pool.withTransaction { transaction in
                try await transaction.execute("UPDATE fault_cases SET value = value + 1 WHERE id = \(number)")
                let row = try await transaction.execute(
                    "SELECT \(number) AS token, txid_current() IS NOT NULL AS open")[0]
                try expect(try row.decode("token", as: Int32.self) == number, "an answer in a transaction")
            }
        }
        try await cancelled()
        _ = try await step { try await ask(number) }
        return believed
    }

    func ask(_ token: Int32) async throws {
        let row = try await pool.execute("SELECT \(token) AS token")[0]
        try expect(try row.decode("token", as: Int32.self) == token, "the answer to a question")
    }

    private func copyOut() async throws {
        try await pool.withConnection { connection in
            var bytes: [UInt8] = []
            for try await chunk in connection.copyOut(
                "COPY (SELECT n, repeat('x', 20) FROM generate_series(1, 5) n) TO STDOUT")
            { bytes += chunk }
            let lines = (1...5).map { "\($0)\t\(String(repeating: "x", count: 20))\n" }.joined()
            try expect(String(decoding: bytes, as: UTF8.self) == lines, "what was copied out")
        }
    }

    private func cancelled() async throws {
        let task = Task { try await pool.execute("SELECT pg_sleep(60)") }
        try await Task.sleep(for: .milliseconds(2))
        task.cancel()
        do {
            _ = try await task.value
            throw WrongAnswer(what: "sixty seconds were slept")
        } catch {
            try expect(Effect(error) != nil, "an error at cancelling: \(error)")
        }
    }

    private func step<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws -> Effect {
        let task = Task { try await body() }
        let timer = Reactor.shared.schedule(after: patience) { task.cancel() }
        defer { Reactor.shared.cancelTimer(timer) }
        do {
            _ = try await task.value
            return .taken
        } catch {
            guard let effect = Effect(error) else { throw error }
            return effect
        }
    }

    private func expect(_ condition: Bool, _ what: String) throws {
        if !condition { throw WrongAnswer(what: what) }
    }

    // MARK: Afterwards

    /// Steps that were given up leave bytes of the conversation unsent: the road may stall as late as here.
    private static let patienceAfterwards = Duration.seconds(5)

    /// The pool lends all its connections at once, each answers its own question, and all come back.
    func poolIsBackToFullStrength() async throws {
        let maximum = pool.statistics.maximumConnections
        for round in 0... {
            try await lendsAll(maximum)
            let statistics = pool.statistics
            if statistics.open == maximum, statistics.idle == maximum, statistics.waiting == 0 { return }
            // Who had to try again may have been served by a connection that was back: its own is still on its way.
            try expect(round < 3, "\(statistics)")
        }
    }

    private func lendsAll(_ maximum: Int) async throws {
        let gate = Gate(count: maximum)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for place in 0..<maximum {
                group.addTask {
                    // A connection of which nobody knew yet that it had been cut may be lent once more.
                    for attempt in 0... {
                        do {
                            try await pool.withConnection { connection in
                                await gate.arrive(place)
                                let token = number &+ Int32(place)
                                let row = try await connection.execute(
                                    "SELECT \(token) AS token", within: Self.patienceAfterwards)[0]
                                try expect(try row.decode("token", as: Int32.self) == token, "an answer afterwards")
                            }
                            return
                        } catch  where Effect(error) != nil && attempt < 3 {}
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    /// The database holds what the caller was told that it holds.
    func holdsWhat(_ believed: Believed) async throws {
        let row = try await whatIsFound()
        let value = try row.decodeIfPresent("value", as: Int32.self)
        let lines = try row.decode("lines", as: Int.self)
        try expect(
            fits(believed.inserted, value != nil), "inserted \(believed.inserted), found \(String(describing: value))")
        try expect(
            fits(believed.copied, lines == 3) && (lines == 0 || lines == 3), "copied \(believed.copied), found \(lines)"
        )
        if let value { try expect(fits(believed.updated, value == 1), "updated \(believed.updated), found \(value)") }
    }

    /// Steps that were given up leave bytes of the conversation unsent: the road may break as late as here.
    private func whatIsFound() async throws -> Row {
        for attempt in 0... {
            do {
                return try await pool.execute(
                    "SELECT (SELECT value FROM fault_cases WHERE id = \(number)) AS value, (SELECT count(*) FROM fault_lines WHERE case_id = \(number)) AS lines",
                    within: Self.patienceAfterwards)[0]
            } catch  where Effect(error) != nil && attempt < 3 {}
        }
        throw WrongAnswer(what: "no answer to what is found")
    }

    private func fits(_ effect: Effect, _ found: Bool) -> Bool {
        switch effect {
        case .taken: found
        case .notTaken: !found
        case .unknown: true
        }
    }
}

/// Opens once all of so many places are taken.
actor Gate {
    private let count: Int
    private var taken: Set<Int> = []
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(count: Int) { self.count = count }

    func arrive(_ place: Int) async {
        taken.insert(place)
        guard taken.count < count else {
            for continuation in waiting { continuation.resume() }
            waiting = []
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }
}
