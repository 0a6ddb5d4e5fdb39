import PostgresClient

@testable import RegistryJobs

/// A few random things that happen to a register, lawful or not, all past its triggers.
struct RandomHistory {
    let registry: TestRegistry
    let number: Int

    private static let columns: [(table: String, column: String)] = [
        ("learners", "name"), ("learners", "id_number"), ("learners", "merged_into"), ("learners", "employer_id"),
        ("learners", "area"), ("learner_id_numbers", "learner_id"), ("employments", "learner_id"),
        ("employments", "employer_id"), ("employments", "employed_from"), ("employments", "retracted_at"),
        ("completion_records", "learner_id"), ("completion_records", "test_passed_on"),
        ("completion_records", "compulsory_hours"), ("completion_records", "subject_year"), ("claims", "learner_id"),
        ("claims", "state"), ("claims", "routed_to"), ("claims", "submitted_by"), ("claims", "employer_id"),
        ("claims", "completion_record_id"), ("claims", "evidence"), ("claim_routings", "authority"),
        ("claim_events", "claim_id"), ("claim_events", "event"), ("decisions", "claim_id"), ("decisions", "decided_by"),
        ("decisions", "decided_on"), ("register_entries", "learner_id"), ("register_entries", "claim_id"),
        ("register_entries", "decision_id"), ("register_entries", "completion_record_id"),
        ("register_entries", "hours"), ("register_entries", "subject_year"), ("register_entries", "recorded_by"),
        ("reversals", "entry_id"), ("reversals", "reversed_by"), ("standing_entries", "learner_id"),
        ("standing_entries", "completes"), ("standing_entries", "hours"), ("certificates", "learner_id"),
        ("certificates", "entries"), ("excuses", "learner_id"), ("excuses", "approved_by"), ("employers", "level"),
        ("employers", "division"), ("employers", "merged_into"), ("users", "authority"), ("users", "learner_id"),
    ]

    /// - Returns: what was done.
    func live() async throws -> [String] {
        var random = SeededGenerator(seed: 4711, kind: 91, number: number)
        var done: [String] = []
        for _ in 0..<random.number(1...4) {
            let statement = change(&random)
            let admin = registry.admin
            _ = try await admin.execute("BEGIN")
            do {
                _ = try await admin.execute("SET LOCAL session_replication_role = replica")
                _ = try await admin.execute(Statement(statement))
                _ = try await admin.execute("COMMIT")
                done.append(statement)
            } catch is PostgresError {
                // What a constraint refuses even here did not happen.
                _ = try await admin.execute("ROLLBACK")
            }
        }
        return done
    }

    private func change(_ random: inout SeededGenerator) -> String {
        let (table, column) = random.pick(Self.columns)
        let salt = "\(number)-\(random.number(0...999_999))"
        func row(_ what: String, _ salt: String) -> String {
            "(SELECT \(what) FROM \(table) o ORDER BY md5(o::text || '\(salt)') LIMIT 1)"
        }
        let learners = "learners WHERE merged_into IS NULL ORDER BY md5(id::text || '\(salt)')"
        switch random.number(0...9) {
        case 0..<6:
            return "UPDATE \(table) SET \(column) = \(row(column, salt + "b")) WHERE ctid = \(row("ctid", salt))"
        case 6: return "DELETE FROM \(table) WHERE ctid = \(row("ctid", salt))"
        case 7:
            return """
                UPDATE learners SET merged_into = (SELECT id FROM \(learners) LIMIT 1)
                WHERE id = (SELECT id FROM \(learners) OFFSET 1 LIMIT 1)
                """
        case 8:
            return """
                UPDATE learners SET merged_into = NULL
                WHERE ctid = (SELECT ctid FROM learners WHERE merged_into IS NOT NULL LIMIT 1)
                """
        default:
            return """
                INSERT INTO merges (kept_id, merged_id, reason, document, entries_before, entries_after, merged_on, recorded_by)
                SELECT l.merged_into, l.id, '同一人', '证明', 1, 1, '2018-12-01', u.id
                FROM learners l, users u WHERE l.merged_into IS NOT NULL AND u.username = 'officer-city' LIMIT 1
                """
        }
    }
}
