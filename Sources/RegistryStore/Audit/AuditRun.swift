import Crypto
import Foundation
import PostgresClient
import RegistryDomain
import Synchronization

/// What a run starts from: the state that the last run left.
struct AuditBase: Sendable {
    var run: UUID
    var program: String
    var foundation: String
    var buckets: [Int64]
    var segments: [Int64]
    /// Buckets of seals in which something was wrong then.
    var unsettled: [Int32]
    /// What the seals came to when that run had written them.
    var seals: Int64?
    /// Checks that could not be made then.
    var failed: Set<String>
}

/// How much a run looks at.
struct AuditExtent: Sendable {
    var kind: AuditReport.Kind
    var cause: AuditReport.Cause?
    /// Buckets in which something changed, and the learners that are looked at; nil for everybody.
    var buckets: [Int64] = []
    var scope: [UUID]?
    var base: AuditBase?
    /// Whose seals are looked at.
    var seals = SealExtent()
}

/// What a run leaves for the next.
struct AuditTrace: Sendable {
    var program: String
    var foundation: String
    var buckets: [Int64]
    var segments: [Int64]
    /// Before which nothing can come to light any more that is not in this run's snapshot.
    var settled: Date
    /// As `AuditRun.mismatches` has it; nil where nobody has looked yet.
    var mismatches: [Int64]?
}

/// One run over one snapshot of the register, read with the auditor's role.
struct AuditRun: Sendable {
    /// Beyond this many learners a part costs as much as the whole.
    static let widestScope = 100_000

    let snapshot: SharedSnapshot
    let sink: any AuditSink
    let manifest: GuardManifest
    let day: Day
    /// What of the transparency log is kept outside the database.
    let log: LogEvidence
    /// Of checks that were looked at everybody's records for.
    private(set) var whole: Set<String> = []

    init(
        snapshot: SharedSnapshot, sink: any AuditSink, manifest: GuardManifest, day: Day,
        log: LogEvidence = LogEvidence()
    ) {
        self.snapshot = snapshot
        self.sink = sink
        self.manifest = manifest
        self.day = day
        self.log = log
    }

    var sql: any PostgresExecutor { snapshot.sql }

    var checks: [AuditCheck] { AuditCheck.all(manifest) }

    /// A digest of everything that this program asks.
    var program: String {
        let text = checks.map { "\($0.name) \($0.severity) \($0.reach) \($0.sql)" }.joined(separator: "\n")
        return SHA256.hash(data: Data(text.utf8)).prefix(16).map { String(format: "%02x", $0) }.joined()
    }

    private typealias Look = @Sendable (any PostgresExecutor) async throws -> [Int64]

    /// - Parameter withSeals: for a run that will look at everything in any case: its seals are compared beside the rest.
    func trace(settled: Date, withSeals: Bool) async throws -> AuditTrace {
        let digests: Look = { try await $0.execute(Statement(AuditFeed.digests))[0].decode("buckets") }
        let segments: Look = { try await $0.execute(Statement(AuditFeed.segments))[0].decode("segments") }
        let looks = [digests, segments] + (withSeals ? [Self.mismatches] : [])
        let seen = try await snapshot.map(looks) { look, sql in try await look(sql) }
        let foundation = try await sql.execute(Statement(AuditFeed.foundation))[0]
        return AuditTrace(
            program: program, foundation: try foundation.decode("foundation"), buckets: seen[0],
            segments: seen[1], settled: settled, mismatches: withSeals ? seen[2] : nil)
    }

    /// Everything, or what changed since the base.
    func extent(full: Bool, base: AuditBase?, trace: AuditTrace, guardsStand: Bool) async throws -> AuditExtent {
        guard let base else { return AuditExtent(kind: .full, cause: .first) }
        if full { return AuditExtent(kind: .full, cause: .asked, base: base) }
        if base.program != trace.program { return AuditExtent(kind: .full, cause: .rules, base: base) }
        // The seals are the audit's memory: what touched them otherwise than a run (an erasure, or somebody) is looked into.
        let seals = try await sql.execute("SELECT seal_memory() AS seals")[0].decode("seals", as: Int64.self)
        if !guardsStand || base.foundation != trace.foundation || base.seals != seals {
            return AuditExtent(kind: .full, cause: .guards, base: base)
        }
        let changed = zip(base.buckets, trace.buckets).enumerated().filter { $0.element.0 != $0.element.1 }
            .map { Int64($0.offset) }
        guard !changed.isEmpty else { return AuditExtent(kind: .incremental, scope: [], base: base) }
        let rows = try await sql.execute(
            Statement("\(AuditFeed.scope) LIMIT \(Self.widestScope + 1)", [Parameter(changed)]))
        guard rows.count <= Self.widestScope else { return AuditExtent(kind: .full, cause: .changes, base: base) }
        return AuditExtent(
            kind: .incremental, buckets: changed, scope: try rows.map { try $0.decode("id") }, base: base)
    }

