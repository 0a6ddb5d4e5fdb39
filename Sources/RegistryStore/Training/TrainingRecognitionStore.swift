import Crypto
import Foundation
import PostgresClient
import RegistryDomain

extension RegistryStore {
    /// Who would get how many hours, and who not and why; nothing is stored.
    public func recognitionPreview(session: UUID, as caller: Caller) async throws -> RecognitionPreview {
        try await permitRecognition(session, caller)
        return try await read(as: caller) { transaction in
            let held = try await transaction.trainingSession(session)
            return RecognitionPreview(held, try await transaction.judged(held))
        }
    }

    /// Recognizes the hours of a whole session in one act and one transaction (R3): a claim, a decision and an entry each.
    ///
    /// - Parameter digest: of the preview that the officer saw.
    /// - Throws: `StoreError.conflict` where there is nothing to recognize, or the list has changed since the preview.
    public func recognizeTraining(session: UUID, digest: String?, as caller: Caller, once: OnceKey? = nil) async throws
        -> RecognitionRecord
    {
        try await permitRecognition(session, caller)
        return try await loggingRefusal(.recognizeTraining, caller, record: session) {
            try await write(as: caller, once: once) { try await $0.recognize(session, digest: digest) }
        }
    }

    /// R3 is said to an officer of another authority, who decides other hours.
    private func permitRecognition(_ session: UUID, _ caller: Caller) async throws {
        if caller.role == .cityOfficer || caller.role == .countyOfficer {
            try await recordRefusal(.recognizeTraining, record: session, reason: .baseRecognizes, caller: caller)
            throw StoreError.forbidden(.baseRecognizes)
        }
        try await permit(.recognizeTraining, caller, record: session)
    }
}

/// A person of the list with what the rules say of the hours.
struct JudgedParticipant {
    var learner: UUID
    var name: String
    var employerName: String?
    var employerId: UUID?
    var area: String
    var hours: Int
    var hasPassed: Bool?
    var entry: UUID?
    /// A claim of this session that somebody handed in and that is still open.
    var openClaim: UUID?
    var verdict: Result<ClaimAcceptance, Refusal>

    var reasons: [Reason] {
        guard case .failure(let refusal) = verdict else { return [] }
        return refusal.reasons
    }
}

extension RegistryTransaction {
    /// Everybody with a place, as attendance, assessment and the register stand now.
    func judged(_ session: TrainingSessionRecord) async throws -> [JudgedParticipant] {
        let rows = try await execute(
            """
            SELECT p.id, p.name, p.employer_id, p.area, o.name AS employer, v.hours, n.entry_id, k.id AS open_claim,
                   (SELECT r.has_passed FROM training_results r WHERE r.session_id = i.session_id
                    AND r.learner_id IN (SELECT person_records(p.id, NULL)) ORDER BY r.has_passed DESC LIMIT 1) AS has_passed,
                   coalesce(p.id IN (SELECT person_records(\(caller.learnerId)::uuid, NULL)), false) AS is_own
            FROM training_invitations i JOIN learners l ON l.id = i.learner_id JOIN learners p ON p.id = coalesce(l.merged_into, l.id)
            CROSS JOIN LATERAL training_evidence(\(session.code), p.id) v
            LEFT JOIN employers o ON o.id = p.employer_id
            LEFT JOIN standing_entries n ON n.session_code = \(session.code) AND n.learner_id = p.id
            LEFT JOIN LATERAL (SELECT c.id FROM claims c WHERE c.session_code = \(session.code) AND c.state = 'submitted'
                               AND c.learner_id IN (SELECT person_records(p.id, NULL)) ORDER BY c.recorded_at LIMIT 1) k ON true
            WHERE i.session_id = \(session.id) AND i.state IN ('called', 'confirmed')
              AND NOT EXISTS (SELECT FROM erased_learners x WHERE x.learner_id = i.learner_id)
            ORDER BY i.rank
            """)
        var seen: Set<UUID> = []
        let people = try rows.filter { seen.insert(try $0.decode("id", as: UUID.self)).inserted }
        let histories = try await histories(of: Array(seen))
        let terms = TrainingRecognition.Session(
            code: session.code, subjectYear: session.subjectYear, startsOn: session.startsOn, endsOn: session.endsOn)
        return try people.map { row in
            let id = try row.decode("id", as: UUID.self)
            let participant = TrainingRecognition.Participant(
                learner: id, attendedHours: Int(try row.decode("hours", as: Int32.self)),
                hasPassed: try row.decodeIfPresent("has_passed"), isOwn: try row.decode("is_own"),
                standingEntry: try row.decodeIfPresent("entry_id"), history: histories[id] ?? LearnerHistory())
            return JudgedParticipant(
                learner: id, name: try row.decode("name"), employerName: try row.decodeIfPresent("employer"),
                employerId: try row.decodeIfPresent("employer_id"), area: try row.decode("area"),
                hours: participant.attendedHours, hasPassed: participant.hasPassed, entry: participant.standingEntry,
                openClaim: try row.decodeIfPresent("open_claim"),
                verdict: TrainingRecognition.judge(participant, of: terms, policies: policies, today: today))
        }
    }

