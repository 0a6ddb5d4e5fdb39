import Foundation
import PostgresClient
import RegistryDomain

extension RegistryStore {
    /// Records marks, each as the person's next attempt: after a failed one there is another, after a pass there is none.
    public func recordAssessments(
        session: UUID, _ assessments: NewAssessments, as caller: Caller, once: OnceKey? = nil
    ) async throws -> AssessmentResults {
        try await permit(.assessTraining, caller, record: session)
        guard (1...Self.largestAttendance).contains(assessments.results.count),
            Set(assessments.results.map(\.learnerId)).count == assessments.results.count
        else {
            throw StoreError.invalid([
                .field(
                    "results", found: "\(assessments.results.count)",
                    expected: Text(
                        zh: "1至\(Self.largestAttendance)人，每人一次", en: "1 to \(Self.largestAttendance) people, once each")
                )
            ])
        }
        for (index, line) in assessments.results.enumerated() where !(0...100).contains(line.mark) {
            throw StoreError.invalid([
                .field(
                    "results[\(index)].mark", found: "\(line.mark)",
                    expected: Text(zh: "0至100分", en: "a mark of 0 to 100"))
            ])
        }
        return try await write(as: caller, once: once) { try await $0.record(assessments, in: session) }
    }

    /// The mark of the attempt that counts, entered anew with a reason.
    public func correctAssessment(
        session: UUID, _ correction: AssessmentCorrection, as caller: Caller, once: OnceKey? = nil
    ) async throws -> AssessmentResults.Result {
        try await permit(.assessTraining, caller, record: session)
        guard (0...100).contains(correction.mark) else {
            throw StoreError.invalid([
                .field("mark", found: "\(correction.mark)", expected: Text(zh: "0至100分", en: "a mark of 0 to 100"))
            ])
        }
        return try await write(as: caller, once: once) { transaction in
            try FieldChecks.statement(correction.reason, field: "reason")
            let held = try await transaction.holdTrainingSession(session, in: [.called, .recognized])
            let passMark = transaction.trainingTerms(held.subjectYear).passMark
            let rows = try await transaction.execute(
                """
                INSERT INTO training_assessments (id, session_id, learner_id, attempt, mark, pass_mark, assessed_on, corrects, reason, recorded_by)
                SELECT gen_random_uuid(), r.session_id, r.learner_id, r.attempt, \(Int32(correction.mark)), \(Int32(passMark)), r.assessed_on,
                       r.id, \(correction.reason), \(caller.userId)
                FROM training_results r WHERE r.session_id = \(session) AND r.learner_id = \(correction.learnerId)
                RETURNING id, attempt, has_passed
                """)
            guard let row = rows.first else { throw StoreError.notFound(.recordUnknown) }
            _ = try await transaction.execute(
                AccessLine(.assessTraining, learner: correction.learnerId, record: session, reason: "correct")
                    .statement(by: caller))
            return AssessmentResults.Result(
                learnerId: correction.learnerId, attempt: Int(try row.decode("attempt", as: Int32.self)),
                hasPassed: try row.decode("has_passed"), code: "recorded")
        }
    }
}

extension RegistryTransaction {
    fileprivate func record(_ assessments: NewAssessments, in id: UUID) async throws -> AssessmentResults {
        let session = try await holdTrainingSession(id, in: [.called, .recognized])
        let assessedOn = assessments.assessedOn ?? today
        try FieldChecks.notAfter(today, assessedOn, field: "assessedOn")
        guard assessedOn >= session.startsOn else { throw StoreError.invalid([.assessedTooEarly]) }
        let passMark = trainingTerms(session.subjectYear).passMark
        let rows = try await pipeline([
            """
            WITH judged AS MATERIALIZED (
                SELECT x."learnerId" AS learner, x.mark, coalesce(r.attempt, 0) + 1 AS attempt, CASE
                    WHEN NOT EXISTS (SELECT FROM training_invitations i WHERE i.session_id = \(id) AND i.learner_id = x."learnerId"
                                     AND i.state IN ('called', 'confirmed')) THEN 'notCalled'
                    WHEN r.has_passed THEN 'attemptOutOfTurn'
                    ELSE 'recorded' END AS code
                FROM jsonb_to_recordset(\(JSONB(text: try RegistryJSON.string(assessments.results)))) AS x ("learnerId" uuid, mark int)
                LEFT JOIN training_results r ON r.session_id = \(id) AND r.learner_id = x."learnerId"
            ), recorded AS (
                INSERT INTO training_assessments (id, session_id, learner_id, attempt, mark, pass_mark, assessed_on, recorded_by)
                SELECT gen_random_uuid(), \(id), learner, attempt, mark, \(Int32(passMark)), \(assessedOn), \(caller.userId)
                FROM judged WHERE code = 'recorded' RETURNING learner_id, attempt, has_passed
            )
            SELECT j.learner, j.code, r.attempt, r.has_passed FROM judged j LEFT JOIN recorded r ON r.learner_id = j.learner
            """,
            AccessLine(.assessTraining, record: id).statement(by: caller),
        ])[0]
        var byLearner: [UUID: AssessmentResults.Result] = [:]
        for row in rows {
            let learner = try row.decode("learner", as: UUID.self)
            let code = try row.decode("code", as: String.self)
            let reason: Reason? =
                code == "notCalled" ? .notCalled : code == "attemptOutOfTurn" ? .attemptOutOfTurn : nil
            byLearner[learner] = AssessmentResults.Result(
                learnerId: learner, attempt: try row.decodeIfPresent("attempt", as: Int32.self).map(Int.init),
                hasPassed: try row.decodeIfPresent("has_passed"), code: code, rule: reason?.rule,
                message: reason?.message)
        }
        let results = assessments.results.compactMap { byLearner[$0.learnerId] }
        let recorded = results.count { $0.code == "recorded" }
        return AssessmentResults(recorded: recorded, refused: results.count - recorded, results: results)
    }
}
