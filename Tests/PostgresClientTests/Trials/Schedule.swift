import Foundation
import Testing

@testable import PostgresClient

/// Random numbers that a seed repeats (SplitMix64).
struct Seeded: RandomNumberGenerator, Sendable {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func happens(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }
}

/// One random schedule: callers who change their own keys of a shared table through a pool, over roads that break.
struct Schedule: Sendable {
    static let table = """
        CREATE UNLOGGED TABLE IF NOT EXISTS fault_items (
            schedule int NOT NULL, key int NOT NULL, value int NOT NULL, PRIMARY KEY (schedule, key));
        TRUNCATE fault_items
        """
    private static let callers: Int32 = 3
    private static let keys: Int32 = 4

    let seed: UInt64
    let number: Int32

    struct DoesNotFit: Error, CustomStringConvertible {
        var description: String
    }

    /// What happens to a connection of the pool; from some number on nothing does, so that every schedule ends.
    private func fault(_ connection: Int) -> Fault {
        guard connection < 10 else { return .none }
        var random = Seeded(seed &* 1_000_003 &+ UInt64(connection))
        let direction: Fault.Direction = Bool.random(using: &random) ? .toServer : .toClient
        // Most of a short session's bytes belong to connecting: further on is where the statements are.
        let position = Int.random(in: 0...(random.happens(20) ? 450 : 2500), using: &random)
        switch Int.random(in: 0..<100, using: &random) {
        case ..<40: return .none
        case ..<60: return .cut(direction, at: position, reset: false)
        case ..<70: return .cut(direction, at: position, reset: true)
        case ..<75: return .stall(direction, at: position)
        case ..<90: return .split(direction, at: position)
        default: return .trickle
        }
    }

    func run(through port: UInt16, checkedBy control: PostgresPool) async throws {
        let proxy = try FaultProxy(to: port) { fault($0) }
        defer { proxy.stop() }
        let pool = try FaultServer.pool(through: proxy, maximum: 2, name: "schedule_\(number)")
        let models = try await withThrowingTaskGroup(of: (Int32, TableModel).self) { group in
            for caller in 0..<Self.callers {
                group.addTask { (caller, try await work(caller, pool, proxy)) }
            }
            var models: [(Int32, TableModel)] = []
            for try await model in group { models.append(model) }
            return models
        }
        try await allAreBack(pool)
        await pool.close()
        await proxy.settle()
        for (caller, model) in models { try await check(caller, model, control) }
    }

    /// A connection that was opened for somebody who left may still be on its way, and one that stalls takes as long as
    /// connecting may: only what is out after far longer was lost.
    private func allAreBack(_ pool: PostgresPool) async throws {
        for _ in 0..<2400 {
            let statistics = pool.statistics
            if statistics.open == statistics.idle, statistics.waiting == 0, statistics.open <= 2 { return }
            try await Task.sleep(for: .milliseconds(25))
        }
        throw DoesNotFit(description: "the pool was left with \(pool.statistics)")
    }

    private func check(_ caller: Int32, _ model: TableModel, _ control: PostgresPool) async throws {
        let rows = try await control.execute(statement(.readAll, caller))
        let found = try table(rows)
        guard model.possible.contains(found) else {
            throw DoesNotFit(description: "caller \(caller): \(found) is none of \(model.possible)")
        }
    }

    // MARK: A caller

    private enum Style: CaseIterable { case single, pipeline, transaction, abandoned, copy }
    private struct Abandoned: Error {}

    private func work(_ caller: Int32, _ pool: PostgresPool, _ proxy: FaultProxy) async throws -> TableModel {
        var random = Seeded(seed &* 7919 &+ UInt64(caller))
        var model = TableModel()
        for turn in 0..<Int.random(in: 4...9, using: &random) {
            let style = random.happens(40) ? Style.single : Style.allCases.randomElement(using: &random) ?? .single
            let changes = changes(for: style, &random)
            let isKept = style != .abandoned
            let patience: Duration =
                random.happens(12) ? .microseconds(Int.random(in: 0...3000, using: &random)) : .milliseconds(500)
            let task = Task { try await carryOut(changes, style, caller, pool) }
            let timer = Reactor.shared.schedule(after: patience) { task.cancel() }
            defer { Reactor.shared.cancelTimer(timer) }
            do {
                let outcome = try await task.value
                guard model.saw(outcome, of: changes, isKept: isKept) else {
                    throw DoesNotFit(description: "caller \(caller), turn \(turn): \(outcome) of \(style) \(changes)")
                }
            } catch  where Effect(error) != nil {
                guard Effect(error) == .unknown else { continue }
                // What the lost session was still doing ends before anything new begins.
                await proxy.settle()
                if isKept { model.mayHaveDone(changes) }
            }
        }
        return model
    }

