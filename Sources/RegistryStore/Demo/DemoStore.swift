import Foundation
import PostgresClient
import RegistryDomain

/// The tables that demo data is staged in: a statement that makes it, and rows as COPY takes them.
public struct DemoTable: Sendable {
    public var name: String
    public var columns: String
    /// Hands each row over; nil is NULL.
    public var rows: @Sendable (_ take: (_ row: [String?]) async throws -> Void) async throws -> Void

    public init(
        name: String, columns: String,
        rows: @escaping @Sendable (_ take: (_ row: [String?]) async throws -> Void) async throws -> Void
    ) {
        self.name = name
        self.columns = columns
        self.rows = rows
    }
}

extension RegistryStore {
    public struct DemoState: Sendable {
        public var learners: Int
        /// Users who have a username of the demo.
        public var demoUsers: Int
    }

    /// What is there before demo data is loaded: nothing of a real register may be mixed with it.
    ///
    /// - Parameter usernames: those of the demo.
    public func demoState(usernames: [String]) async throws -> DemoState {
        let row = try await translating {
            try await pool.execute(
                """
                SELECT (SELECT count(*) FROM learners) AS learners,
                       (SELECT count(*) FROM users WHERE username = ANY (\(usernames))) AS demo_users
                """)[0]
        }
        return DemoState(learners: try row.decode("learners"), demoUsers: try row.decode("demo_users"))
    }

    /// Stages the tables by COPY and moves them into the register, all in one transaction, as the owner of the schema;
    /// every constraint and trigger applies.
    public func loadDemo(_ tables: [DemoTable]) async throws {
        try await translating {
            try await pool.withTransaction(retries: 0) { sql in
                for table in tables {
                    try await sql.execute(
                        "CREATE TEMPORARY TABLE \(unescaped: table.name) (\(unescaped: table.columns)) ON COMMIT DROP")
                    try await sql.copyIn("COPY \(table.name) FROM STDIN") { writer in
                        let lines = CopyLines(writer: writer)
                        try await table.rows { try await lines.append($0) }
                        try await lines.finish()
                    }
                    try await sql.execute("ANALYZE \(unescaped: table.name)")
                }
                for statement in DemoStatements.all + DemoTrainingStatements.all { try await sql.execute(statement) }
            }
            for table in [
                "learners", "employments", "claims", "decisions", "register_entries", "standing_entries",
                "completion_records",
            ] {
                try await pool.execute("ANALYZE \(unescaped: table)")
            }
        }
    }
}

/// Rows in COPY's text format (PostgreSQL, COPY, File Formats), sent in pieces of some hundred kilobytes.
final class CopyLines {
    private let writer: CopyWriter
    private var buffer: [UInt8] = []

    init(writer: CopyWriter) { self.writer = writer }

    func append(_ row: [String?]) async throws {
        for (index, field) in row.enumerated() {
            if index > 0 { buffer.append(0x09) }
            guard let field else {
                buffer.append(contentsOf: [0x5C, 0x4E])
                continue
            }
            for byte in field.utf8 {
                switch byte {
                case 0x5C: buffer.append(contentsOf: [0x5C, 0x5C])
                case 0x09: buffer.append(contentsOf: [0x5C, 0x74])
                case 0x0A: buffer.append(contentsOf: [0x5C, 0x6E])
                case 0x0D: buffer.append(contentsOf: [0x5C, 0x72])
                default: buffer.append(byte)
                }
            }
        }
        buffer.append(0x0A)
        if buffer.count > 256 * 1024 { try await finish() }
    }

    func finish() async throws {
        guard !buffer.isEmpty else { return }
        let piece = buffer
        buffer.removeAll(keepingCapacity: true)
        try await writer.write(piece)
    }
}

