import Foundation
import PostgresClient
import RegistryDomain

extension RegistryStore {
    /// Draws who is called to a session and who waits (F1), from accepted plans, by need and then by lot.
    ///
    /// - Throws: `StoreError.conflict` where there is nobody to call or the session is past it.
    public func callTraining(session: UUID, _ call: NewTrainingCall, as caller: Caller, once: OnceKey? = nil)
        async throws
        -> TrainingCallRecord
    {
        try await permit(.callTraining, caller, record: session)
        return try await write(as: caller, once: once) { try await $0.draw(call, for: session) }
    }

    public func trainingCalls(session: UUID, as caller: Caller) async throws -> [TrainingCallRecord] {
        try await permit(.readTraining, caller, record: session)
        return try await read(as: caller) { transaction in
            _ = try await transaction.trainingSession(session)
            return try await transaction.trainingCalls(session)
        }
    }
}

extension RegistryTransaction {
    fileprivate func draw(_ call: NewTrainingCall, for id: UUID) async throws -> TrainingCallRecord {
        let session = try await holdTrainingSession(id, in: [.scheduled, .called])
        guard session.endsOn >= today else { throw StoreError.conflict(.sessionClosed, entry: nil, claim: nil) }
        guard (0...10_000).contains(call.waiting ?? 0), (call.learners ?? []).count <= 10_000 else {
            throw StoreError.invalid([
                .field("waiting", found: nil, expected: Text(zh: "0至10000", en: "0 to 10000"))
            ])
        }
        let policy = policies.policy(forSubjectYear: session.subjectYear)
        let answerBy = call.answerBy ?? min(today.adding(days: policy?.training?.answerDays ?? 7), session.startsOn)
        let seed = TrainingSeed.make()
        let candidates = try await candidates(for: session, among: call.learners, seed: seed)
        let free = session.places - session.list.taken
        let waiting = call.waiting ?? max(1, session.places / 5)
        let chosen = DrawnList.make(candidates, free: free, waiting: waiting, policy: policy)
        guard !chosen.isEmpty else { throw StoreError.conflict(.nobodyToCall, entry: nil, claim: nil) }
        let callId = UUID()
        _ = try await pipeline([
            """
            INSERT INTO training_calls (id, session_id, number, seed, answer_by, drawn_on, recorded_by)
            SELECT \(callId), \(id), coalesce(max(number), 0) + 1, \(seed), \(answerBy), \(today), \(caller.userId)
            FROM training_calls WHERE session_id = \(id)
            """,
            "UPDATE training_sessions SET state = 'called' WHERE id = \(id)",
            """
            INSERT INTO training_invitations (id, call_id, session_id, learner_id, employer_id, rank, owes, is_expected, missed_before,
                                              asked_on, lot, state, state_since)
            SELECT gen_random_uuid(), \(callId), \(id), x."learner", x."employer",
                   x."position" + coalesce((SELECT max(rank) FROM training_invitations WHERE session_id = \(id)), 0), x."owes",
                   x."isExpected", x."missedBefore", x."askedOn", x."lot", x."state", \(today)
            FROM jsonb_to_recordset(\(JSONB(text: try RegistryJSON.string(chosen))))
                 AS x (learner uuid, employer uuid, position int, owes boolean, "isExpected" boolean, "missedBefore" int, "askedOn" date,
                       lot text, state text)
            """,
            AccessLine(.callTraining, record: callId).statement(by: caller),
        ])
        guard let made = try await trainingCalls(id).last else { throw StoreError.unavailable("the call is not there") }
        return made
    }

    func trainingCalls(_ session: UUID) async throws -> [TrainingCallRecord] {
        try await execute(
            """
            SELECT jsonb_build_object('id', c.id, 'sessionId', c.session_id, 'number', c.number, 'seed', c.seed, 'answerBy', c.answer_by,
                'drawnOn', c.drawn_on, 'drawnBy', u.person_name,
                'called', (SELECT count(*) FROM training_invitations i WHERE i.call_id = c.id AND i.state IN ('called', 'confirmed')),
                'waiting', (SELECT count(*) FROM training_invitations i WHERE i.call_id = c.id AND i.state = 'waiting')) AS record
            FROM training_calls c JOIN users u ON u.id = c.recorded_by WHERE c.session_id = \(session) ORDER BY c.number
            """
        ).map { try $0.json("record") }
    }

