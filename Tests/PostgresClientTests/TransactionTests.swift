import Foundation
import Synchronization
import Testing

@testable import PostgresClient

@Suite("Transactions as closures")
struct TransactionTests {
    /// A table of its own for a test, visible to every connection.
    @discardableResult
    private func withTable<Value>(_ body: (PostgresPool, String) async throws -> Value) async throws -> Value {
        try await TestServer.withPool(4) { pool in
            let table = "things_\(UUID().uuidString.replacingOccurrences(of: "-", with: "").lowercased())"
            try await pool.execute("CREATE TABLE \(unescaped: table) (id int PRIMARY KEY, value int NOT NULL)")
            do {
                let value = try await body(pool, table)
                try await pool.execute("DROP TABLE \(unescaped: table)")
                return value
            } catch {
                _ = try? await pool.execute("DROP TABLE \(unescaped: table)")
                throw error
            }
        }
    }

    private func count(_ pool: PostgresPool, _ table: String) async throws -> Int {
        try await pool.execute("SELECT count(*) AS count FROM \(unescaped: table)")[0].decode("count")
    }

    @Test func whatThrowsIsRolledBack() async throws {
        struct GaveUp: Error {}
        try await withTable { pool, table in
            await #expect(throws: GaveUp.self) {
                try await pool.withTransaction { transaction in
                    try await transaction.execute("INSERT INTO \(unescaped: table) VALUES (1, 1)")
                    throw GaveUp()
                }
            }
            #expect(try await count(pool, table) == 0)
            _ = try await pool.withTransaction { try await $0.execute("INSERT INTO \(unescaped: table) VALUES (1, 1)") }
            #expect(try await count(pool, table) == 1)
        }
    }

    @Test func serializationFailuresAreTriedAgainUntilTheyHold() async throws {
        try await withTable { pool, table in
            try await pool.execute("INSERT INTO \(unescaped: table) VALUES (1, 0)")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        for _ in 0..<5 {
                            _ = try await pool.withTransaction(isolation: .serializable, retries: 100) { transaction in
                                let row = try await transaction.execute(
                                    "SELECT value FROM \(unescaped: table) WHERE id = 1")[0]
                                let value = try row.decode("value", as: Int32.self)
                                try await transaction.execute(
                                    "UPDATE \(unescaped: table) SET value = \(value + 1) WHERE id = 1")
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            let row = try await pool.execute("SELECT value FROM \(unescaped: table)")[0]
            #expect(try row.decode("value", as: Int32.self) == 20)
        }
    }

    @Test func aDeadlockIsTriedAgain() async throws {
        try await withTable { pool, table in
            try await pool.execute("INSERT INTO \(unescaped: table) VALUES (1, 0), (2, 0)")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for order in [[1, 2], [2, 1]] {
                    group.addTask {
                        try await pool.withTransaction(retries: 20) { transaction in
                            for id in order {
                                try await transaction.execute(
                                    "UPDATE \(unescaped: table) SET value = value + 1 WHERE id = \(Int32(id))")
                                try await Task.sleep(for: .milliseconds(100))
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            let row = try await pool.execute("SELECT sum(value) AS sum FROM \(unescaped: table)")[0]
            #expect(try row.decode("sum", as: Int.self) == 4)
        }
    }

    @Test func retriesAreBounded() async throws {
        try await TestServer.withPool(1) { pool in
            let attempts = Mutex(0)
            await #expect(throws: PostgresError.self) {
                try await pool.withTransaction(retries: 2) { transaction in
                    attempts.withLock { $0 += 1 }
                    try await transaction.execute("DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END $$")
                }
            }
            #expect(attempts.withLock { $0 } == 3)
        }
    }

    @Test func aCancelledTaskStopsItsQueryAndLeavesTheConnectionUsable() async throws {
        try await TestServer.withPool(1) { pool in
            let task = Task { try await pool.withTransaction { try await $0.execute("SELECT pg_sleep(30)") } }
            try await Task.sleep(for: .milliseconds(300))
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            try await TestServer.expectAnswer(from: pool)
            #expect(pool.statistics.open == 1)
        }
    }

    @Test func aSwallowedFailureIsNotACommit() async throws {
        try await TestServer.withPool(1) { pool in
            await #expect(throws: PostgresClientError.self) {
                try await pool.withTransaction { transaction in _ = try? await transaction.execute("SELECT 1 / 0") }
            }
            try await TestServer.expectAnswer(from: pool)
        }
    }

    @Test func aReadOnlyTransactionWritesNothing() async throws {
        try await withTable { pool, table in
            await #expect(throws: PostgresError.self) {
                _ = try await pool.withTransaction(readOnly: true) {
                    try await $0.execute("INSERT INTO \(unescaped: table) VALUES (1, 1)")
                }
            }
        }
    }

    @Test func aClosureRunsOnceUnlessItIsSaidThatItMayRunAgain() async throws {
        try await TestServer.withPool(1) { pool in
            let attempts = Mutex(0)
            await #expect(throws: PostgresError.self) {
                try await pool.withTransaction { transaction in
                    attempts.withLock { $0 += 1 }
                    try await transaction.execute("DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END $$")
                }
            }
            #expect(attempts.withLock { $0 } == 1)
        }
    }

    @Test func whatASavepointHoldsIsUndoneAloneAndTheTransactionGoesOn() async throws {
        struct GaveUp: Error {}
        try await withTable { pool, table in
            try await pool.withTransaction { transaction in
                try await transaction.execute("INSERT INTO \(unescaped: table) VALUES (1, 1)")
                await #expect(throws: GaveUp.self) {
                    try await transaction.withSavepoint { inner in
                        try await inner.execute("INSERT INTO \(unescaped: table) VALUES (2, 2)")
                        throw GaveUp()
                    }
                }
                await #expect(throws: PostgresError.self) {
                    try await transaction.withSavepoint { inner in
                        try await inner.execute("INSERT INTO \(unescaped: table) VALUES (1, 1)")
                    }
                }
                try await transaction.withSavepoint { outer in
                    try await outer.execute("INSERT INTO \(unescaped: table) VALUES (3, 3)")
                    _ = try? await outer.withSavepoint { inner in
                        try await inner.execute("INSERT INTO \(unescaped: table) VALUES (4, 4)")
                        throw GaveUp()
                    }
                }
            }
            let ids = try await pool.execute("SELECT id FROM \(unescaped: table) ORDER BY id")
            #expect(try ids.map { try $0.decode("id", as: Int32.self) } == [1, 3])
        }
    }

    @Test func aSerializableReadOnlyDeferrableTransactionIsOne() async throws {
        try await TestServer.withPool(1) { pool in
            let row = try await pool.withTransaction(isolation: .serializable, readOnly: true, deferrable: true) {
                try await $0.execute("SELECT current_setting('transaction_deferrable') AS deferrable")[0]
            }
            #expect(try row.decode("deferrable", as: String.self) == "on")
        }
    }

    @Test func aCommitWhoseAnswerIsLostIsUnknownNotFailed() async throws {
        try await withTable { pool, table in
            try await pool.execute(
                """
                CREATE FUNCTION \(unescaped: table)_end() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()), pg_sleep(10); RETURN NULL; END $$
                """)
            try await pool.execute(
                """
                CREATE CONSTRAINT TRIGGER ends AFTER INSERT ON \(unescaped: table) DEFERRABLE INITIALLY DEFERRED
                FOR EACH ROW EXECUTE FUNCTION \(unescaped: table)_end()
                """)
            await #expect {
                try await pool.withTransaction { try await $0.execute("INSERT INTO \(unescaped: table) VALUES (1, 1)") }
            } throws: { error in
                guard case PostgresClientError.commitUnknown = error else { return false }
                return true
            }
            try await pool.execute("DROP TRIGGER ends ON \(unescaped: table)")
            try await pool.execute("DROP FUNCTION \(unescaped: table)_end")
        }
    }

    @Test func theFirstStatementOfATransactionSurvivesAChangeOfSchema() async throws {
        try await TestServer.withPool(1) { pool in
            try await pool.execute("CREATE TEMPORARY TABLE changing (a int)")
            for column in ["b", "c"] {
                let columns = try await pool.withTransaction { try await $0.execute("SELECT * FROM changing").columns }
                #expect(columns.first == "a")
                try await pool.execute("ALTER TABLE changing ADD \(unescaped: column) int")
            }
            let columns = try await pool.withTransaction { try await $0.execute("SELECT * FROM changing").columns }
            #expect(columns == ["a", "b", "c"])
        }
    }

    @Test func aFirstStatementThatWasNeverSentDoesNotTakeBEGINWithIt() async throws {
        struct GaveUp: Error {}
        try await withTable { pool, table in
            await #expect(throws: GaveUp.self) {
                try await pool.withTransaction { transaction in
                    let unsent = try? await transaction.execute("SELECT 1", within: .zero)
                    try await transaction.execute("INSERT INTO \(unescaped: table) VALUES (1, 1)")
                    if unsent == nil { throw GaveUp() }
                }
            }
            let left = try await count(pool, table)
            #expect(left == 0)
        }
    }

    @Test func statementsThatStartAtOnceAreAllInTheTransaction() async throws {
        struct GaveUp: Error {}
        try await withTable { pool, table in
            for _ in 0..<20 {
                await #expect(throws: GaveUp.self) {
                    try await pool.withTransaction { transaction in
                        try await withThrowingTaskGroup { group in
                            for number in 0..<4 {
                                group.addTask {
                                    _ = try await transaction.execute(
                                        "INSERT INTO \(unescaped: table) VALUES (\(Int32(number)), 1)")
                                }
                            }
                            try await group.waitForAll()
                        }
                        throw GaveUp()
                    }
                }
            }
            let left = try await count(pool, table)
            #expect(left == 0)
        }
    }
}
