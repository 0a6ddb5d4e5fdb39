import Foundation
import PostgresClient
import RegistryDomain

extension RegistryStore {
    /// The most lines that one list hands in.
    public static let largestAttendance = 5000

    /// Takes a list in, each line once: what the code on the screen recorded, or the same list before, stays as it was.
    public func recordAttendance(
        session: UUID, _ attendance: NewAttendance, as caller: Caller, once: OnceKey? = nil
    ) async throws -> AttendanceResults {
        try await permit(.takeAttendance, caller, record: session)
        guard (1...Self.largestAttendance).contains(attendance.records.count) else {
            throw StoreError.invalid([
                .field(
                    "records", found: "\(attendance.records.count)",
                    expected: Text(zh: "1至\(Self.largestAttendance)行", en: "1 to \(Self.largestAttendance) lines"))
            ])
        }
        let now = clock.now
        return try await write(as: caller, once: once) { transaction in
            try await transaction.record(attendance, in: session, now: now)
        }
    }

    /// A record that takes another's place, with its reason; also for somebody who was not recorded at all.
    public func correctAttendance(
        session: UUID, _ correction: AttendanceCorrection, as caller: Caller, once: OnceKey? = nil
    ) async throws -> AttendanceRecord {
        try await permit(.takeAttendance, caller, record: session)
        return try await write(as: caller, once: once) { transaction in
            try FieldChecks.statement(correction.reason, field: "reason")
            _ = try await transaction.one(
                "SELECT 1 AS held FROM training_half_days WHERE id = \(correction.halfDayId) AND session_id = \(session)",
                orElse: .sessionUnknown)
            let id = UUID()
            let results = try await transaction.pipeline([
                """
                INSERT INTO training_attendance (id, session_id, half_day_id, learner_id, is_present, method, corrects, reason, recorded_on,
                                                 recorded_by)
                SELECT \(id), \(session), \(correction.halfDayId), \(correction.learnerId), \(correction.isPresent), 'correction',
                       (SELECT a.id FROM training_attendance_now a
                        WHERE a.half_day_id = \(correction.halfDayId) AND a.learner_id = \(correction.learnerId)),
                       \(correction.reason), \(transaction.today), \(caller.userId)
                """,
                AccessLine(.takeAttendance, learner: correction.learnerId, record: id, reason: "correct")
                    .statement(by: caller),
                "SELECT \(unescaped: AttendanceRecord.json) AS record \(unescaped: AttendanceRecord.from) WHERE a.id = \(id)",
            ])
            return try results[2][0].json("record")
        }
    }

    /// The session's list as far as the caller sees its people, in the order of ranks.
    public func participants(session: UUID, as caller: Caller) async throws -> [ParticipantRecord] {
        try await permit(.readTraining, caller, record: session)
        return try await read(as: caller) { transaction in
            _ = try await transaction.trainingSession(session)
            let results = try await transaction.pipeline([
                """
                SELECT \(unescaped: ParticipantRecord.json) AS record \(unescaped: ParticipantRecord.from)
                WHERE i.session_id = \(session) ORDER BY i.rank
                """,
                AccessLine(.readTraining, record: session).statement(by: caller),
            ])
            return try results[0].map { try $0.json("record") }
        }
    }
}

extension RegistryTransaction {
    fileprivate struct Line: Encodable {
        var id: UUID
        var halfDayId: UUID
        var learnerId: UUID
        var seenAt: Date
    }