    fileprivate func recognize(_ id: UUID, digest: String?) async throws -> RecognitionRecord {
        let session = try await holdTrainingSession(id, in: [.called, .recognized])
        let judged = try await judged(session)
        if let digest, digest != RecognitionPreview(session, judged).digest {
            throw StoreError.conflict(.previewChanged, entry: nil, claim: nil)
        }
        let recognizable = judged.filter { $0.reasons.isEmpty }
        guard !recognizable.isEmpty else { throw StoreError.conflict(.nothingToRecognize, entry: nil, claim: nil) }
        let claims = try await claims(for: recognizable, of: session)
        let lines = try await decide(claims)
        let record = RecognitionRecord(
            id: UUID(), sessionId: id, sessionCode: session.code, recognizedOn: today, recognizedBy: caller.personName,
            learners: lines.count, hours: recognizable.reduce(0) { $0 + $1.hours },
            recognized: zip(recognizable, lines).map { person, line in
                .init(
                    learnerId: person.learner, name: person.name, hours: person.hours, claim: line.claim,
                    entry: line.entry ?? line.claim)
            },
            leftOut: judged.filter { !$0.reasons.isEmpty }.map {
                .init(learnerId: $0.learner, name: $0.name, reasons: $0.reasons)
            })
        let leftOut = record.leftOut.map { LeftOutCode(learnerId: $0.learnerId, codes: $0.reasons.map(\.code)) }
        _ = try await pipeline([
            """
            INSERT INTO training_recognitions (id, session_id, recognized_on, learners, hours, left_out, recorded_by)
            VALUES (\(record.id), \(id), \(today), \(Int32(record.learners)), \(Int32(record.hours)),
                    \(JSONB(text: try RegistryJSON.string(leftOut))), \(caller.userId))
            """,
            AccessLine(.recognizeTraining, record: record.id).statement(by: caller),
        ])
        return record
    }

    private struct LeftOutCode: Encodable {
        var learnerId: UUID
        var codes: [String]
    }

    private struct NewClaimLine: Encodable {
        var id: UUID
        var learner: UUID
        var hours: Int
        var evidence: FaceToFaceEvidence
        var rules: [RuleID]
        var flags: [ClaimFlag]
        var assumptions: [RuleID]
        var routedTo: Authority
        var employer: UUID?
        var area: String
    }

    /// A claim for each person, the one that was handed in already where there is one; three statements for all.
    private func claims(for people: [JudgedParticipant], of session: TrainingSessionRecord) async throws
        -> [UUID]
    {
        let terms = TrainingRecognition.Session(
            code: session.code, subjectYear: session.subjectYear, startsOn: session.startsOn, endsOn: session.endsOn)
        var lines: [NewClaimLine] = []
        let claims = people.map { person -> UUID in
            if let open = person.openClaim { return open }
            guard case .success(let acceptance) = person.verdict else { return UUID() }
            let id = UUID()
            lines.append(
                NewClaimLine(
                    id: id, learner: person.learner, hours: person.hours,
                    evidence: terms.evidence(hours: person.hours, hasPassed: true), rules: acceptance.rules,
                    flags: acceptance.flags, assumptions: acceptance.assumptions, routedTo: acceptance.routedTo,
                    employer: person.employerId, area: person.area))
            return id
        }
        let rows = JSONB(text: try RegistryJSON.string(lines))
        _ = try await pipeline([
            """
            INSERT INTO claims (id, learner_id, subject_year, mode, hours, session_code, evidence, rules, flags, assumptions, routed_to,
                                employer_id, area, submitted_by, submitted_on, state_since)
            SELECT x.id, x.learner, \(Int32(session.subjectYear)), 'faceToFace', x.hours, \(session.code), x.evidence,
                   ARRAY(SELECT jsonb_array_elements_text(x.rules)), ARRAY(SELECT jsonb_array_elements_text(x.flags)),
                   ARRAY(SELECT jsonb_array_elements_text(x.assumptions)), x."routedTo", x.employer, x.area, \(caller.userId), \(today), \(today)
            FROM jsonb_to_recordset(\(rows)) AS x (id uuid, learner uuid, hours int, evidence jsonb, rules jsonb, flags jsonb,
                 assumptions jsonb, "routedTo" text, employer uuid, area text)
            """,
            """
            INSERT INTO claim_routings (claim_id, routing, authority, recorded_by, routed_on)
            SELECT x.id, 1, x."routedTo", \(caller.userId), \(today) FROM jsonb_to_recordset(\(rows)) AS x (id uuid, "routedTo" text)
            """,
            """
            INSERT INTO claim_events (claim_id, event, state, occurred_on, recorded_by)
            SELECT x.id, 'submit', 'submitted', \(today), \(caller.userId) FROM jsonb_to_recordset(\(rows)) AS x (id uuid)
            """,
        ])
        return claims
    }

