import Foundation
import PostgresClient
import RegistryDomain

extension RegistryStore {
    /// Takes a claim in: the rules first, all refusals at once; then its record, its route and its first event.
    ///
    /// - Throws: `StoreError.invalid` with rule IDs, `.conflict` naming the entry or the claim that stands,
    ///   `.forbidden` for somebody else's learner.
    public func submitClaim(_ claim: NewClaim, as caller: Caller, once: OnceKey? = nil) async throws -> ClaimRecord {
        let scope = try await permit(.submitClaim, caller, record: claim.learnerId)
        return try await loggingRefusal(.submitClaim, caller, learner: claim.learnerId) {
            try await write(as: caller, once: once) { transaction in
                try await transaction.submit(claim, scope: scope)
            }
        }
    }
}

extension RegistryTransaction {
    func submit(_ claim: NewClaim, scope: Rights.Scope) async throws -> ClaimRecord {
        let learner = try await claimant(claim, scope: scope)
        try await refuseTypedHours(claim.evidence, learner: learner.id)
        let history = try await history(of: learner.id)
        let request = ClaimRequest(subjectYear: claim.subjectYear, evidence: claim.evidence, reason: claim.reason)
        let acceptance = try accept(request, history: history)
        try refuseCompleteYear(claim.subjectYear, history: history)
        let record = try await completionRecord(for: claim.evidence, of: learner, subjectYear: claim.subjectYear)
        let id = UUID()
        var statements = record.map { [$0.insertion].compactMap(\.self) } ?? []
        statements.append(
            """
            INSERT INTO claims (id, learner_id, subject_year, mode, hours, completion_record_id, session_code, evidence, reason,
                                rules, flags, assumptions, routed_to, employer_id, area, submitted_by, submitted_on, state_since)
            VALUES (\(id), \(learner.id), \(Int32(claim.subjectYear)), \(claim.evidence.mode.rawValue), \(Int32(acceptance.hours)),
                    \(record?.id), \(claim.evidence.sessionCode), \(JSONB(text: try claim.evidence.json())), \(claim.reason),
                    \(acceptance.rules.map(\.rawValue)), \(acceptance.flags.map(\.rawValue)),
                    \(acceptance.assumptions.map(\.rawValue)), \(acceptance.routedTo.description), \(learner.employerId),
                    \(learner.area), \(caller.userId), \(today), \(today))
            """)
        statements.append(
            """
            INSERT INTO claim_routings (claim_id, routing, authority, recorded_by, routed_on)
            VALUES (\(id), 1, \(acceptance.routedTo.description), \(caller.userId), \(today))
            """)
        statements.append(event("submit", of: id, state: .submitted, reason: claim.reason))
        statements.append(AccessLine(.submitClaim, learner: learner.id, record: id).statement(by: caller))
        _ = try await pipeline(statements)
        return try await self.claim(id)
    }

    struct Claimant {
        var id: UUID
        var employerId: UUID?
        var area: String
    }

    /// The learner that the claim is for, if the caller may speak for them; a merged record leads to the person's.
    private func claimant(_ claim: NewClaim, scope: Rights.Scope) async throws -> Claimant {
        let results = try await pipeline([
            """
            SELECT p.id, p.employer_id, p.area FROM learners l JOIN learners p ON p.id = coalesce(l.merged_into, l.id)
            WHERE l.id = \(claim.learnerId)
            """,
            "SELECT learner_exists(\(claim.learnerId)) AS present",
        ])
        guard let row = results[0].first else {
            let present = try results[1].first?.decode("present", as: Bool.self) ?? false
            throw present ? StoreError.forbidden(.outsideJurisdiction) : .notFound(.learnerUnknown)
        }
        let claimant = Claimant(
            id: try row.decode("id"), employerId: try row.decodeIfPresent("employer_id"), area: try row.decode("area"))
        if caller.role == .countyOfficer, claimant.area != caller.authority?.description {
            throw StoreError.forbidden(.outsideJurisdiction)
        }
        if caller.role == .baseOfficer, claim.evidence.mode == .online {
            throw StoreError.forbidden(.routedElsewhere(.R3))
        }
        return claimant
    }

