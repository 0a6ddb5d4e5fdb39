import Foundation
import Logging
import PostgresClient
import RegistryDomain
import RegistryJobs
import Testing
import TransparencyLog

@testable import RegistryStore

/// A demo city whose register is in order, and one record of each kind to spoil.
struct AuditRegister {
    let registry: TestRegistry
    /// Of the log of all that the demo recorded.
    let checkpoint: Checkpoint

    /// - Parameter audited: whether an audit has sealed it.
    static func with(audited: Bool = false, _ body: (AuditRegister) async throws -> Void) async throws {
        try await TestRegistry.with(today: "2018-12-31") { registry in
            try await registry.loadDemo(learners: 400)
            _ = try await registry.publisher.publish(
                number: "2018-1", asOf: nil, as: registry.caller("officer-city"))
            let size = try await registry.store.integrateLog()
            let root = try await registry.store.logTree(size: size).root()
            if audited { _ = try await registry.audit() }
            _ = try await registry.admin.execute("CREATE TEMPORARY TABLE pick AS \(unescaped: picks)")
            try await body(
                AuditRegister(registry: registry, checkpoint: Checkpoint(origin: "test", size: size, root: root)))
        }
    }

    /// Makes the changes past every trigger and policy, runs `body`, and takes them back.
    func planting<Value>(_ statements: [String], _ body: () async throws -> Value) async throws -> Value {
        let admin = registry.admin
        _ = try await admin.execute("BEGIN")
        do {
            _ = try await admin.execute("SET LOCAL session_replication_role = replica")
            for statement in statements { _ = try await admin.execute(Statement(statement)) }
            let value = try await body()
            _ = try await admin.execute("ROLLBACK")
            return value
        } catch {
            _ = try? await admin.execute("ROLLBACK")
            throw error
        }
    }

    static let guards = Result { try GuardManifest(directory: TestRegistry.root.appendingPathComponent("sql").path) }

    /// Every check of the program.
    static func checks() throws -> [AuditCheck] { AuditCheck.all(try guards.get()) }