    /// Makes the checks, those that are no statements too.
    mutating func make(
        _ extent: AuditExtent, losses: [(place: String, what: String)],
        onProgress: @escaping @Sendable (Int, Int) -> Void = { _, _ in }
    ) async throws {
        try await make(checks, extent, losses: losses, onProgress: onProgress)
    }

    mutating func make(
        _ checks: [AuditCheck], _ extent: AuditExtent, losses: [(place: String, what: String)],
        onProgress: @escaping @Sendable (Int, Int) -> Void = { _, _ in }
    ) async throws {
        let (sink, day, log) = (sink, day, log)
        let items = Self.longestFirst(checks)
        let done = Mutex(0)
        onProgress(0, items.count)
        let looked = try await snapshot.map(items) { check, sql in
            let lane = AuditLane(sql: sql, sink: sink, day: day, log: log, extent: extent, losses: losses)
            let looked = try await lane.make(check)
            onProgress(
                done.withLock { done in
                    done += 1; return done
                }, items.count)
            return looked
        }
        for names in looked { whole.formUnion(names) }
    }

    /// A long one that came last would keep one connection busy and the others idle. `AuditLane` makes the checkpoints with the
    /// log's nodes.
    private static func longestFirst(_ checks: [AuditCheck]) -> [AuditCheck] {
        let long = [AuditCheck.sealed.name, AuditCheck.logNode.name]
        return checks.filter { long.contains($0.name) }
            + checks.filter { !long.contains($0.name) && $0.name != AuditCheck.checkpoint.name }
    }

    /// Published bulletins, each made again from what was recorded before its moment.
    static func alteredBulletins(_ sql: any PostgresExecutor) async throws -> [(number: String, day: Day)] {
        var altered: [(String, Day)] = []
        let published = try await sql.execute(
            """
            SELECT b.number, b.as_of, b.known_at, b.published_on, f.content
            FROM bulletin_publications b LEFT JOIN bulletin_forms f ON f.number = b.number AND f.form = 'json' ORDER BY b.number
            """)
        for row in published {
            let number = try row.decode("number", as: String.self)
            let day = try row.decode("as_of", as: Day.self)
            let count = BulletinCount(day: day, knownAt: try row.decode("known_at"), area: nil)
            let made = try await count.read(SharedSnapshot(sql))
                .document(number: number, publishedOn: try row.decode("published_on"))
            let content = try row.decodeIfPresent("content", as: [UInt8].self) ?? []
            // A later program may write a document otherwise; what it says is compared.
            let kept = try? RegistryJSON.decoder().decode(BulletinDocument.self, from: Data(content))
            if try kept?.json() != made.json() { altered.append((number, day)) }
        }
        return altered
    }
}

extension AuditCheck {
    /// As `statement` makes it in SQL, for findings that no statement makes.
    func fingerprint(_ recordId: String, _ detail: String) -> UUID {
        let text = [name, recordKind, severity.rawValue, recordId, detail].joined(separator: "\u{1f}")
        let hash = Array(SHA256.hash(data: Data(text.utf8)).prefix(16))
        return hash.withUnsafeBytes { UUID(uuid: $0.loadUnaligned(as: uuid_t.self)) }
    }

    /// Statements in the program, those made from the manifest, and the manifest's own.
    static func all(_ manifest: GuardManifest) -> [AuditCheck] {
        [guardChanged] + all + [sealed, sealsLost, publication, logNode, checkpoint]
            + GuardRowChecks(manifest: manifest).checks
    }

    static let guardChanged = AuditCheck(
        name: "guardChanged", rule: .Q8, recordKind: "guard", reach: .register,
        message: Text(
            zh: "数据库的约束、触发器、函数、字段或权限与程序所要求的不同（{detail}）",
            en:
                "a constraint, trigger, function, column or right in the database is not what the program asks for ({detail})"
        ),
        sql: "")
}

extension AuditCheck {
    static let publication = AuditCheck(
        name: "publication", rule: .V1, recordKind: "bulletin", reach: .register,
        message: Text(
            zh: "已发布的通报（截至{detail}）由登记库重新生成时结果不同",
            en: "the published bulletin of {detail} comes out otherwise from the register"),
        sql: "")
}

extension PostgresExecutor {
    /// Runs a part of an audit in the transaction under way; where it cannot be made the rest of the audit goes on.
    ///
    /// - Returns: what it came to; nil where it was done.
    func spoilt(by body: () async throws -> Void) async throws -> PostgresError? {
        _ = try await execute("SAVEPOINT before_part")
        do {
            try await body()
            _ = try await execute("RELEASE SAVEPOINT before_part")
            return nil
        } catch let error as PostgresError where error.namesWhatWasSpoilt {
            _ = try await pipeline(["ROLLBACK TO SAVEPOINT before_part", "RELEASE SAVEPOINT before_part"])
            return error
        }
    }
}

extension PostgresError {
    /// Class 22 of the SQLSTATEs, data exception: a value that is no date or no number where one should be. 42501, a right that
    /// was taken away. Whoever does either does not switch the audit off.
    fileprivate var namesWhatWasSpoilt: Bool { sqlState.rawValue.hasPrefix("22") || sqlState.rawValue == "42501" }
}
