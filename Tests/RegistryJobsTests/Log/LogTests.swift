import Foundation
import PostgresClient
import RegistryDomain
import RegistryJobs
import Testing
import TransparencyLog

@testable import RegistryStore

@Suite(.serialized, .enabled(if: TestRegistry.isAvailable))
struct LogTests {
    /// Two makers of one format: SQL when a leaf is written, Swift when an export is checked.
    @Test func `whatever people write, SQL and Swift make the same leaf of it`() async throws {
        try await TestLog.with { log in
            let admin = log.registry.admin
            let words = [
                "\"", "\\", "/", "\u{8}\u{C}\n\r\t", "\u{1}\u{1F}\u{7F}", "汉字、标点", "\u{2028}\u{2029}", "👨‍👩‍👧 e\u{301}",
                "<a&b>", " ",
                "\\u0041", "𠮷野家", "null", "{}",
            ]
            for word in words {
                _ = try await admin.execute(
                    """
                    INSERT INTO reversals (entry_id, reason, reversed_by, reversed_on, recorded_by)
                    SELECT s.entry_id, \("x" + word), 'city', '2018-12-31', u.id FROM standing_entries s, users u
                    WHERE u.username = 'officer-city' LIMIT 1
                    """)
                _ = try await admin.execute(
                    """
                    INSERT INTO erasures (learner_id, reason, document, erased_on, recorded_by)
                    SELECT l.id, \("x" + word), \(word + "x"), '2018-12-31', u.id FROM learners l, users u
                    WHERE u.username = 'officer-city' LIMIT 1
                    """)
            }
            let folder = try await log.export("export")
            let report = try await log.verify(folder)
            #expect(report.findings.map { "\($0.problem) \($0.record ?? "") \($0.differences)" } == [])
            #expect(report.records == report.leaves && report.signed == report.leaves)
            #expect(report.leaves > 150)
        }
    }

