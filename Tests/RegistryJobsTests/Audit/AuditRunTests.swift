import Foundation
import Logging
import PostgresClient
import RegistryDomain
import RegistryJobs
import Testing

@testable import RegistryStore

@Suite(.serialized, .enabled(if: TestRegistry.isAvailable))
struct AuditRunTests {
    private func audit(_ registry: TestRegistry, full: Bool = false) async throws -> AuditReport {
        try await registry.audit(full: full)
    }

    @Test func `a run is kept with its findings, and read by who may`() async throws {
        try await TestRegistry.with(today: "2018-12-31") { registry in
            try await registry.loadDemo(learners: 200)
            let clean = try await audit(registry)
            // The invented city has claims that wait; nothing else is wrong.
            let waiting = clean.totals.warnings
            #expect(clean.findings.allSatisfy { $0.check == "claimWaiting" })
            #expect(clean.totals.errors == 0)
            #expect(clean.counts.learners == 200)
            #expect(clean.checks.map(\.name) == (try AuditRegister.checks().map(\.name)))
            #expect(clean.kind == .full && clean.cause == .first)
            _ = try await registry.admin.execute("SET session_replication_role = replica")
            _ = try await registry.admin.execute("DELETE FROM standing_entries")
            let entries = try await registry.count(
                "SELECT count(*) AS n FROM register_entries WHERE id NOT IN (SELECT entry_id FROM reversals)")
            let report = try await audit(registry)
            #expect(report.kind == .incremental)
            #expect(report.checks.first { $0.name == "standing" }?.findings == entries)
            #expect(report.totals.warnings == waiting)
            // All are counted, a hundred of one check are listed.
            #expect(report.findings.count { $0.check == "standing" } == 100)
            let latest = try await registry.store.latestAudit(as: registry.caller("auditor"))
            #expect(latest.id == report.id)
            #expect(latest.totalFindings == report.totalFindings)
            #expect(latest.findings.map(\.recordId) == report.findings.map(\.recordId))
            #expect(latest.checks.first { $0.name == "standing" }?.findings == entries)
            #expect(latest.asOf == Day("2018-12-31"))
            #expect(try await registry.store.auditGauges().totals.errors == report.totals.errors)
            await #expect(throws: StoreError.forbidden(.roleMayNot)) {
                try await registry.store.latestAudit(as: registry.caller("hanyuan"))
            }
        }
    }

    @Test func `a spoilt record is a finding and does not switch the audit off`() async throws {
        try await TestRegistry.with(today: "2018-12-31") { registry in
            try await registry.loadDemo(learners: 200)
            _ = try await registry.admin.execute("SET session_replication_role = replica")
            _ = try await registry.admin.execute(
                """
                UPDATE claims SET evidence = jsonb_set(evidence, '{testPassedOn}', '"never"')
                WHERE id = (SELECT id FROM claims WHERE mode = 'online' LIMIT 1)
                """)
            _ = try await registry.admin.execute("UPDATE learners SET area = 'city' WHERE area = 'county:511823'")
            let report = try await audit(registry)
            #expect(report.findings.contains { $0.check == "evidenceAfterClaim" && $0.recordKind == "check" })
            #expect(report.findings.contains { $0.check == "learnerPlace" && $0.recordKind == "learner" })
        }
    }

    @Test(
        arguments: [
            ("ALTER TABLE claims OWNER TO ceregistry_daemon", "claims"),
            (
                "UPDATE policies SET document = jsonb_set(document, '{subjectYears,0,dueOn}', '\"2017-02-31\"')",
                "2017-87 1"
            ),
            (
                "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET row_security = off', current_database()); END $$",
                "database row_security"
            ),
        ])
    func `a right, a day or a setting that was spoilt is named, and the audit goes on to its end`(
        _ statement: String, _ name: String
    ) async throws {
        try await AuditRegister.with { register in
            let registry = register.registry
            #expect(try await registry.audit().totals.errors == 0)
            try await registry.spoil(statement)
            for full in [false, true] {
                let report = try await registry.audit(full: full)
                #expect(report.findings.contains { $0.recordId.contains(name) || $0.message.en.contains(name) })
            }
            #expect(try await registry.audit().totals.errors > 0)
        }
    }

    @Test func `the reader's role can read and nothing else`() async throws {
        try await TestRegistry.with { registry in
            let reader = registry.store(as: .auditor)
            for statement in [
                "UPDATE subject_years SET required_hours = 1", "DELETE FROM standing_entries",
                "INSERT INTO audit_runs (as_of, started_at, finished_at, learners, entries, claims, findings, rules) VALUES ('2018-01-01', now(), now(), 0, 0, 0, 0, '[]')",
                "SELECT password_hash FROM users", "SELECT token_hash FROM sessions",
            ] {
                await #expect(throws: PostgresError.self, "\(statement)") {
                    try await reader.pool.withTransaction { sql in
                        try await sql.execute("SET LOCAL default_transaction_read_only = off")
                        return try await sql.execute(Statement(statement)).count
                    }
                }
            }
            await reader.close()
        }
    }

    @Test func `whatever people and bureaus may do leaves nothing to find`() async throws {
        try await TestRegistry.with(today: "2018-11-20") { registry in
            try await LawfulYear(registry).run()
            let report = try await audit(registry)
            #expect(report.findings.map { "\($0.check) \($0.recordKind) \($0.message.en)" } == [])
            let whole = try await audit(registry, full: true)
            #expect(whole.kind == .full && whole.totalFindings == 0)
        }
    }
}