    /// The one road to the register: each claim is decided as any other, and all of them or none.
    private func decide(_ claims: [UUID]) async throws -> [DecisionStatement.Line] {
        let request = DecisionRequest(decision: .recognize)
        let statement = try DecisionStatement.make(
            claims: claims, request, today: today, caller: caller, once: nil)
        let lines = try DecisionStatement.lines(try await execute(statement), nil)
        for line in lines {
            if let refusal = DecisionRefusal(rawValue: line.code) {
                throw StoreError.conflict(
                    refusal.reason(rule: line.rule, subjectYear: line.subjectYear), entry: line.entry, claim: line.claim
                )
            }
        }
        return lines
    }

    /// The histories of many people, in three statements.
    private func histories(of people: [UUID]) async throws -> [UUID: LearnerHistory] {
        let records: Statement = """
            SELECT l.id, coalesce(l.merged_into, l.id) AS person FROM learners l
            WHERE l.id = ANY (\(people)) OR l.merged_into = ANY (\(people))
            """
        func joined(_ columns: String, _ tables: String) -> Statement {
            var statement = records
            statement.sql = "SELECT r.person, \(columns) FROM (\(records.sql)) r \(tables)"
            return statement
        }
        let results = try await pipeline([
            joined(
                "k.id AS employer_id, k.kind, k.level, k.division, e.employed_from, e.employed_until",
                """
                JOIN employments e ON e.learner_id = r.id AND e.retracted_at IS NULL JOIN employers o ON o.id = e.employer_id
                JOIN employers k ON k.id = coalesce(o.merged_into, o.id)
                """),
            joined(
                "e.id, e.subject_year, e.mode, e.hours, e.recognized_on, e.recognized_by, v.reversed_on",
                "JOIN register_entries e ON e.learner_id = r.id LEFT JOIN reversals v ON v.entry_id = e.id"),
            joined(
                "x.subject_year, x.approved_on, x.lifts_duty, v.revoked_on",
                "JOIN excuses x ON x.learner_id = r.id LEFT JOIN excuse_revocations v ON v.excuse_id = x.id"),
        ])
        var histories: [UUID: LearnerHistory] = [:]
        for row in results[0] {
            histories[try row.decode("person"), default: LearnerHistory()].employments.append(
                try HistoryQuery.employment(row))
        }
        for row in results[1] {
            histories[try row.decode("person"), default: LearnerHistory()].entries.append(try HistoryQuery.entry(row))
        }
        for row in results[2] {
            histories[try row.decode("person"), default: LearnerHistory()].excuses.append(
                Excuse(
                    subjectYear: Int(try row.decode("subject_year", as: Int32.self)),
                    approvedOn: try row.decode("approved_on"), liftsDuty: try row.decode("lifts_duty"),
                    revokedOn: try row.decodeIfPresent("revoked_on")))
        }
        return histories
    }
}

extension RecognitionPreview {
    init(_ session: TrainingSessionRecord, _ judged: [JudgedParticipant]) {
        let recognizable = judged.filter { $0.reasons.isEmpty }
        let content = recognizable.map { "\($0.learner.uuidString) \($0.hours)" }.sorted().joined(separator: "\n")
        self.init(
            sessionId: session.id, sessionCode: session.code, subjectYear: session.subjectYear,
            learners: recognizable.count, hours: recognizable.reduce(0) { $0 + $1.hours },
            leftOut: judged.count - recognizable.count,
            digest: SHA256.hash(data: Data(content.utf8)).map { byte in
                (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }.joined(),
            lines: judged.map {
                Line(
                    learnerId: $0.learner, name: $0.name, employerName: $0.employerName, hours: $0.hours,
                    hasPassed: $0.hasPassed, entry: $0.entry, reasons: $0.reasons)
            })
    }
}
