import Testing

@testable import PostgresClient

@Suite("On every road the server's errors come with their SQLSTATE")
struct RoadErrorTests {
    private static let prepared =
        "id int PRIMARY KEY, hours int NOT NULL CHECK (hours > 0), code varchar(3), parent int REFERENCES TABLE_NAME, span int4range, EXCLUDE USING gist (span WITH &&)"

    private static let failing: [(sql: String, state: String)] = [
        ("SELEC 1", "42601"), ("SELECT * FROM nowhere_at_all", "42P01"), ("SELECT nothing FROM T", "42703"),
        ("SELECT nothing_like_it(1)", "42883"), ("SELECT 1 / 0", "22012"), ("SELECT 'x'::int", "22P02"),
        ("SELECT 2147483647 + 1", "22003"), ("SELECT '2018-02-30'::date", "22008"), ("SELECT 1 WHERE 'x'", "22P02"),
        ("INSERT INTO T VALUES (1, 1)", "23505"), ("INSERT INTO T VALUES (2, 0)", "23514"),
        ("INSERT INTO T VALUES (3, NULL)", "23502"), ("INSERT INTO T VALUES (4, 1, 'long')", "22001"),
        ("INSERT INTO T VALUES (5, 1, 'x', 99)", "23503"), ("INSERT INTO T VALUES (6, 1, 'x', 1, '[1,5)')", "23P01"),
        ("DO $$ BEGIN RAISE EXCEPTION 'own' USING ERRCODE = 'CE001'; END $$", "CE001"),
        ("DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END $$", "40001"),
        ("CREATE TABLE T (id int)", "42P07"), ("SELECT count(*) FROM T GROUP BY nothing", "42703"),
        ("VACUUM T; SELECT 1", "42601"), ("SELECT pg_read_file('/nowhere')", "58P01"),
    ]

    @Test(arguments: Road.all) func andTheConnectionGoesOn(_ road: Road) async throws {
        let columns = Self.prepared.replacing(" REFERENCES TABLE_NAME", with: "")
        try await road.withTable(columns) { pool, table in
            try await pool.execute(
                "ALTER TABLE \(unescaped: table) ADD FOREIGN KEY (parent) REFERENCES \(unescaped: table)")
            try await pool.execute("INSERT INTO \(unescaped: table) VALUES (1, 1, 'x', 1, '[1,9)')")
            for (sql, state) in Self.failing {
                let error = await #expect(throws: PostgresError.self, "\(sql)") {
                    try await pool.execute("\(unescaped: sql.replacing(/\bT\b/, with: table))")
                }
                #expect(error?.sqlState.rawValue == state, "\(sql): \(String(describing: error))")
                #expect(try await pool.execute("SELECT 1").count == 1)
            }
            #expect(pool.statistics.open == 1)
        }
    }

    @Test(arguments: Road.all) func aStatementOfTooLongATimeIsStopped(_ road: Road) async throws {
        try await road.withPool(1) { pool in
            let error = await #expect(throws: PostgresError.self) {
                try await pool.withTransaction { transaction in
                    try await transaction.execute("SET LOCAL statement_timeout = '50ms'")
                    try await transaction.execute("SELECT pg_sleep(30)")
                }
            }
            #expect(error?.sqlState == .queryCanceled)
        }
    }

    @Test(arguments: Road.all) func aFailedTransactionTakesNothingMore(_ road: Road) async throws {
        try await road.withPool(1) { pool in
            let error = await #expect(throws: PostgresError.self) {
                try await pool.withTransaction { transaction in
                    _ = try? await transaction.execute("SELECT 1 / 0")
                    try await transaction.execute("SELECT 1")
                }
            }
            #expect(error?.sqlState == .inFailedTransaction)
            await #expect(throws: PostgresClientError.self) {
                try await pool.withTransaction { transaction in _ = try? await transaction.execute("SELECT 1 / 0") }
            }
        }
    }

    @Test(arguments: Road.all) func aRoleWithoutTheRightIsRefused(_ road: Road) async throws {
        try await road.withTable("id int") { pool, table in
            let error = await #expect(throws: PostgresError.self) {
                try await pool.withTransaction { transaction in
                    try await transaction.execute("SET LOCAL ROLE pg_monitor")
                    try await transaction.execute("SELECT * FROM \(unescaped: table)")
                }
            }
            #expect(error?.sqlState == .insufficientPrivilege)
        }
    }
}