    @Test func `every leaf is canonical JSON, and nobody can be told from it`() async throws {
        try await TestLog.with { log in
            _ = try await log.registry.store.integrateLog()
            let data = try await log.registry.texts("SELECT data AS t FROM log_leaves ORDER BY leaf_index")
            for leaf in data {
                let object = try #require(
                    try JSONSerialization.jsonObject(with: Data(leaf.utf8)) as? [String: Any])
                let again = try JSONSerialization.data(
                    withJSONObject: object, options: [.sortedKeys, .withoutEscapingSlashes])
                #expect(String(decoding: again, as: UTF8.self) == leaf)
            }
            let named = try await log.registry.count(
                """
                SELECT count(*) AS n FROM log_leaves v JOIN log_openings o ON o.kind = v.kind AND o.record_id = v.record_id
                WHERE position(o.name IN v.data) > 0 OR position(o.id_number IN v.data) > 0 OR position(o.learner_id::text IN v.data) > 0
                   OR position(o.user_id::text IN v.data) > 0 OR position(o.user_name IN v.data) > 0
                """)
            #expect(named == 0)
            let salts = try await log.registry.count(
                """
                SELECT count(*) - count(DISTINCT salt) AS n FROM (SELECT person_salt AS salt FROM log_openings UNION ALL
                SELECT user_salt FROM log_openings UNION ALL SELECT text_salt FROM log_openings WHERE text_salt IS NOT NULL) s
                """)
            #expect(salts == 0)
        }
    }

    /// Writers that overlap, some that wait, some that give up, and two sequencers beside them.
    @Test func `nothing committed is missed, and what was seen before stands before`() async throws {
        try await TestLog.with(learners: 200) { log in
            let registry = log.registry
            let entries = try await registry.texts("SELECT entry_id::text AS t FROM standing_entries LIMIT 60")
            let user = try #require(
                UUID(
                    uuidString: try await registry.texts(
                        "SELECT id::text AS t FROM users WHERE username = 'officer-city'")[0]))
            _ = try await registry.store.integrateLog()
            let chains = stride(from: 0, to: entries.count, by: 6).map {
                Array(entries[$0..<min($0 + 6, entries.count)])
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (number, chain) in chains.enumerated() {
                    group.addTask {
                        let connection = try await PostgresConnection.connect(
                            ConnectionConfiguration(conninfo: registry.url))
                        for (place, entry) in chain.enumerated() {
                            _ = try await connection.execute("BEGIN")
                            _ = try await connection.execute(
                                """
                                INSERT INTO reversals (entry_id, reason, reversed_by, reversed_on, recorded_by)
                                VALUES (\(UUID(uuidString: entry)), \("链 \(number) \(place)"), 'city', '2018-12-31', \(user))
                                """)
                            if place % 2 == 0 {
                                try await Task.sleep(for: .milliseconds((number * 7 + place * 3) % 23))
                            }
                            _ = try await connection.execute(place == 3 ? "ROLLBACK" : "COMMIT")
                        }
                        await connection.close()
                    }
                }
                for _ in 0..<2 {
                    group.addTask {
                        for _ in 0..<25 {
                            _ = try await registry.store.integrateLog()
                            try await Task.sleep(for: .milliseconds(3))
                        }
                    }
                }
                try await group.waitForAll()
            }
            let size = try await registry.store.integrateLog()
            #expect(try await registry.count(of: "log_queue") == 0)
            let records = try await registry.count(
                """
                SELECT (SELECT count(*) FROM decisions) + (SELECT count(*) FROM register_entries) + (SELECT count(*) FROM reversals) AS n
                """)
            #expect(Int(size) == records)
            #expect(try await registry.count("SELECT count(*) AS n FROM reversals WHERE reason LIKE '链 % 3'") == 0)
            // Each chain's records were committed one after the other.
            let disorder = try await registry.count(
                """
                SELECT count(*) AS n FROM (
                    SELECT split_part(r.reason, ' ', 3)::int AS place,
                           lag(split_part(r.reason, ' ', 3)::int) OVER (PARTITION BY split_part(r.reason, ' ', 2) ORDER BY l.leaf_index) AS before
                    FROM reversals r JOIN log_leaves l ON l.kind = 'reversal' AND l.record_id = r.entry_id WHERE r.reason LIKE '链%') s
                WHERE place < before
                """)
            #expect(disorder == 0)
            #expect(try await log.findings().map(\.check) == [])
        }
    }

    @Test func `an index once given stays, whatever is taken in later`() async throws {
        try await TestLog.with { log in
            let registry = log.registry
            let size = try await registry.store.integrateLog()
            let before = try await registry.texts("SELECT leaf_index || data AS t FROM log_leaves ORDER BY leaf_index")
            let root = try await registry.store.logTree(size: size).root()
            _ = try await registry.admin.execute(
                """
                INSERT INTO reversals (entry_id, reason, reversed_by, reversed_on, recorded_by)
                SELECT s.entry_id, '重复', 'city', '2018-12-31', u.id FROM standing_entries s, users u
                WHERE u.username = 'officer-city' LIMIT 9
                """)
            let grown = try await registry.store.integrateLog()
            #expect(grown == size + 9)
            let after = try await registry.texts(
                "SELECT leaf_index || data AS t FROM log_leaves WHERE leaf_index < \(Int64(size)) ORDER BY leaf_index")
            #expect(after == before)
            #expect(try await registry.store.logTree(size: grown).root(ofFirst: size) == root)
        }
    }

    @Test func `the database refuses to change a leaf, also for its owner`() async throws {
        try await TestLog.with { log in
            _ = try await log.registry.store.integrateLog()
            for statement: Statement in [
                "UPDATE log_leaves SET data = '{}' WHERE leaf_index = 0", "DELETE FROM log_leaves WHERE leaf_index = 0",
                "TRUNCATE log_leaves", "TRUNCATE log_nodes",
            ] {
                let error = await #expect(throws: PostgresError.self) {
                    try await log.registry.admin.execute(statement)
                }
                #expect(error?.constraint == "append_only")
            }
        }
    }

    @Test func `a record whose opening is gone keeps nobody else from the log`() async throws {
        try await TestLog.with { log in
            let registry = log.registry
            let kept = try #require(
                try await registry.texts("SELECT record_id::text AS t FROM log_queue ORDER BY ordinal LIMIT 1").first)
            try await registry.spoil("DELETE FROM log_openings WHERE record_id = '\(kept)'")
            let waiting = try await registry.count(of: "log_queue")
            let size = try await registry.store.integrateLog()
            #expect(try await registry.texts("SELECT record_id::text AS t FROM log_queue") == [kept])
            #expect(Int(size) == waiting - 1)
            #expect(try await log.findings().map(\.check) == ["leafWaiting"])
        }
    }
}
