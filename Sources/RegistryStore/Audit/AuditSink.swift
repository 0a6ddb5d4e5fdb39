import Foundation
import PostgresClient
import RegistryDomain

/// One row of a check.
struct FoundRow: Sendable {
    var id: UUID
    var recordId: String
    var detail: String
    var scope: UUID?

    init(id: UUID, recordId: String, detail: String, scope: UUID?) {
        self.id = id
        self.recordId = recordId
        self.detail = detail
        self.scope = scope
    }

    init(_ row: Row) throws {
        self.init(
            id: try row.decode("id"), recordId: try row.decode("record_id"), detail: try row.decode("detail"),
            scope: try row.decodeIfPresent("scope"))
    }
}

/// Where a run puts what it finds while it goes on: a few rows at a time, so that a register full of mistakes costs no
/// more memory than one without.
protocol AuditSink: Sendable {
    func take(_ rows: [FoundRow], of check: AuditCheck, failed: Bool) async throws
    /// What was taken of a check that then could not be finished.
    func drop(_ check: AuditCheck) async throws
}

/// Counts, and holds the few that a report lists: for a look at a register that nothing is written to.
actor CountingSink: AuditSink {
    private(set) var counts: [String: Int] = [:]
    private var listed: [String: [AuditFinding]] = [:]

    func take(_ rows: [FoundRow], of check: AuditCheck, failed: Bool) {
        let held = counts[check.name] ?? 0
        let room = max(AuditListing.ofOneCheck - held, 0)
        listed[check.name, default: []] += rows.prefix(room).map { check.finding($0, failed: failed) }
        counts[check.name] = held + rows.count
    }

    func drop(_ check: AuditCheck) {
        counts[check.name] = nil
        listed[check.name] = nil
    }

    /// In the order of the checks, whichever ended first.
    func listed(of checks: [AuditCheck]) -> [AuditFinding] {
        Array(checks.flatMap { listed[$0.name] ?? [] }.prefix(AuditListing.all))
    }
}

/// Writes to the register beside the run's own transaction, under the run's number.
struct StagingSink: AuditSink {
    let store: RegistryStore
    let run: UUID

    func take(_ rows: [FoundRow], of check: AuditCheck, failed: Bool) async throws {
        let scopes = rows.map { $0.scope?.uuidString ?? "" }
        _ = try await store.pool.execute(
            """
            INSERT INTO audit_staged_findings (run_id, id, check_name, rule, severity, record_kind, record_id, detail, scope)
            SELECT \(run), f.id, \(check.name), \(check.rule.rawValue), \(failed ? "error" : check.severity.rawValue),
                   \(failed ? AuditCheck.failedKind : check.recordKind), f.record_id, f.detail, nullif(f.scope, '')::uuid
            FROM unnest(\(rows.map(\.id)), \(rows.map(\.recordId)), \(rows.map(\.detail)), \(scopes)) f (id, record_id, detail, scope)
            ON CONFLICT DO NOTHING
            """)
    }

    func drop(_ check: AuditCheck) async throws {
        _ = try await store.pool.execute(
            "DELETE FROM audit_staged_findings WHERE run_id = \(run) AND check_name = \(check.name)")
    }
}

/// The most findings that a report lists, and of one check; all are counted.
enum AuditListing {
    static let all = 1000
    static let ofOneCheck = 100
}

extension AuditCheck {
    /// The kind of record of a check that could not be made.
    static let failedKind = "check"

    func finding(_ row: FoundRow, failed: Bool = false) -> AuditFinding {
        failed
            ? AuditFinding(
                id: row.id, check: name, rule: rule, severity: .error, recordKind: Self.failedKind,
                recordId: row.recordId, message: Self.whyNot(sqlState: row.detail), remedy: AuditRemedy.spoilt)
            : AuditFinding(
                id: row.id, check: name, rule: rule, severity: severity, recordKind: recordKind, recordId: row.recordId,
                message: message.filled(["detail": row.detail]), remedy: remedy)
    }

    private static func whyNot(sqlState: String) -> Text {
        sqlState == "42501"
            ? Text(
                zh: "无法核查：数据库不允许读取（\(sqlState)）。",
                en: "could not be checked: the database lets nobody read it (\(sqlState)).")
            : Text(
                zh: "无法核查：记录内容不成格式（\(sqlState)）。",
                en: "could not be checked: a record is malformed (\(sqlState)).")
    }
}