    /// Everybody of accepted plans who may still be called: not on the list, hours of the year missing, nowhere else at
    /// that time.
    private func candidates(for session: TrainingSessionRecord, among learners: [UUID]?, seed: String) async throws
        -> [DrawnList.Proposed]
    {
        let rows = try await execute(
            """
            WITH asked AS (SELECT \(today)::date AS day, \(Int32(session.subjectYear))::int AS year),
            proposed AS MATERIALIZED (
                SELECT DISTINCT ON (person) person, plan_id, employer_id, proposed_on, places
                FROM (SELECT coalesce(l.merged_into, l.id) AS person, p.id AS plan_id, p.employer_id, x.proposed_on, p.places
                      FROM training_plan_learners x JOIN training_plans p ON p.id = x.plan_id JOIN public.learners l ON l.id = x.learner_id
                      WHERE p.subject_year = (SELECT year FROM asked) AND p.state = 'accepted') a
                WHERE \(learners)::uuid[] IS NULL OR person = ANY (\(learners))
                ORDER BY person, proposed_on, plan_id),
            \(unescaped: TrainingRoster.tables(people: "SELECT person AS id FROM proposed"))
            SELECT p.person, p.plan_id, p.employer_id, p.proposed_on, p.places, e.kind, e.level,
                   coalesce(r.status IN ('inProgress', 'incomplete'), false) AS owes,
                   (SELECT count(*)::int FROM training_invitations i JOIN training_sessions o ON o.id = i.session_id
                    WHERE i.learner_id = p.person AND o.subject_year = (SELECT year FROM asked)
                      AND i.state IN ('declined', 'released')) AS missed,
                   (SELECT count(*)::int FROM training_plan_learners x JOIN training_invitations i ON i.learner_id = x.learner_id
                    JOIN training_sessions o ON o.id = i.session_id AND o.subject_year = (SELECT year FROM asked)
                    WHERE x.plan_id = p.plan_id AND i.state IN ('called', 'confirmed') AND o.state <> 'cancelled') AS held,
                   left(encode(sha256(convert_to(\(seed) || ' ' || p.person, 'UTF8')), 'hex'), 16) AS lot
            FROM proposed p JOIN employers e ON e.id = p.employer_id LEFT JOIN standing r ON r.person = p.person
            WHERE coalesce(r.status, '') <> 'complete' AND training_hours_missing(p.person, \(session.id)) > 0
              AND NOT EXISTS (SELECT FROM erased_learners x WHERE x.learner_id = p.person)
              AND NOT EXISTS (SELECT FROM training_invitations i WHERE i.session_id = \(session.id) AND i.learner_id = p.person)
              AND NOT EXISTS (SELECT FROM training_bookings b JOIN training_half_days h ON h.session_id = \(session.id)
                              WHERE b.learner_id = p.person AND b.during && tstzrange(h.starts_at, h.ends_at))
            """)
        return try rows.map { row in
            DrawnList.Proposed(
                candidate: TrainingDraw.Candidate(
                    learner: try row.decode("person"), owes: try row.decode("owes"), isExpected: false,
                    missedBefore: Int(try row.decode("missed", as: Int32.self)), askedOn: try row.decode("proposed_on"),
                    lot: try row.decode("lot")),
                plan: try row.decode("plan_id"), employer: try row.decode("employer_id"),
                placesLeft: try row.decodeIfPresent("places", as: Int32.self).map {
                    Int($0) - Int(try row.decode("held", as: Int32.self))
                },
                level: try row.word("level"), kind: try row.word("kind"))
        }
    }
}

/// The people of a draw in their order, the first of them with places.
private enum DrawnList {
    struct Proposed {
        var candidate: TrainingDraw.Candidate
        var plan: UUID
        var employer: UUID
        /// What the base granted the plan, less the places that its people hold; nil without a limit.
        var placesLeft: Int?
        var level: EmployerLevel
        var kind: EmployerKind
    }

    struct Line: Encodable {
        var learner: UUID
        var employer: UUID
        var position: Int
        var owes: Bool
        var isExpected: Bool
        var missedBefore: Int
        var askedOn: Day
        var lot: String
        var state: InvitationState
    }

    static func make(_ proposed: [Proposed], free: Int, waiting: Int, policy: Policy?) -> [Line] {
        let people = Dictionary(uniqueKeysWithValues: proposed.map { ($0.candidate.learner, $0) })
        let order = TrainingDraw.order(
            proposed.map { person in
                var candidate = person.candidate
                candidate.isExpected =
                    policy?.expectation(level: person.level, kind: person.kind)?.expected == .faceToFace
                return candidate
            })
        var left = Dictionary(
            proposed.compactMap { person in person.placesLeft.map { (person.plan, $0) } },
            uniquingKeysWith: { first, _ in first })
        var lines: [Line] = []
        for candidate in order {
            guard lines.count < max(0, free) + waiting, let person = people[candidate.learner] else { break }
            if let places = left[person.plan] {
                guard places > 0 else { continue }
                left[person.plan] = places - 1
            }
            lines.append(
                Line(
                    learner: candidate.learner, employer: person.employer, position: lines.count + 1,
                    owes: candidate.owes, isExpected: candidate.isExpected, missedBefore: candidate.missedBefore,
                    askedOn: candidate.askedOn, lot: candidate.lot, state: lines.count < free ? .called : .waiting))
        }
        return lines
    }
}

/// What a draw's lots are made of: made here and nowhere else, so that nobody chooses it.
enum TrainingSeed {
    static func make() -> String {
        var generator = SystemRandomNumberGenerator()
        return String(generator.next() as UInt64, radix: 16) + String(generator.next() as UInt64, radix: 16)
    }
}
