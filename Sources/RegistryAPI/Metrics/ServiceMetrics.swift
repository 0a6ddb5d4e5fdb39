import Foundation
import HTTPTypes
import RegistryDomain
import RegistryJobs
import RegistryStore

/// What this daemon measures, by name.
extension APIServices {
    func describeMetrics() {
        metrics.describe("ceregistry_http_requests_total", .counter, "Requests by method, route template and status.")
        metrics.describe("ceregistry_http_request_seconds", .histogram, "Time to answer, by method and route template.")
        metrics.describe(
            "ceregistry_decisions_total", .counter,
            "Decisions on claims, by what was decided and whether it was made or refused.")
        metrics.describe("ceregistry_pool_connections", .gauge, "Database connections by state.")
        metrics.describe("ceregistry_pool_connections_maximum", .gauge, "Database connections that the pool may open.")
        metrics.describe(
            "ceregistry_replica_reads_total", .counter,
            "Reads that may be a few seconds old, by who answered: the replica, or the primary in its place.")
        metrics.describe("ceregistry_replica_age_seconds", .gauge, "How old a replica's last answer was at most.")
        metrics.describe("ceregistry_pool_waiting", .gauge, "Requests waiting for a database connection.")
        metrics.describe(
            "ceregistry_audit_findings", .gauge,
            "Open findings of the last audit by severity; acknowledged ones are counted apart.")
        metrics.describe("ceregistry_audit_finished_seconds", .gauge, "When the last audit ended, as Unix time.")
        metrics.describe("ceregistry_audit_age_seconds", .gauge, "How long ago the last audit ended, by kind.")
        metrics.describe(
            "ceregistry_log_leaves", .gauge, "Leaves of the transparency log: all, and those under a signed checkpoint."
        )
        metrics.describe("ceregistry_log_waiting", .gauge, "Records that wait for a leaf.")
        metrics.describe(
            "ceregistry_log_checkpoint_age_seconds", .gauge, "How long ago the newest checkpoint was signed.")
        metrics.describe("process_resident_memory_bytes", .gauge, "Resident memory of the daemon.")
        metrics.describe("process_start_time_seconds", .gauge, "When the daemon started, as Unix time.")
        metrics.set("process_start_time_seconds", [], Date().timeIntervalSince1970.rounded())
    }

    func count(_ results: [DecisionResult], of decision: Decision) {
        let made = results.count { $0.status == HTTPResponse.Status.created.code }
        for (outcome, count) in [("made", made), ("refused", results.count - made)] where count > 0 {
            metrics.add(
                "ceregistry_decisions_total", [("decision", decision.rawValue), ("outcome", outcome)], Double(count))
        }
    }

    /// Everything as text, gauges read this moment.
    func currentMetrics() async -> String {
        let statistics = store.statistics
        metrics.set("ceregistry_pool_connections", [("state", "open")], Double(statistics.open))
        metrics.set("ceregistry_pool_connections", [("state", "idle")], Double(statistics.idle))
        metrics.set("ceregistry_pool_connections_maximum", [], Double(statistics.maximumConnections))
        metrics.set("ceregistry_pool_waiting", [], Double(statistics.waiting))
        if let replica = await store.replicaStatistics {
            metrics.set("ceregistry_replica_reads_total", [("by", "replica")], Double(replica.answered))
            metrics.set("ceregistry_replica_reads_total", [("by", "primary")], Double(replica.fellBack))
            metrics.set("ceregistry_replica_age_seconds", [], replica.age)
        }
        if let bytes = Self.residentMemory() { metrics.set("process_resident_memory_bytes", [], Double(bytes)) }
        // The nightly audit is another process: what it found is on the register. A scrape does not wait for a database.
        let store = store
        if let audit = try? await Deadline.run(.seconds(1), { try await store.auditGauges() }) { set(audit) }
        if let log, let gauges = try? await Deadline.run(.seconds(1), { try await log.gauges() }) { set(gauges) }
        return metrics.render()
    }

    private func set(_ audit: AuditGauges) {
        guard let finishedAt = audit.finishedAt else { return }
        let totals = audit.totals
        let counts = [("error", totals.errors), ("warning", totals.warnings), ("acknowledged", totals.acknowledged)]
        for (severity, count) in counts {
            metrics.set("ceregistry_audit_findings", [("severity", severity)], Double(count))
        }
        metrics.set("ceregistry_audit_finished_seconds", [], finishedAt.timeIntervalSince1970.rounded())
        metrics.set("ceregistry_audit_age_seconds", [("kind", "any")], -finishedAt.timeIntervalSinceNow.rounded())
        if let full = audit.fullFinishedAt {
            metrics.set("ceregistry_audit_age_seconds", [("kind", "full")], -full.timeIntervalSinceNow.rounded())
        }
    }

    private func set(_ log: LogGauges) {
        metrics.set("ceregistry_log_leaves", [("state", "all")], Double(log.leaves))
        metrics.set("ceregistry_log_leaves", [("state", "signed")], Double(log.signed))
        metrics.set("ceregistry_log_waiting", [], Double(log.waiting))
        if let signedAt = log.signedAt {
            metrics.set("ceregistry_log_checkpoint_age_seconds", [], -signedAt.timeIntervalSinceNow.rounded())
        }
    }

    /// Pages in memory, second field of statm (proc(5)); nil without /proc.
    private static func residentMemory() -> Int? {
        guard let data = FileManager.default.contents(atPath: "/proc/self/statm") else { return nil }
        let fields = String(decoding: data, as: UTF8.self).split(separator: " ")
        return fields.dropFirst().first.flatMap { Int($0) }.map { $0 * Int(sysconf(Int32(_SC_PAGESIZE))) }
    }
}
