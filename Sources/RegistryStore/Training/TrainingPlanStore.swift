import Foundation
import PostgresClient
import RegistryDomain

extension RegistryStore {
    /// A unit sends its plan, or asks for places (F3, M2). A late plan is taken and marked.
    public func sendTrainingPlan(_ plan: NewTrainingPlan, as caller: Caller, once: OnceKey? = nil) async throws
        -> TrainingPlanRecord
    {
        try await permit(.planTraining, caller)
        return try await loggingRefusal(.planTraining, caller) {
            try await write(as: caller, once: once) { transaction in
                let id = try await transaction.insert(plan)
                return try await transaction.trainingPlan(id)
            }
        }
    }

    /// Further people of the unit in a plan that was sent or accepted; each with the day on which it was proposed.
    public func addToTrainingPlan(id: UUID, learners: [UUID], as caller: Caller, once: OnceKey? = nil) async throws
        -> TrainingPlanRecord
    {
        try await permit(.planTraining, caller, record: id)
        return try await loggingRefusal(.planTraining, caller, record: id) {
            try await write(as: caller, once: once) { transaction in
                let plan = try await transaction.holdTrainingPlan(id, in: [.sent, .accepted])
                try await transaction.propose(learners, fromRoster: false, in: id, year: plan.subjectYear)
                _ = try await transaction.execute(
                    AccessLine(.planTraining, record: id, reason: "add").statement(by: caller))
                return try await transaction.trainingPlan(id)
            }
        }
    }

    public func withdrawTrainingPlan(id: UUID, as caller: Caller, once: OnceKey? = nil) async throws
        -> TrainingPlanRecord
    {
        try await permit(.planTraining, caller, record: id)
        return try await loggingRefusal(.planTraining, caller, record: id) {
            try await write(as: caller, once: once) { transaction in
                _ = try await transaction.holdTrainingPlan(id, in: [.sent])
                _ = try await transaction.pipeline([
                    "UPDATE training_plans SET state = 'withdrawn' WHERE id = \(id)",
                    AccessLine(.planTraining, record: id, reason: "withdraw").statement(by: caller),
                ])
                return try await transaction.trainingPlan(id)
            }
        }
    }

    /// The base's answer to a plan.
    public func answerTrainingPlan(id: UUID, _ answer: TrainingPlanAnswer, as caller: Caller, once: OnceKey? = nil)
        async throws -> TrainingPlanRecord
    {
        try await permit(.answerPlan, caller, record: id)
        return try await write(as: caller, once: once) { transaction in
            _ = try await transaction.holdTrainingPlan(id, in: [.sent])
            if answer.answer == .refuse { try FieldChecks.statement(answer.note ?? "", field: "note") }
            let reasons = FieldChecks.optionalText(answer.note, field: "note")
            guard reasons.isEmpty else { throw StoreError.invalid(reasons) }
            guard (0...10_000).contains(answer.places ?? 0) else {
                throw StoreError.invalid([
                    .field("places", found: nil, expected: Text(zh: "0至10000", en: "0 to 10000"))
                ])
            }
            let state: TrainingPlanState = answer.answer == .accept ? .accepted : .refused
            _ = try await transaction.pipeline([
                """
                UPDATE training_plans SET state = \(state.rawValue), places = \(answer.places.map { Int32($0) }), answer_note = \(answer.note),
                       answered_by = \(caller.userId), answered_on = \(transaction.today) WHERE id = \(id)
                """,
                AccessLine(.answerPlan, record: id, reason: state.rawValue).statement(by: caller),
            ])
            return try await transaction.trainingPlan(id)
        }
    }

    public func trainingPlan(id: UUID, as caller: Caller) async throws -> TrainingPlanRecord {
        try await permit(.readTraining, caller, record: id)
        return try await loggingRefusal(.readTraining, caller, record: id) {
            try await read(as: caller) { try await $0.trainingPlan(id) }
        }
    }

    /// The plans that the caller may see, in the order of arrival.
    public func trainingPlans(
        subjectYear: Int?, state: TrainingPlanState?, cursor: String?, limit: Int?, as caller: Caller
    ) async throws -> Page<TrainingPlanRecord> {
        try await permit(.readTraining, caller)
        let after = try Cursor.decode(cursor, as: PlanKey.self)
        let size = Cursor.limit(limit)
        let rows = try await pipeline(
            as: caller,
            [
                """
                SELECT \(unescaped: TrainingPlanRecord.json) AS record FROM training_plans p JOIN employers e ON e.id = p.employer_id
                WHERE (\(subjectYear.map { Int32($0) })::int IS NULL OR p.subject_year = \(subjectYear.map { Int32($0) }))
                  AND (\(state?.rawValue)::text IS NULL OR p.state = \(state?.rawValue))
                  AND (\(after?.sentOn)::date IS NULL OR (p.sent_on, p.id) > (\(after?.sentOn), \(after?.id)))
                ORDER BY p.sent_on, p.id LIMIT \(size + 1)
                """
            ])[0]
        let items = try rows.prefix(size).map { try $0.json("record", as: TrainingPlanRecord.self) }
        let next =
            rows.count > size ? try items.last.map { try Cursor.encode(PlanKey(sentOn: $0.sentOn, id: $0.id)) } : nil
        return Page(items: items, nextCursor: next)
    }