/// From the staged tables into the register.
enum DemoStatements {
    static let all: [Statement] = [
        """
        INSERT INTO employers (id, credit_code, name, kind, level, division)
        SELECT id, credit_code, name, kind, level, division FROM demo_employers
        """,
        """
        INSERT INTO learners (id, id_number, name, gender, post, title, professional_since, employer_id, area)
        SELECT l.id, l.id_number, l.name, l.gender, l.post, l.title, l.professional_since, e.id, e.area
        FROM demo_learners l JOIN employers e ON e.id = coalesce(l.next_employer, l.employer)
        """,
        "INSERT INTO learner_id_numbers (id_number, learner_id) SELECT id_number, id FROM demo_learners",
        """
        INSERT INTO users (id, username, person_name, password_hash, role, authority, employer_id, learner_id)
        SELECT id, username, person_name, password_hash, role, authority, employer, learner FROM demo_users
        ON CONFLICT (username) DO NOTHING
        """,
        """
        INSERT INTO access_log (user_id, role, authority, action, outcome)
        SELECT id, role, authority, 'loadDemo', 'allowed' FROM demo_users ORDER BY username
        """,
        """
        INSERT INTO employments (learner_id, employer_id, employed_from, employed_until, recorded_by)
        SELECT id, employer, employed_from, CASE WHEN next_employer IS NULL THEN employed_until ELSE moved_on - 1 END, admin.user_id
        FROM demo_learners, (SELECT id AS user_id FROM demo_users WHERE role = 'cityOfficer') admin
        UNION ALL
        SELECT id, next_employer, moved_on, employed_until, admin.user_id
        FROM demo_learners, (SELECT id AS user_id FROM demo_users WHERE role = 'cityOfficer') admin WHERE next_employer IS NOT NULL
        """,
        """
        INSERT INTO completion_records (id, record_number, learner_id, subject_year, compulsory_hours, elective_hours,
            compulsory_finished_on, elective_started_on, test_passed_on, source, recorded_by)
        SELECT record, record_number, learner, subject_year, compulsory, elective, compulsory_finished_on, elective_started_on,
               passed_on, 'platform', u.id
        FROM demo_studies, (SELECT id FROM demo_users WHERE role = 'cityOfficer') u WHERE mode = 'online'
        """,
        """
        INSERT INTO claims (id, learner_id, subject_year, mode, hours, completion_record_id, session_code, evidence, reason, rules, flags,
            assumptions, routed_to, employer_id, area, submitted_by, submitted_on, state_since)
        SELECT s.claim, s.learner, s.subject_year, s.mode, s.compulsory + s.elective,
               CASE WHEN s.mode = 'online' THEN s.record END, s.session_code,
               CASE s.mode WHEN 'online' THEN jsonb_build_object('recordNumber', s.record_number, 'compulsoryHours', s.compulsory,
                        'electiveHours', s.elective, 'compulsoryFinishedOn', s.compulsory_finished_on,
                        'electiveStartedOn', s.elective_started_on, 'testPassedOn', s.passed_on)
                    ELSE jsonb_build_object('sessionCode', s.session_code, 'startedOn', s.elective_started_on, 'endedOn', s.passed_on,
                        'hours', s.compulsory + s.elective, 'assessmentPassed', true) END,
               s.reason, ARRAY[s.rule], CASE WHEN s.flag IS NULL THEN '{}'::text[] ELSE ARRAY[s.flag] END,
               string_to_array(s.assumptions, ','), s.routed_to, s.employer, e.area, u.id, s.submitted_on, s.submitted_on
        FROM demo_studies s JOIN employers e ON e.id = s.employer JOIN demo_users u ON u.authority = s.routed_to AND u.role <> 'clerk'
        """,
        """
        INSERT INTO claim_routings (claim_id, routing, authority, recorded_by, routed_on)
        SELECT id, 1, routed_to, submitted_by, submitted_on FROM claims
        """,
        """
        INSERT INTO claim_events (claim_id, event, state, reason, occurred_on, recorded_by)
        SELECT id, 'submit', 'submitted', reason, submitted_on, submitted_by FROM claims ORDER BY submitted_on, id
        """,
        """
        INSERT INTO decisions (id, claim_id, routing, authority, decision, reason, answers, decided_by, decided_on)
        SELECT s.decision, s.claim, 1, s.routed_to, CASE s.state WHEN 'recognized' THEN 'recognize' WHEN 'returned' THEN 'return' ELSE 'reject' END,
               CASE s.state WHEN 'recognized' THEN NULL WHEN 'returned' THEN '请补充培训档案复印件。' ELSE '材料与本人不符。' END,
               CASE WHEN s.flag IS NULL THEN '{}'::jsonb ELSE jsonb_build_object(s.flag, '外出支教期间无法参加面授，同意。') END,
               u.id, s.decided_on
        FROM demo_studies s JOIN demo_users u ON u.authority = s.routed_to AND u.role <> 'clerk'
        WHERE s.state IN ('recognized', 'returned', 'rejected') ORDER BY s.decided_on, s.claim
        """,
        """
        INSERT INTO register_entries (id, kind, learner_id, subject_year, mode, hours, claim_id, decision_id, decision,
            completion_record_id, session_code, recognized_by, recognized_on, recorded_by)
        SELECT s.entry, 'recognition', s.learner, s.subject_year, s.mode, s.compulsory + s.elective, s.claim, s.decision, 'recognize',
               CASE WHEN s.mode = 'online' THEN s.record END, s.session_code, s.routed_to, s.decided_on, d.decided_by
        FROM demo_studies s JOIN decisions d ON d.id = s.decision
        WHERE s.state = 'recognized' ORDER BY s.decided_on, s.claim
        """,
        """
        INSERT INTO claim_events (claim_id, event, state, reason, occurred_on, recorded_by)
        SELECT s.claim, CASE s.state WHEN 'recognized' THEN 'recognize' WHEN 'returned' THEN 'return' WHEN 'rejected' THEN 'reject' ELSE 'withdraw' END,
               s.state, d.reason, s.decided_on, coalesce(d.decided_by, c.submitted_by)
        FROM demo_studies s JOIN claims c ON c.id = s.claim LEFT JOIN decisions d ON d.id = s.decision
        WHERE s.state <> 'submitted' ORDER BY s.decided_on, s.claim
        """,
        """
        UPDATE claims c SET state = s.state, state_since = s.decided_on, version = 2
        FROM demo_studies s WHERE s.claim = c.id AND s.state <> 'submitted'
        """,
        """
        INSERT INTO register_entries (id, kind, learner_id, subject_year, mode, hours, paper_number, recognized_by, recognized_on, recorded_by)
        SELECT o.id, 'opening', o.learner, o.subject_year, 'faceToFace', o.hours, o.paper_number, u.authority, o.recognized_on, u.id
        FROM demo_openings o JOIN learners l ON l.id = o.learner JOIN demo_users u ON u.authority = l.area AND u.role <> 'clerk'
        ORDER BY o.paper_number
        """,
        """
        INSERT INTO reversals (entry_id, reason, reversed_by, reversed_on, recorded_by)
        SELECT s.entry, '重复录入，予以撤销。', s.routed_to, s.decided_on + 10, d.decided_by
        FROM demo_studies s JOIN decisions d ON d.id = s.decision WHERE s.is_reversed AND s.state = 'recognized'
        """,
        """
        INSERT INTO excuses (id, learner_id, subject_year, reason, document, lifts_duty, approved_by, approved_on, recorded_by)
        SELECT x.id, x.learner, x.subject_year, x.reason, x.document, x.lifts_duty, u.authority, x.approved_on, u.id
        FROM demo_excuses x JOIN learners l ON l.id = x.learner JOIN demo_users u ON u.authority = l.area AND u.role <> 'clerk'
        """,
        """
        INSERT INTO certificates (id, code, learner_id, entries, name, printed_on, recorded_by)
        SELECT c.id, c.code, c.learner, ARRAY(SELECT s.entry_id FROM standing_entries s WHERE s.learner_id = c.learner ORDER BY s.entry_number),
               l.name, c.printed_on, u.id
        FROM demo_certificates c JOIN learners l ON l.id = c.learner, (SELECT id FROM demo_users WHERE role = 'cityOfficer') u
        """,
    ]
}

extension RegistryStore {
    /// Whether anybody ever had this number.
    public func knowsIdNumber(_ idNumber: String) async throws -> Bool {
        try await translating {
            try await !pool.execute("SELECT FROM learner_id_numbers WHERE id_number = \(idNumber)").isEmpty
        }
    }
}
