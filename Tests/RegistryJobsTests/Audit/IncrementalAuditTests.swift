import Foundation
import PostgresClient
import RegistryDomain
import Testing

@testable import RegistryJobs
@testable import RegistryStore

/// What changed since the last run, found again; what did not, carried on.
@Suite(.serialized, .enabled(if: TestRegistry.isAvailable))
struct IncrementalAuditTests {
    /// 200 with `CEREGISTRY_AUDIT_HISTORIES=200`.
    private static var histories: Int {
        ProcessInfo.processInfo.environment["CEREGISTRY_AUDIT_HISTORIES"].flatMap { Int($0) } ?? 24
    }

    @Test func `an incremental run finds what a full one finds, over random histories`() async throws {
        let day = try #require(Day("2018-12-31"))
        // A register of its own for each few histories: what is spoilt stays spoilt.
        for start in stride(from: 0, to: Self.histories, by: 8) {
            try await TestRegistry.with(today: "2018-12-31") { registry in
                try await registry.loadDemo(learners: 80, seed: UInt64(start + 1))
                _ = try await registry.audit()
                var incremental = 0
                for number in start..<min(start + 8, Self.histories) {
                    let changes = try await RandomHistory(registry: registry, number: number).live()
                    let report = try await registry.audit()
                    if report.kind == .incremental { incremental += 1 }
                    let open = try await registry.openFindings()
                    let all = try await registry.everyFinding(on: day)
                    let missing = all.filter { !open.contains($0.key) }.values
                    let stale = try await registry.texts(
                        """
                        SELECT check_name || ' ' || record_id || ' ' || detail AS t FROM audit_open_findings
                        WHERE NOT id = ANY (\(Array(all.keys)))
                        """)
                    #expect(
                        missing.isEmpty && stale.isEmpty,
                        "history \(number), \(changes): missing \(missing), stale \(stale)")
                    #expect(report.totalFindings == open.count)
                }
                #expect(incremental > 0)
            }
        }
    }

    @Test func `what hangs on somebody who is gone is found, and again when other things change`() async throws {
        try await AuditRegister.with { register in
            let registry = register.registry
            #expect(try await registry.audit().totals.errors == 0)
            // Nothing else of hers: the certificate itself stays as it was.
            try await registry.spoil(
                """
                INSERT INTO users (id, username, password_hash, person_name, role, authority)
                VALUES ('00000000-0000-4000-8000-00000000beef', 'gone', '', '某人', 'cityOfficer', 'city')
                """)
            try await registry.spoil("UPDATE certificates SET recorded_by = '00000000-0000-4000-8000-00000000beef'")
            _ = try await registry.audit()
            for statement in [
                "DELETE FROM users WHERE username = 'gone'",
                "UPDATE learners SET name = name WHERE id = (SELECT other_learner FROM pick)",
            ] {
                try await registry.spoil(statement)
                let report = try await registry.audit()
                #expect(report.kind == .incremental)
                #expect(report.findings.contains { $0.check == "orphan" }, "\(statement)")
            }
        }
    }

    @Test func `a deletion, and a change behind every trigger, are changes`() async throws {
        try await AuditRegister.with { register in
            let registry = register.registry
            #expect(try await registry.audit().totals.errors == 0)
            for (statement, check) in [
                ("DELETE FROM standing_entries WHERE entry_id = (SELECT online_entry FROM pick)", "standing"),
                ("UPDATE claims SET hours = 17 WHERE id = (SELECT online_claim FROM pick)", "claimHours"),
                ("DELETE FROM learner_id_numbers WHERE learner_id = (SELECT other_learner FROM pick)", "idNumberLost"),
            ] {
                try await registry.spoil(statement)
                let report = try await registry.audit()
                #expect(report.kind == .incremental)
                #expect((report.persons ?? 0) < 30)
                #expect(report.findings.contains { $0.check == check }, "\(statement)")
                #expect(report.totals.opened >= 1)
            }
        }
    }

    @Test func `a transaction that is under way during a run is looked at by the next`() async throws {
        try await AuditRegister.with { register in
            let registry = register.registry
            _ = try await registry.audit()
            let entry = try #require(UUID(uuidString: try await register.record("online_entry")))
            let other = try await PostgresConnection.connect(ConnectionConfiguration(conninfo: registry.url))
            _ = try await other.execute("BEGIN")
            _ = try await other.execute("SET LOCAL session_replication_role = replica")
            _ = try await other.execute("DELETE FROM standing_entries WHERE entry_id = \(entry)")
            let during = try await registry.audit()
            #expect(!during.findings.contains { $0.check == "standing" })
            _ = try await other.execute("COMMIT")
            await other.close()
            let after = try await registry.audit()
            #expect(after.kind == .incremental)
            #expect(after.findings.contains { $0.check == "standing" && UUID(uuidString: $0.recordId) == entry })
        }
    }

    @Test func `a trigger that was off for a moment, or whoever asks: everything is looked at`() async throws {
        try await AuditRegister.with { register in
            let registry = register.registry
            #expect(try await registry.audit().cause == .first)
            #expect(try await registry.audit().kind == .incremental)
            #expect(try await registry.audit(full: true).cause == .asked)
            _ = try await registry.admin.execute("ALTER TABLE register_entries DISABLE TRIGGER append_only")
            _ = try await registry.admin.execute("ALTER TABLE register_entries ENABLE TRIGGER append_only")
            let after = try await registry.audit()
            #expect(after.cause == .guards && after.totals.errors == 0)
            #expect(try await registry.audit().kind == .incremental)
            _ = try await registry.admin.execute("ALTER TABLE register_entries DISABLE TRIGGER append_only")
            for _ in 0..<2 {
                let disabled = try await registry.audit()
                #expect(disabled.kind == .full && disabled.findings.contains { $0.check == "guardDisabled" })
            }
        }
    }

    @Test func `seals that somebody altered or took away are looked into, whatever else changed`() async throws {
        try await AuditRegister.with { register in
            let registry = register.registry
            _ = try await registry.audit()
            for statement in [
                "UPDATE audit_seals SET digests[1] = digests[1] + 1 WHERE bucket = (SELECT max(bucket) FROM audit_seals)",
                "DELETE FROM audit_seals WHERE bucket = (SELECT min(bucket) FROM audit_seals WHERE bucket >= 0)",
            ] {
                let before = try await registry.audit()
                #expect(before.kind == .incremental)
                _ = try await registry.admin.execute(Statement(statement))
                let after = try await registry.audit()
                #expect(after.cause == .guards && after.totals.opened >= 1, "\(statement)")
                #expect(after.findings.contains { $0.check == "sealed" })
            }
        }
    }

    @Test func `a finding that was acknowledged counts apart, and comes back when it changes`() async throws {
        try await AuditRegister.with { register in
            let registry = register.registry
            let city = try await registry.caller("officer-city")
            try await registry.spoil("UPDATE claims SET hours = 17 WHERE id = (SELECT online_claim FROM pick)")
            let found = try await registry.audit()
            let finding = try #require(found.findings.first { $0.check == "claimHours" })
            let id = try #require(finding.id)
            await #expect(throws: StoreError.forbidden(.roleMayNot)) {
                try await registry.store.acknowledgeFinding(id, reason: "已核", as: registry.caller("auditor-demo"))
            }
            await #expect(throws: StoreError.notFound(.findingUnknown)) {
                try await registry.store.acknowledgeFinding(UUID(), reason: "已核", as: city)
            }
            _ = try await registry.store.acknowledgeFinding(id, reason: "与材料核对无误", as: city)
            await #expect(throws: StoreError.conflict(.findingAcknowledged, entry: nil, claim: nil)) {
                try await registry.store.acknowledgeFinding(id, reason: "再说一次", as: city)
            }
            let quiet = try await registry.audit(full: true)
            #expect(quiet.totals.acknowledged == 1)
            #expect(quiet.totalFindings == found.totalFindings - 1)
            #expect(!quiet.findings.contains { $0.check == "claimHours" })
            let guards = try AuditRegister.guards.get()
            let listed = try await registry.store.auditFindings(
                AuditFindingFilter(check: "claimHours"), guards: guards, as: city)
            #expect(listed.items.first?.acknowledged?.reason == "与材料核对无误")
            try await registry.spoil("UPDATE claims SET hours = 18 WHERE id = (SELECT online_claim FROM pick)")
            let changed = try await registry.audit()
            #expect(changed.kind == .incremental && changed.totals.acknowledged == 0)
            #expect(changed.findings.contains { $0.check == "claimHours" && $0.recordId == finding.recordId })
        }
    }
}