    /// Who of the caller's unit still owes the year.
    public func trainingRoster(subjectYear: Int, as caller: Caller) async throws -> [RosterPerson] {
        try await permit(.planTraining, caller)
        guard let employer = caller.employerId else { throw StoreError.forbidden(.outsideJurisdiction) }
        return try await read(as: caller) { transaction in
            let rows = try await transaction.execute(
                """
                WITH asked AS (SELECT \(transaction.today)::date AS day, \(Int32(subjectYear))::int AS year),
                unit AS (SELECT \(employer)::uuid AS id),
                \(unescaped: TrainingRoster.tables(people: RosterSQL.ofUnit))
                SELECT l.id, l.name, r.status,
                       EXISTS (SELECT FROM training_plan_learners x JOIN training_plans p ON p.id = x.plan_id
                               WHERE x.learner_id = l.id AND p.subject_year = (SELECT year FROM asked)
                                 AND p.state IN ('sent', 'accepted')) AS is_planned
                FROM standing r JOIN learners l ON l.id = r.person
                WHERE r.employer_id = (SELECT id FROM unit) AND r.status IN ('inProgress', 'incomplete') ORDER BY l.name, l.id
                """)
            return try rows.map { row in
                RosterPerson(
                    learnerId: try row.decode("id"), name: try row.decode("name"), status: try row.word("status"),
                    isPlanned: try row.decode("is_planned"))
            }
        }
    }

    public func trainingNeeds(subjectYear: Int, as caller: Caller) async throws -> TrainingNeeds {
        try await permit(.answerPlan, caller)
        let rows = try await pipeline(
            as: caller,
            [
                """
                WITH plans AS (SELECT * FROM training_plans WHERE subject_year = \(Int32(subjectYear)) AND state IN ('sent', 'accepted')),
                people AS (SELECT DISTINCT x.learner_id, p.state FROM training_plan_learners x JOIN plans p ON p.id = x.plan_id),
                sessions AS (SELECT * FROM training_sessions WHERE subject_year = \(Int32(subjectYear)) AND state <> 'cancelled'),
                lists AS (SELECT i.learner_id, i.state FROM training_invitations i JOIN sessions s ON s.id = i.session_id)
                SELECT jsonb_build_object('subjectYear', \(Int32(subjectYear))::int, 'plans', (SELECT count(*) FROM plans),
                    'latePlans', (SELECT count(*) FROM plans WHERE is_late), 'openPlans', (SELECT count(*) FROM plans WHERE state = 'sent'),
                    'people', (SELECT count(DISTINCT learner_id) FROM people),
                    'acceptedPeople', (SELECT count(DISTINCT learner_id) FROM people WHERE state = 'accepted'),
                    'peopleWithPlace', (SELECT count(DISTINCT l.learner_id) FROM lists l JOIN people p USING (learner_id)
                                        WHERE l.state IN ('called', 'confirmed')),
                    'sessions', (SELECT count(*) FROM sessions), 'places', (SELECT coalesce(sum(places), 0) FROM sessions),
                    'placesTaken', (SELECT count(*) FROM lists WHERE state IN ('called', 'confirmed')),
                    'waiting', (SELECT count(*) FROM lists WHERE state = 'waiting')) AS record
                """
            ])[0]
        guard let row = rows.first else { throw StoreError.unavailable("no needs") }
        return try row.json("record")
    }
}

private struct PlanKey: Codable {
    var sentOn: Day
    var id: UUID
}

enum RosterSQL {
    /// Everybody whose record lies at the unit, by `unit (id)`.
    static let ofUnit = """
        SELECT l.id FROM public.learners l WHERE l.employer_id = (SELECT id FROM unit) AND l.merged_into IS NULL
          AND NOT EXISTS (SELECT FROM public.erased_learners x WHERE x.learner_id = l.id)
        """
}

