import Foundation
import PostgresClient
import RegistryDomain

extension RegistryStore {
    /// Will come, or cannot and why. A place that becomes free goes to whoever waits, in the same transaction (F1).
    public func answerCall(id: UUID, _ answer: CallAnswer, as caller: Caller, once: OnceKey? = nil) async throws
        -> InvitationRecord
    {
        try await permit(.answerCall, caller, record: id)
        return try await loggingRefusal(.answerCall, caller, record: id) {
            try await write(as: caller, once: once) { transaction in
                let held = try await transaction.invitation(id)
                if answer.answer == .cannotCome,
                    let refusal = TrainingPlanRules.refusal(
                        ofDecliningWithout: answer.reason, isExpected: held.isExpected)
                {
                    throw StoreError.invalid([refusal])
                }
                let reasons = FieldChecks.optionalText(answer.reason, field: "reason")
                guard reasons.isEmpty else { throw StoreError.invalid(reasons) }
                _ = try await transaction.pipeline([
                    """
                    INSERT INTO training_answers (id, invitation_id, answer, reason, answered_on, recorded_by)
                    VALUES (gen_random_uuid(), \(id), \(answer.answer.rawValue), \(answer.reason), \(transaction.today), \(caller.userId))
                    """,
                    AccessLine(.answerCall, learner: held.learnerId, record: id, reason: answer.answer.rawValue)
                        .statement(by: caller),
                ])
                return try await transaction.invitation(id)
            }
        }
    }

    /// Calls to the people whom the caller may see, the latest session first.
    public func invitations(
        session: UUID? = nil, state: InvitationState?, cursor: String?, limit: Int?, as caller: Caller
    ) async throws -> Page<InvitationRecord> {
        try await permit(.readTraining, caller)
        let after = try Cursor.decode(cursor, as: InvitationKey.self)
        let size = Cursor.limit(limit)
        let rows = try await pipeline(
            as: caller,
            [
                """
                SELECT \(unescaped: InvitationRecord.json) AS record \(unescaped: InvitationRecord.from)
                WHERE (\(session)::uuid IS NULL OR i.session_id = \(session)) AND (\(state?.rawValue)::text IS NULL OR i.state = \(state?.rawValue))
                  AND (\(after?.startsOn)::date IS NULL OR (s.starts_on, i.session_id, -i.rank) < (\(after?.startsOn), \(after?.session), \(after.map { -Int32($0.rank) })))
                ORDER BY s.starts_on DESC, i.session_id DESC, i.rank LIMIT \(size + 1)
                """
            ])[0]
        let items = try rows.prefix(size).map { try $0.json("record", as: InvitationRecord.self) }
        let next =
            rows.count > size
            ? try items.last.map {
                try Cursor.encode(InvitationKey(startsOn: $0.startsOn, session: $0.sessionId, rank: $0.rank))
            } : nil
        return Page(items: items, nextCursor: next)
    }
}

private struct InvitationKey: Codable {
    var startsOn: Day
    var session: UUID
    var rank: Int
}

extension RegistryTransaction {
    func invitation(_ id: UUID) async throws -> InvitationRecord {
        let results = try await pipeline([
            "SELECT \(unescaped: InvitationRecord.json) AS record \(unescaped: InvitationRecord.from) WHERE i.id = \(id)",
            "SELECT training_invitation_exists(\(id)) AS present",
        ])
        if let row = results[0].first { return try row.json("record") }
        let present = try results[1].first?.decode("present", as: Bool.self) ?? false
        throw present ? StoreError.forbidden(.outsideJurisdiction) : .notFound(.callUnknown)
    }
}