    private func changes(for style: Style, _ random: inout Seeded) -> [TableModel.Change] {
        func change() -> TableModel.Change {
            let key = Int32.random(in: 0..<Self.keys, using: &random)
            let value = Int32.random(in: 0..<1_000_000, using: &random)
            switch Int.random(in: 0..<10, using: &random) {
            case ..<4: return .insert(key, value)
            case ..<6: return .update(key, value)
            case ..<7: return .delete(key)
            case ..<9: return .read(key)
            default: return .readAll
            }
        }
        switch style {
        case .single: return [change()]
        case .copy:
            let count = Int32.random(in: 1...2, using: &random)
            let first = Int32.random(in: 0..<Self.keys - 1, using: &random)
            return (first..<first + count).map { .insert($0, Int32.random(in: 0..<1_000_000, using: &random)) }
        case .pipeline, .transaction, .abandoned:
            return (0..<Int.random(in: 1...4, using: &random)).map { _ in change() }
        }
    }

    private func carryOut(
        _ changes: [TableModel.Change], _ style: Style, _ caller: Int32, _ pool: PostgresPool
    ) async throws -> TableModel.Outcome {
        let seen = Guarded<[TableModel.Seen]>([])
        do {
            switch style {
            case .single: return .seen([try look(changes[0], try await pool.execute(statement(changes[0], caller)))])
            case .pipeline:
                let results = try await pool.pipeline(changes.map { statement($0, caller) })
                return .seen(try zip(changes, results).map { try look($0, $1) })
            case .transaction, .abandoned:
                try await pool.withTransaction { transaction in
                    seen.withLock { $0 = [] }
                    for change in changes {
                        let one = try look(change, try await transaction.execute(statement(change, caller)))
                        seen.withLock { $0.append(one) }
                    }
                    if style == .abandoned { throw Abandoned() }
                }
                return .seen(seen.withLock { $0 })
            case .copy:
                let copied = try await pool.withConnection { connection in
                    try await connection.copyIn("COPY fault_items FROM STDIN") { writer in
                        for case .insert(let key, let value) in changes {
                            try await writer.write(Array("\(number)\t\(caller * Self.keys + key)\t\(value)\n".utf8))
                        }
                    }
                }
                guard copied == changes.count else { throw DoesNotFit(description: "\(copied) of \(changes) copied") }
                return .seen(changes.map { _ in .rows(1) })
            }
        } catch is Abandoned {
            return .seen(seen.withLock { $0 })
        } catch let error as PostgresError where error.sqlState == .uniqueViolation {
            return .violation
        }
    }

    private func statement(_ change: TableModel.Change, _ caller: Int32) -> Statement {
        let base = caller * Self.keys
        switch change {
        case .insert(let key, let value): return "INSERT INTO fault_items VALUES (\(number), \(base + key), \(value))"
        case .update(let key, let value):
            return "UPDATE fault_items SET value = \(value) WHERE schedule = \(number) AND key = \(base + key)"
        case .delete(let key): return "DELETE FROM fault_items WHERE schedule = \(number) AND key = \(base + key)"
        case .read(let key):
            return
                "SELECT key - \(base) AS key, value FROM fault_items WHERE schedule = \(number) AND key = \(base + key)"
        case .readAll:
            return
                "SELECT key - \(base) AS key, value FROM fault_items WHERE schedule = \(number) AND key >= \(base) AND key < \(base + Self.keys)"
        }
    }

    private func look(_ change: TableModel.Change, _ result: QueryResult) throws -> TableModel.Seen {
        switch change {
        case .insert, .update, .delete: return .rows(result.affectedRows)
        case .read(let key):
            let found = try table(result)
            guard found.keys.allSatisfy({ $0 == key }) else {
                throw DoesNotFit(description: "asked for \(key), answered \(found)")
            }
            return .value(found[key])
        case .readAll: return .all(try table(result))
        }
    }

    private func table(_ result: QueryResult) throws -> TableModel.Table {
        try result.reduce(into: [:]) { table, row in
            table[try row.decode("key")] = try row.decode("value", as: Int32.self)
        }
    }
}