extension RegistryTransaction {
    func trainingPlan(_ id: UUID) async throws -> TrainingPlanRecord {
        let results = try await pipeline([
            """
            SELECT \(unescaped: TrainingPlanRecord.json) || \(unescaped: TrainingPlanRecord.learnersJSON) AS record
            FROM training_plans p JOIN employers e ON e.id = p.employer_id WHERE p.id = \(id)
            """,
            "SELECT training_plan_exists(\(id)) AS present",
        ])
        if let row = results[0].first { return try row.json("record") }
        let present = try results[1].first?.decode("present", as: Bool.self) ?? false
        throw present ? StoreError.forbidden(.outsideJurisdiction) : .notFound(.recordUnknown)
    }

    fileprivate func holdTrainingPlan(_ id: UUID, in states: Set<TrainingPlanState>) async throws
        -> TrainingPlanRecord
    {
        let held = try await execute("SELECT FROM training_plans WHERE id = \(id) FOR NO KEY UPDATE")
        let plan = try await trainingPlan(id)
        guard !held.isEmpty else { throw StoreError.forbidden(.outsideJurisdiction) }
        guard states.contains(plan.state) else { throw StoreError.conflict(.planAnswered, entry: nil, claim: nil) }
        return plan
    }

    fileprivate func insert(_ plan: NewTrainingPlan) async throws -> UUID {
        guard let employer = caller.employerId else { throw StoreError.forbidden(.outsideJurisdiction) }
        let row = try await one(
            "SELECT kind, level FROM employers WHERE id = \(employer)", orElse: .employerUnknown)
        let terms: TrainingPlanRules.Terms
        switch TrainingPlanRules.terms(
            of: try row.word("level"), try row.word("kind"), asked: plan.kind, year: plan.subjectYear,
            policies: policies,
            today: today)
        {
        case .success(let accepted): terms = accepted
        case .failure(let refusal): throw StoreError.invalid(refusal.reasons)
        }
        let reasons =
            FieldChecks.optionalText(plan.contact, field: "contact")
            + FieldChecks.optionalText(plan.note, field: "note")
        guard reasons.isEmpty else { throw StoreError.invalid(reasons) }
        let id = UUID()
        _ = try await pipeline([
            """
            INSERT INTO training_plans (id, employer_id, subject_year, kind, contact, note, due_on, sent_on, recorded_by)
            VALUES (\(id), \(employer), \(Int32(plan.subjectYear)), \(terms.kind.rawValue), \(plan.contact), \(plan.note), \(terms.dueOn),
                    \(today), \(caller.userId))
            """,
            AccessLine(.planTraining, record: id, reason: terms.isLate ? "late" : nil).statement(by: caller),
        ])
        try await propose(plan.learners ?? [], fromRoster: plan.fromRoster ?? false, in: id, year: plan.subjectYear)
        return id
    }

    /// Puts people of the caller's unit on a plan.
    ///
    /// - Throws: `StoreError.invalid` where one is not of the unit, or where nobody is left to name.
    fileprivate func propose(_ learners: [UUID], fromRoster: Bool, in plan: UUID, year: Int) async throws {
        guard let employer = caller.employerId, learners.count <= 10_000 else {
            throw StoreError.forbidden(.outsideJurisdiction)
        }
        let people = Array(Set(learners))
        let known = try await execute(
            """
            SELECT count(*) AS known FROM learners
            WHERE id = ANY (\(people)) AND employer_id = \(employer) AND merged_into IS NULL
            """)
        guard try known[0].decode("known", as: Int64.self) == Int64(people.count) else {
            throw StoreError.invalid([.planOfOthers])
        }
        var proposed = try await execute(
            """
            INSERT INTO training_plan_learners (plan_id, learner_id, proposed_on, recorded_by)
            SELECT \(plan), id, \(today), \(caller.userId) FROM unnest(\(people)) AS p (id) ON CONFLICT DO NOTHING
            """
        ).affectedRows
        if fromRoster {
            proposed += try await execute(
                """
                WITH asked AS (SELECT \(today)::date AS day, \(Int32(year))::int AS year), unit AS (SELECT \(employer)::uuid AS id),
                \(unescaped: TrainingRoster.tables(people: RosterSQL.ofUnit))
                INSERT INTO training_plan_learners (plan_id, learner_id, proposed_on, recorded_by)
                SELECT \(plan), r.person, \(today), \(caller.userId) FROM standing r
                WHERE r.employer_id = (SELECT id FROM unit) AND r.status IN ('inProgress', 'incomplete') ON CONFLICT DO NOTHING
                """
            ).affectedRows
        }
        guard proposed > 0 else { throw StoreError.invalid([.planEmpty]) }
    }
}
