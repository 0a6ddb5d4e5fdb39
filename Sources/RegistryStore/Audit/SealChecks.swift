import Foundation
import PostgresClient
import RegistryDomain

/// Which buckets of seals a run compares with their records (`sql/0014_seals.sql`), and since when records may have come or
/// been lawfully changed.
struct SealExtent: Sendable {
    var buckets: [Int32] = []
    /// Until when everything was sealed before; nil where nothing was.
    var since: Date?

    /// What `AuditCheck.sealed` takes beside the day.
    var parameters: [Parameter] { [Parameter(buckets), Parameter(since)] }
}

extension AuditRun {
    /// Everything by its sums, or the buckets that the feed says were touched, and those that were wrong before.
    func seals(of extent: AuditExtent, trace: AuditTrace?) async throws -> SealExtent {
        let last = try await sql.execute(
            "SELECT sealed_until FROM audit_runs WHERE sealed_until IS NOT NULL ORDER BY finished_at DESC, id LIMIT 1")
        let since = try last.first?.decode("sealed_until", as: Date.self)
        guard extent.kind == .incremental, let base = extent.base, let trace else {
            var buckets = trace?.mismatches
            if buckets == nil { buckets = try await Self.mismatches(sql) }
            return SealExtent(buckets: (buckets ?? []).map(Int32.init), since: since)
        }
        let length = max(base.segments.count, trace.segments.count)
        let segments = (0..<length).filter { number in
            base.segments.dropFirst(number).first != trace.segments.dropFirst(number).first
        }
        let buckets = Set(extent.buckets.map(Int32.init) + segments.map { Int32(-2 - $0) } + base.unsettled + [-1])
        return SealExtent(buckets: buckets.sorted(), since: since)
    }

    /// Buckets whose records do not come to their seals. Where the comparison itself cannot be made, the one of what hangs on
    /// nobody: the check of any bucket says so.
    @Sendable static func mismatches(_ sql: any PostgresExecutor) async throws -> [Int64] {
        var buckets: [Int64] = [-1]
        _ = try await sql.spoilt {
            let rows = try await sql.execute("SELECT bucket::bigint AS bucket FROM seal_mismatches() s (bucket)")
            buckets = try rows.map { try $0.decode("bucket") }
        }
        return buckets
    }
}

extension AuditCheck {
    /// A record is what it was when the audit last saw it, or was changed by what may change it.
    static let sealed = AuditCheck(
        name: "sealed", rule: .Q8, recordKind: "record", reach: .register,
        message: Text(
            zh: "记录与上次核查时封存的内容不符（{detail}）", en: "a record is not what was sealed at an earlier audit ({detail})"),
        sql: """
            SELECT CASE WHEN kind = 'access_log' THEN ('x' || right(id::text, 12))::bit(48)::bigint::text
                   ELSE coalesce(max(name), id::text) END AS record_id,
                   concat_ws(' ', kind, CASE WHEN NOT bool_or(is_new) THEN '不见 removed' WHEN bool_and(is_new) THEN '补写 backdated'
                                       ELSE '改动 changed' END,
                             to_hex(coalesce(bit_xor(digest) FILTER (WHERE is_new), 0))) AS detail
            FROM seal_differences($2::int[], $3::timestamptz)
            WHERE NOT is_lawful AND EXISTS (SELECT FROM audit_seals) GROUP BY kind, id
            """)

    /// Without its memory the audit cannot tell what was changed.
    static let sealsLost = AuditCheck(
        name: "sealsLost", rule: .Q8, recordKind: "guard", reach: .register,
        message: Text(
            zh: "核查的记忆（{detail}）不见了，无法与以前的内容比较",
            en: "the audit's memory ({detail}) is gone: nothing can be compared with before"),
        sql: """
            SELECT 'audit_seals' AS record_id, 'audit_seals' AS detail
            WHERE NOT EXISTS (SELECT FROM audit_seals) AND EXISTS (SELECT FROM audit_runs WHERE sealed_until IS NOT NULL)
            UNION ALL
            SELECT 'audit_state', 'audit_state' WHERE NOT EXISTS (SELECT FROM audit_state) AND EXISTS (SELECT FROM audit_runs)
            UNION ALL
            SELECT 'audit_runs', 'audit_runs' WHERE NOT EXISTS (SELECT FROM audit_runs WHERE sealed_until IS NOT NULL)
              AND EXISTS (SELECT FROM audit_seals)
            """)
}
