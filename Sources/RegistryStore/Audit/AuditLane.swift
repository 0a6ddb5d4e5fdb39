import Foundation
import PostgresClient
import RegistryDomain

/// What one connection does of a run: a check at a time, over everything or over the extent's learners.
struct AuditLane: Sendable {
    static let batch: Int32 = 1_000

    let sql: any PostgresExecutor
    let sink: any AuditSink
    let day: Day
    let log: LogEvidence
    let extent: AuditExtent
    /// What the manifest asks for and the catalogue lacks.
    let losses: [(place: String, what: String)]

    /// - Returns: the checks that were looked at everybody's records for; the tree of the log is made once for both that need it.
    func make(_ check: AuditCheck) async throws -> Set<String> {
        switch check.name {
        case AuditCheck.sealed.name: try await all(check, with: extent.seals.parameters)
        case AuditCheck.guardChanged.name: try await take(losses.map { ($0.place, $0.what) }, of: check)
        case AuditCheck.logNode.name:
            let tree = try await LogTreeCheck(evidence: log).run(sql)
            try await take(tree.nodes.map { ($0.place, $0.what) }, of: check)
            try await take(tree.checkpoints.map { ($0.size, $0.what) }, of: .checkpoint)
            return [check.name, AuditCheck.checkpoint.name]
        case AuditCheck.publication.name: try await publications(check)
        default:
            guard let scope = extent.scope, extent.base?.failed.contains(check.name) != true else {
                try await all(check)
                break
            }
            return try await part(check, scope) ? [check.name] : []
        }
        return [check.name]
    }

    private func publications(_ check: AuditCheck) async throws {
        var altered: [(number: String, day: Day)] = []
        if let error = try await sql.spoilt(by: { altered = try await AuditRun.alteredBulletins(sql) }) {
            try await fail(check, error)
        } else {
            try await take(altered.map { ($0.number, $0.day.description) }, of: check)
        }
    }

    /// What was found otherwise than by a statement.
    private func take(_ found: [(record: String, detail: String)], of check: AuditCheck) async throws {
        let rows = found.map { record, detail in
            FoundRow(id: check.fingerprint(record, detail), recordId: record, detail: detail, scope: nil)
        }
        if !rows.isEmpty { try await sink.take(rows, of: check, failed: false) }
    }

    /// - Returns: whether everything was looked at all the same.
    private func part(_ check: AuditCheck, _ scope: [UUID]) async throws -> Bool {
        switch check.reach {
        case .guarded: return false
        case .register: break
        case .person:
            if try await run(check, check.statement(on: day, scope: scope)) == nil { return false }
            // A check that a spoilt record stops is made again over everything, to fail as a full run does.
            try await sink.drop(check)
        }
        try await all(check)
        return true
    }

    private func all(_ check: AuditCheck, with further: [Parameter] = []) async throws {
        var statement = check.statement(on: day)
        statement.parameters += further
        guard let error = try await run(check, statement) else { return }
        try await sink.drop(check)
        try await fail(check, error)
    }

    private func fail(_ check: AuditCheck, _ error: PostgresError) async throws {
        let state = error.sqlState.rawValue
        let row = FoundRow(id: check.fingerprint(check.name, state), recordId: check.name, detail: state, scope: nil)
        try await sink.take([row], of: check, failed: true)
    }

    /// - Returns: what a spoilt record came to.
    private func run(_ check: AuditCheck, _ statement: Statement) async throws -> PostgresError? {
        try await sql.spoilt {
            _ = try await sql.pipeline([
                "SET LOCAL cursor_tuple_fraction = 1",
                Statement("DECLARE found NO SCROLL CURSOR FOR \(statement.sql)", statement.parameters),
            ])
            while true {
                let rows = try await sql.execute(Statement("FETCH \(unescaped: String(Self.batch)) FROM found"))
                if rows.isEmpty { break }
                try await sink.take(try rows.map(FoundRow.init), of: check, failed: false)
            }
            _ = try await sql.execute("CLOSE found")
        }
    }
}