    /// The records that one check names on a day.
    func findings(_ check: AuditCheck, on day: String = Anomaly.lastDay) async throws -> [String] {
        if check.name == AuditCheck.guardChanged.name {
            let found = try GuardManifest(try await registry.admin.execute(GuardManifest.reading))
            return try Self.guards.get().losses(in: found).map(\.place)
        }
        if check.name == AuditCheck.publication.name {
            return try await AuditRun.alteredBulletins(registry.admin).map(\.number)
        }
        if [AuditCheck.logNode.name, AuditCheck.checkpoint.name].contains(check.name) {
            let tree = try await LogTreeCheck(evidence: LogEvidence(checkpoints: [checkpoint])).run(registry.admin)
            return check.name == AuditCheck.logNode.name ? tree.nodes.map(\.place) : tree.checkpoints.map(\.size)
        }
        var statement = check.statement(on: try #require(Day(day)))
        if check.name == AuditCheck.sealed.name { statement.parameters += try await seals().parameters }
        return try await registry.admin.execute(statement).map { try $0.decode("record_id") }
    }

    private func seals() async throws -> SealExtent {
        let run = AuditRun(
            snapshot: SharedSnapshot(registry.admin), sink: CollectingSink(), manifest: try Self.guards.get(),
            day: try #require(Day(Anomaly.lastDay)))
        return try await run.seals(of: AuditExtent(kind: .full), trace: nil)
    }

    /// Drops the constraint and gives one row a value that it forbids: the first of a few that does.
    func breaking<Value>(_ guarded: GuardManifest.Guard, _ body: () async throws -> Value) async throws -> Value {
        let table = guarded.table
        // An identity column stays NOT NULL.
        let primary = guards(of: table, kind: .primaryKey).flatMap { $0.columns ?? [] } + ["entry_number"]
        let conditions = (guards(of: table, kind: .check) + guards(of: table, kind: .exclusion)).map {
            "ALTER TABLE \(table) DROP CONSTRAINT \($0.name)"
        }
        let nulls = guards(of: table, kind: .notNull).map(\.name).filter { !primary.contains($0) || $0 == guarded.name }
        let drops = conditions + nulls.map { "ALTER TABLE \(table) ALTER COLUMN \($0) DROP NOT NULL" }
        let keys = guards(of: table, kind: .primaryKey).filter { $0.columns?.contains(guarded.name) == true }
        let drop = keys.map { "ALTER TABLE \(table) DROP CONSTRAINT \($0.name) CASCADE" } + drops
        if guarded.kind == .notNull {
            return try await planting(
                drop + ["UPDATE \(table) SET \(guarded.name) = NULL WHERE ctid = (SELECT ctid FROM \(table) LIMIT 1)"],
                body)
        }
        let values = [
            "' '", "'?'", "'0'", "'-1'", "'99999'", "id", "NULL", "'1900-01-01'", "'2100-01-01'", "'{}'", "'base'",
            "'X'", "'00000000-0000-4000-8000-000000000001'",
        ]
        let broken: Statement = """
            SELECT count(*) AS n FROM \(unescaped: table) WHERE (\(unescaped: String(guarded.definition.dropFirst(6)))) IS FALSE
            """
        for rows in [" WHERE ctid = (SELECT ctid FROM \(table) LIMIT 1)", ""] {
            for column in guarded.columns ?? [] {
                for value in values {
                    let spoil = drop + ["UPDATE \(table) SET \(column) = \(value)\(rows)"]
                    let count = try? await planting(spoil) { try await registry.count(broken) }
                    if let count, count > 0 { return try await planting(spoil, body) }
                }
            }
        }
        throw Unbroken(name: "\(table).\(guarded.name)")
    }

    struct Unbroken: Error { var name: String }

    private func guards(of table: String, kind: GuardManifest.Guard.Kind) -> [GuardManifest.Guard] {
        ((try? Self.guards.get())?.guards ?? []).filter { $0.table == table && $0.kind == kind }
    }

    func record(_ expression: String) async throws -> String {
        try await registry.texts("SELECT (\(unescaped: expression))::text AS t FROM pick").first ?? "-"
    }

    static let picks = """
        SELECT o.id AS online_entry, o.claim_id AS online_claim, o.completion_record_id AS online_record, o.learner_id AS online_learner,
               o.decision_id AS online_decision, o.recognized_by AS online_authority,
               s.id AS session_entry, s.claim_id AS session_claim, n.id AS opening_entry, n.learner_id AS opening_learner,
               (SELECT id FROM claims WHERE state = 'submitted' ORDER BY id LIMIT 1) AS open_claim,
               (SELECT id FROM claims WHERE state = 'submitted' AND routed_to LIKE 'county:%' ORDER BY id LIMIT 1) AS county_claim,
               (SELECT id FROM claims WHERE mode = 'online' AND routed_to LIKE 'county:%' ORDER BY id LIMIT 1) AS county_online_claim,
               f.claim_id AS flagged_claim, f.id AS flagged_decision,
               (SELECT id FROM decisions WHERE decision = 'return' ORDER BY id LIMIT 1) AS returned_decision,
               (SELECT entry_id FROM reversals ORDER BY entry_id LIMIT 1) AS reversed_entry,
               x.id AS excuse, x.learner_id AS excused_learner, c.id AS certificate, c.entries[1] AS certified_entry,
               (SELECT id FROM register_entries e WHERE e.learner_id <> c.learner_id AND e.recognized_on <= c.printed_on
                ORDER BY id LIMIT 1) AS foreign_entry,
               (SELECT id FROM learners l WHERE l.id NOT IN (o.learner_id, s.learner_id)
                AND EXISTS (SELECT FROM register_entries e WHERE e.learner_id = l.id) ORDER BY id LIMIT 1) AS other_learner,
               (SELECT id FROM learners l WHERE NOT EXISTS (SELECT FROM claims k WHERE k.learner_id = l.id) ORDER BY id LIMIT 1) AS idle_learner,
               (SELECT id FROM employers WHERE level = 'zone' ORDER BY id LIMIT 1) AS employer
        FROM (SELECT * FROM register_entries e WHERE mode = 'online' AND kind = 'recognition' AND recognized_by LIKE 'county:%'
              AND NOT EXISTS (SELECT FROM reversals r WHERE r.entry_id = e.id)
              ORDER BY entry_number LIMIT 1) o,
             (SELECT * FROM register_entries e WHERE mode = 'faceToFace' AND kind = 'recognition'
              AND NOT EXISTS (SELECT FROM reversals r WHERE r.entry_id = e.id)
              ORDER BY entry_number LIMIT 1) s,
             (SELECT * FROM register_entries WHERE kind = 'opening' ORDER BY entry_number LIMIT 1) n,
             (SELECT d.* FROM decisions d JOIN claims c ON c.id = d.claim_id WHERE d.decision = 'recognize' AND c.flags <> '{}'
              ORDER BY d.id LIMIT 1) f,
             (SELECT * FROM excuses ORDER BY id LIMIT 1) x,
             (SELECT * FROM certificates c WHERE entries <> '{}' ORDER BY id LIMIT 1) c
        """
}

extension TestRegistry {
    /// The invented city, made by the road that `demo load` takes.
    @discardableResult
    func loadDemo(learners: Int, seed: UInt64 = 87) async throws -> DemoReport {
        let owner = store(as: .owner)
        do {
            let report = try await DemoLoader(store: owner).load(learners: learners, seed: seed)
            await owner.close()
            return report
        } catch {
            await owner.close()
            throw error
        }
    }

    /// A store of its own for another database role.
    func store(as role: StoreConfiguration.DatabaseRole) -> RegistryStore {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return RegistryStore(
            configuration: StoreConfiguration(
                databaseURL: url, maximumConnections: 2, waitDeadline: .seconds(60), databaseRole: role,
                snapshotConnections: 2),
            clock: store.clock, logger: logger)
    }
}

@Suite(.serialized, .enabled(if: TestRegistry.isAvailable))
struct AuditTests {
    @Test func `every anomaly is found by its check, and its lawful neighbour is left alone`() async throws {
        let checks = Dictionary(uniqueKeysWithValues: try AuditRegister.checks().map { ($0.name, $0) })
        try await AuditRegister.with(audited: true) { register in
            for check in checks.values {
                let day = Anomaly.all.first { $0.check == check.name }?.day ?? Anomaly.lastDay
                let untouched = try await register.planting([]) { try await register.findings(check, on: day) }
                #expect(untouched == [], "\(check.name) on a register in order")
            }
            for anomaly in Anomaly.all {
                let check = try #require(checks[anomaly.check], "no check \(anomaly.check)")
                let record = try await register.record(anomaly.record)
                try #require(record != "-", "\(anomaly.check): the demo has no \(anomaly.record)")
                let found = try await register.planting(anomaly.planted) {
                    try await register.findings(check, on: anomaly.day)
                }
                #expect(found.contains(record), "\(anomaly.check) does not find \(anomaly.planted)")
                guard !anomaly.lawful.isEmpty else { continue }
                let left = try await register.planting(anomaly.lawful) {
                    try await register.findings(check, on: anomaly.day)
                }
                #expect(left == [], "\(anomaly.check) disturbs \(anomaly.lawful)")
            }
        }
    }

    @Test func `no check is without an anomaly that it finds, a lawful neighbour, and a remedy`() throws {
        let names = try AuditRegister.checks().map(\.name)
        let found = Set(Anomaly.all.map(\.check))
        let left = Set(Anomaly.all.filter { !$0.lawful.isEmpty }.map(\.check))
        #expect(names.filter { !found.contains($0) } == [])
        #expect(names.filter { !left.contains($0) } == [])
        #expect(names.filter { !AuditRemedy.known.contains($0) } == [])
        #expect(Set(names).count == names.count)
    }

    @Test func `the manifest is what the migrations make: ceregistry audit guards > sql/guards.json`() async throws {
        try await TestRegistry.with { registry in
            let made = try GuardManifest(try await registry.admin.execute(GuardManifest.reading))
            let written = try AuditRegister.guards.get()
            let more = Set(made.guards).subtracting(written.guards).map { "\($0.kind) \($0.table) \($0.name)" }
            let gone = Set(written.guards).subtracting(made.guards).map { "\($0.kind) \($0.table) \($0.name)" }
            guard made.postgres == written.postgres else { return }
            #expect(more.sorted() == [] && gone.sorted() == [])
            #expect(
                try written.text()
                    == String(contentsOf: TestRegistry.root.appendingPathComponent("sql/guards.json"), encoding: .utf8))
        }
    }

    /// Every CHECK and NOT NULL of the manifest in turn: dropped, broken in one row, and found.
    @Test func `whatever a constraint guarantees is found where the constraint was not`() async throws {
        let guards = try AuditRegister.guards.get()
        let check = try #require(try AuditRegister.checks().first { $0.name == "constraint" })
        try await AuditRegister.with { register in
            let asked = guards.guards.filter {
                [.check, .notNull].contains($0.kind) && check.sql.contains("FROM \($0.table) a")
                    && check.sql.contains("'\($0.name)")
            }
            #expect(asked.count > 120)
            // PostgreSQL itself writes these.
            let unbreakable = ["register_entries.entry_number", "claim_events.id", "employers.area"]
            for guarded in asked where !unbreakable.contains("\(guarded.table).\(guarded.name)") {
                guard try await register.registry.count(of: guarded.table) > 0 else { continue }
                let found = try await register.breaking(guarded) { try await register.findings(check) }
                #expect(!found.isEmpty, "\(guarded.table).\(guarded.name)")
            }
        }
    }
}