    func accept(_ request: ClaimRequest, history: LearnerHistory) throws -> ClaimAcceptance {
        switch ClaimRules.assess(request, history: history, policies: policies, today: today) {
        case .success(let acceptance): return acceptance
        case .failure(let refusal): throw StoreError.invalid(refusal.reasons)
        }
    }

    /// Worked case 10: a second claim for a complete year names the entry that stands.
    func refuseCompleteYear(_ year: Int, history: LearnerHistory) throws {
        let answer = Eligibility.years(of: history, under: policies, asOf: today).first { $0.year == year }
        guard let answer, answer.status == .complete else { return }
        throw StoreError.conflict(.yearComplete(year), entry: answer.entries.last, claim: nil)
    }

    struct CitedRecord {
        var id: UUID
        /// Nil where the register has the record already.
        var insertion: Statement?
    }

    /// The completion record that the evidence cites: the platform's where the register has it, else a new one.
    func completionRecord(
        for evidence: Evidence, of learner: Claimant, subjectYear: Int
    ) async throws -> CitedRecord? {
        guard case .online(let online) = evidence else { return nil }
        let rows = try await execute(
            """
            SELECT r.id, r.subject_year, r.compulsory_hours, r.elective_hours, r.compulsory_finished_on,
                   r.elective_started_on, r.test_passed_on, s.entry_id,
                   r.learner_id IN (SELECT person_records(\(learner.id), NULL)) AS own
            FROM completion_records r LEFT JOIN standing_entries s ON s.completion_record_id = r.id
            WHERE r.record_number = \(online.recordNumber)
            """)
        if let row = rows.first {
            guard try row.decode("own", as: Bool.self) else {
                throw StoreError.conflict(.recordOfAnother, entry: nil, claim: nil)
            }
            if let entry = try row.decodeIfPresent("entry_id", as: UUID.self) {
                throw StoreError.conflict(.recordUsed, entry: entry, claim: nil)
            }
            guard try online.agrees(with: row, subjectYear: subjectYear) else {
                throw StoreError.invalid([.evidenceDiffers])
            }
            return CitedRecord(id: try row.decode("id"), insertion: nil)
        }
        let id = UUID()
        return CitedRecord(
            id: id,
            insertion: """
                INSERT INTO completion_records (id, record_number, learner_id, subject_year, compulsory_hours, elective_hours,
                    compulsory_finished_on, elective_started_on, test_passed_on, source, recorded_by)
                VALUES (\(id), \(online.recordNumber), \(learner.id), \(Int32(subjectYear)),
                        \(Int32(online.compulsoryHours)), \(Int32(online.electiveHours)), \(online.compulsoryFinishedOn),
                        \(online.electiveStartedOn), \(online.testPassedOn), 'claim', \(caller.userId))
                """)
    }

    func event(_ event: String, of claim: UUID, state: ClaimState, reason: String?) -> Statement {
        """
        INSERT INTO claim_events (claim_id, event, state, reason, occurred_on, recorded_by)
        VALUES (\(claim), \(event), \(state.rawValue), \(reason), \(today), \(caller.userId))
        """
    }
}

extension OnlineEvidence {
    /// Dates that the claimant left out are the platform's to say.
    fileprivate func agrees(with row: Row, subjectYear: Int) throws -> Bool {
        func matches(_ said: Day?, _ column: String) throws -> Bool {
            guard let said, let held = try row.decodeIfPresent(column, as: Day.self) else { return true }
            return said == held
        }
        return try row.decode("subject_year", as: Int32.self) == Int32(subjectYear)
            && row.decode("compulsory_hours", as: Int32.self) == Int32(compulsoryHours)
            && row.decode("elective_hours", as: Int32.self) == Int32(electiveHours)
            && matches(compulsoryFinishedOn, "compulsory_finished_on")
            && matches(electiveStartedOn, "elective_started_on") && matches(testPassedOn, "test_passed_on")
    }
}

extension Evidence {
    var sessionCode: String? {
        guard case .faceToFace(let evidence) = self else { return nil }
        return evidence.sessionCode
    }

    /// The evidence alone, in the API's words.
    func json() throws -> String {
        switch self {
        case .online(let evidence): try RegistryJSON.string(evidence)
        case .faceToFace(let evidence): try RegistryJSON.string(evidence)
        }
    }
}