    fileprivate func record(_ attendance: NewAttendance, in id: UUID, now: Date) async throws -> AttendanceResults {
        let session = try await holdTrainingSession(id, in: [.called, .recognized])
        var refused: [Int: Reason] = [:]
        let days = Dictionary(uniqueKeysWithValues: session.halfDays.map { ($0.id, $0.day) })
        let lines = attendance.records.map {
            Line(id: $0.id ?? UUID(), halfDayId: $0.halfDayId, learnerId: $0.learnerId, seenAt: $0.seenAt ?? now)
        }
        for (index, line) in lines.enumerated() {
            guard let day = days[line.halfDayId] else {
                refused[index] = .sessionUnknown
                continue
            }
            if Day(line.seenAt) != day || day > today { refused[index] = .seenAnotherDay }
        }
        let open = lines.enumerated().filter { refused[$0.offset] == nil }.map(\.element)
        var statements: [Statement] = []
        if let upload = attendance.uploadId {
            statements.append(
                """
                INSERT INTO training_uploads (id, session_id, rows, recorded_by)
                VALUES (\(upload), \(id), \(Int32(lines.count)), \(caller.userId)) ON CONFLICT (id) DO NOTHING
                """)
        }
        statements.append(
            """
            WITH lines AS (
                SELECT x.* FROM jsonb_to_recordset(\(JSONB(text: try RegistryJSON.string(open))))
                    AS x (id uuid, "halfDayId" uuid, "learnerId" uuid, "seenAt" timestamptz)
            ), judged AS MATERIALIZED (
                SELECT l.*, CASE
                    WHEN NOT EXISTS (SELECT FROM training_invitations i WHERE i.session_id = \(id) AND i.learner_id = l."learnerId"
                                     AND i.state IN ('called', 'confirmed')) THEN 'notCalled'
                    WHEN EXISTS (SELECT FROM training_attendance a WHERE a.half_day_id = l."halfDayId" AND a.learner_id = l."learnerId")
                         OR EXISTS (SELECT FROM training_attendance a WHERE a.id = l.id) THEN 'already'
                    WHEN EXISTS (SELECT FROM standing_entries e JOIN learners p ON p.id = l."learnerId"
                                 WHERE e.session_code = \(session.code) AND e.learner_id = coalesce(p.merged_into, p.id)) THEN 'recognizedStays'
                    ELSE 'recorded' END AS code
                FROM lines l
            ), recorded AS (
                INSERT INTO training_attendance (id, session_id, half_day_id, learner_id, is_present, method, seen_at, upload_id, recorded_on,
                                                 recorded_by)
                SELECT DISTINCT ON ("halfDayId", "learnerId") id, \(id), "halfDayId", "learnerId", true,
                       CASE WHEN \(attendance.uploadId)::uuid IS NULL THEN 'list' ELSE 'offline' END, "seenAt", \(attendance.uploadId),
                       \(today), \(caller.userId)
                FROM judged WHERE code = 'recorded' ORDER BY "halfDayId", "learnerId", "seenAt", id
                ON CONFLICT DO NOTHING RETURNING half_day_id, learner_id
            )
            SELECT j."halfDayId" AS half_day, j."learnerId" AS learner,
                   CASE WHEN j.code = 'recorded' AND r.learner_id IS NULL THEN 'already' ELSE j.code END AS code
            FROM judged j LEFT JOIN recorded r ON r.half_day_id = j."halfDayId" AND r.learner_id = j."learnerId"
            """)
        statements.append(
            AccessLine(.takeAttendance, record: attendance.uploadId ?? id).statement(by: caller))
        let rows = try await pipeline(statements)[statements.count - 2]
        var codes: [[UUID]: String] = [:]
        for row in rows {
            codes[[try row.decode("half_day", as: UUID.self), try row.decode("learner", as: UUID.self)]] =
                try row.decode("code", as: String.self)
        }
        return AttendanceResults(lines.map { ($0.halfDayId, $0.learnerId) }, codes: codes, refused: refused)
    }
}

extension AttendanceResults {
    /// A line that stands twice in one list was taken once.
    fileprivate init(_ lines: [(UUID, UUID)], codes: [[UUID]: String], refused: [Int: Reason]) {
        var seen: Set<[UUID]> = []
        results = lines.enumerated().map { index, line in
            let (halfDay, learner) = line
            let reason: Reason?
            var code = codes[[halfDay, learner]] ?? "already"
            switch code {
            case "notCalled": reason = .notCalled
            case "recognizedStays": reason = .recognizedStays
            default: reason = refused[index]
            }
            if reason == nil, !seen.insert([halfDay, learner]).inserted { code = "already" }
            return Result(
                halfDayId: halfDay, learnerId: learner, code: reason?.code ?? code, rule: reason?.rule,
                message: reason?.message)
        }
        recorded = results.count { $0.code == "recorded" }
        already = results.count { $0.code == "already" }
        self.refused = results.count - recorded - already
    }
}
