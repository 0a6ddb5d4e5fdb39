import Foundation
import PostgresClient
import RegistryDomain

extension RegistryStore {
    /// The claimant takes the claim back.
    public func withdrawClaim(
        id: UUID, reason: String?, as caller: Caller, once: OnceKey? = nil
    ) async throws -> ClaimRecord {
        try await moving(id, .withdrawClaim, as: caller, once: once) { transaction, claim in
            let state = try transaction.next(of: claim, on: .withdraw)
            try await transaction.move(claim, to: state, event: "withdraw", reason: reason)
        }
    }

    /// A returned claim, mended: it is assessed anew and comes back to the desk it was returned from (Q7).
    public func resubmitClaim(
        id: UUID, evidence: Evidence, reason: String?, as caller: Caller, once: OnceKey? = nil
    ) async throws -> ClaimRecord {
        try await moving(id, .resubmitClaim, as: caller, once: once) { transaction, claim in
            let state = try transaction.next(of: claim, on: .resubmit)
            try await transaction.mend(claim, evidence: evidence, reason: reason, state: state)
        }
    }

    /// The city bureau lays an open claim before another authority, with a reason (Q7).
    public func rerouteClaim(
        id: UUID, to authority: Authority, reason: String, as caller: Caller, once: OnceKey? = nil
    ) async throws -> ClaimRecord {
        try await moving(id, .rerouteClaim, as: caller, once: once) { transaction, claim in
            let state = try transaction.next(of: claim, on: .reroute)
            try await transaction.reroute(claim, to: authority, reason: reason, state: state)
        }
    }

    private func moving(
        _ id: UUID, _ action: Rights.Action, as caller: Caller, once: OnceKey?,
        _ body: @Sendable (RegistryTransaction, ClaimRecord) async throws -> Void
    ) async throws -> ClaimRecord {
        try await permit(action, caller, record: id)
        return try await loggingRefusal(action, caller, record: id) {
            try await write(as: caller, once: once) { transaction in
                try await transaction.holdClaim(id)
                let claim = try await transaction.claim(id)
                try await body(transaction, claim)
                let line = AccessLine(action, learner: claim.learnerId, record: id)
                _ = try await transaction.execute(line.statement(by: caller))
                return try await transaction.claim(id)
            }
        }
    }
}

extension RegistryTransaction {
    /// Nobody else moves the claim until this transaction ends.
    fileprivate func holdClaim(_ id: UUID) async throws {
        let held = try await execute("SELECT FROM claims WHERE id = \(id) FOR NO KEY UPDATE")
        guard held.isEmpty else { return }
        _ = try await claim(id)
        // Seen but not held: the caller may read this claim and not move it.
        throw StoreError.forbidden(.outsideJurisdiction)
    }

    /// The state that follows, by the one table of a claim's life; a claim that is past it is a conflict.
    fileprivate func next(of claim: ClaimRecord, on event: ClaimEvent) throws -> ClaimState {
        guard let state = ClaimRules.transition(from: claim.state, event: event) else {
            throw StoreError.conflict(.claimDecided, entry: claim.entry, claim: claim.id)
        }
        return state
    }

    fileprivate func move(_ claim: ClaimRecord, to state: ClaimState, event name: String, reason: String?) async throws
    {
        _ = try await pipeline([
            "UPDATE claims SET state = \(state.rawValue), state_since = \(today), version = version + 1 WHERE id = \(claim.id)",
            event(name, of: claim.id, state: state, reason: reason),
        ])
    }

    fileprivate func mend(_ claim: ClaimRecord, evidence: Evidence, reason: String?, state: ClaimState) async throws {
        guard evidence.mode == claim.mode else {
            throw StoreError.invalid([
                .field(
                    "mode", found: evidence.mode.rawValue,
                    expected: Text(zh: "与原申请相同；改变学习方式请另行申请", en: "the same as before; another mode is another claim"))
            ])
        }
        try await refuseTypedHours(evidence, learner: claim.learnerId)
        let why = reason ?? claim.reason
        let history = try await history(of: claim.learnerId)
        let request = ClaimRequest(subjectYear: claim.subjectYear, evidence: evidence, reason: why)
        let acceptance = try accept(request, history: history)
        try refuseCompleteYear(claim.subjectYear, history: history)
        let person = Claimant(id: claim.learnerId, employerId: nil, area: "")
        let record = try await completionRecord(for: evidence, of: person, subjectYear: claim.subjectYear)
        _ = try await pipeline(
            (record?.insertion.map { [$0] } ?? []) + [
                """
                UPDATE claims SET state = \(state.rawValue), state_since = \(today), version = version + 1,
                    evidence = \(JSONB(text: try evidence.json())), hours = \(Int32(acceptance.hours)), reason = \(why),
                    completion_record_id = \(record?.id), session_code = \(evidence.sessionCode),
                    flags = \(acceptance.flags.map(\.rawValue)), assumptions = \(acceptance.assumptions.map(\.rawValue))
                WHERE id = \(claim.id)
                """,
                event("resubmit", of: claim.id, state: state, reason: reason),
            ])
    }

    fileprivate func reroute(_ claim: ClaimRecord, to authority: Authority, reason: String, state: ClaimState)
        async throws
    {
        guard !reason.trimmingCharacters(in: .whitespacesAndNewlines).isEmpty else {
            throw StoreError.invalid([.reasonMissing])
        }
        guard policies.recognizes(claim.mode, authority, subjectYear: claim.subjectYear) else {
            throw StoreError.invalid([
                .field(
                    "to", found: authority.description,
                    expected: Text(
                        zh: "面授学时归基地，网络学时归市或县（区）人社局", en: "the base for face-to-face, a bureau for online hours"),
                    rule: claim.mode == .faceToFace ? .R3 : .Q7)
            ])
        }
        guard authority != claim.routedTo else {
            throw StoreError.conflict(.alreadyRoutedThere, entry: nil, claim: claim.id)
        }
        _ = try await pipeline([
            """
            INSERT INTO claim_routings (claim_id, routing, authority, reason, recorded_by, routed_on)
            SELECT \(claim.id), routing + 1, \(authority.description), \(reason), \(caller.userId), \(today)
            FROM claims WHERE id = \(claim.id)
            """,
            """
            UPDATE claims SET routed_to = \(authority.description), routing = routing + 1, version = version + 1,
                rules = array_append(array_remove(rules, 'Q7'), 'Q7'), state_since = \(today)
            WHERE id = \(claim.id)
            """,
            event("reroute", of: claim.id, state: state, reason: reason),
        ])
    }
}
