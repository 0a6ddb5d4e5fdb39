import Foundation
import HTTPTypes
import RegistryDomain
import RegistryStore

/// A claim before the person who made it.
private struct OwnClaimModel {
    var row: ClaimRowModel
    var waiting: String?
    var isReturned: Bool
    var returnReason: String?
    var evidence: [EvidenceModel]
    var reason: String?
    var routing: [RuleModel]
    var history: [ClaimModel.Step]
    var mayWithdraw: Bool
    var entered: String?
    var once: String
    var done: String?
    var messages: [String]
    /// The form of a returned claim, filled with what was handed in.
    var form: ClaimFormModel?
}

extension Console {
    static let claimFormPages: [ConsolePage] = [
        .get("/me/claims/new") { visit in try await visit.newClaim() },
        .post("/me/claims/new") { visit in try await visit.submitClaim() },
        .get("/learners/{id}/claims/new") { visit in try await visit.newClaim() },
        .post("/learners/{id}/claims/new") { visit in try await visit.submitClaim() },
        .get("/me/claims/{id}") { visit in try await visit.ownClaim() },
        .post("/me/claims/{id}/withdrawals") { visit in try await visit.withdraw() },
        .post("/me/claims/{id}/resubmissions") { visit in try await visit.resubmit() },
    ]
}

extension Visit {
    fileprivate func newClaim() async throws -> Answer {
        let place = try place()
        try await store.permit(.submitClaim, try caller, record: place.learner)
        let policies = try await store.policies()
        if let record = query("record").flatMap({ UUID(uuidString: $0) }),
            let study = try await store.studies(of: place.learner, as: caller).first(where: { $0.id == record })
        {
            let form = ClaimForm(mode: .online, subjectYear: study.subjectYear, evidence: .online(study.evidence))
            return try await claimForm(form, place, policies)
        }
        let isBase = try caller.role == .baseOfficer
        let mode = query("mode").flatMap { Mode(rawValue: $0) } ?? (isBase ? .faceToFace : .online)
        let year = query("year").flatMap { Int($0) } ?? defaultYear(policies)
        return try await claimForm(ClaimForm(mode: mode, subjectYear: year), place, policies)
    }

    /// The year that is running, else the last one that has begun.
    private func defaultYear(_ policies: PolicySet) -> Int? {
        let years = policies.subjectYears.map(\.year)
        return years.last { $0 <= store.today.year } ?? years.first
    }

    private func claimForm(
        _ form: ClaimForm, _ place: LearnerPlace, _ policies: PolicySet, problems: [Reason] = [],
        standing: String? = nil, _ status: HTTPResponse.Status = .ok
    ) async throws -> Answer {
        let model = ClaimFormModel(
            form, action: "\(place.base)/claims/new", place: place, isNew: true,
            expectation: try await expectation(form, place, policies), problems: problems, standingAddress: standing,
            policies, words)
        let title = words(problems.isEmpty ? "claimNewTitle" : "claimNewMistakes")
        return await page("claim-form", title: title, model, status)
    }

    /// What is said where another mode is expected of the person's unit (M1, Q6); nil where either may be chosen.
    private func expectation(_ form: ClaimForm, _ place: LearnerPlace, _ policies: PolicySet) async throws -> String? {
        guard let employer = try await store.learner(id: place.learner, as: caller).employer,
            let year = form.subjectYear, let policy = policies.policy(forSubjectYear: year),
            let expected = policy.expectation(level: employer.level, kind: employer.kind)?.expected,
            expected != form.mode
        else { return nil }
        return words("reasonExpected")
    }

    fileprivate func submitClaim() async throws -> Answer {
        let place = try place()
        let policies = try await store.policies()
        let mode = form["mode"].flatMap { Mode(rawValue: $0) } ?? .online
        let filled = ClaimForm(form, mode: mode, subjectYear: form["subjectYear"].flatMap { Int($0) })
        guard let evidence = filled.evidence, let year = filled.subjectYear else {
            return try await claimForm(filled, place, policies, problems: filled.mistakes, .unprocessableContent)
        }
        do {
            let claim = NewClaim(
                learnerId: place.learner, subjectYear: year, evidence: evidence, reason: filled.reason)
            let record = try await store.submitClaim(claim, as: caller, once: once)
            return .seeOther("\(place.claim(record.id))?done=submitted")
        } catch let error as StoreError {
            return try await claimForm(
                filled, place, policies, problems: reasons(of: error), standing: standing(error, place),
                ConsoleProblem.status(of: error))
        }
    }

    private func reasons(of error: StoreError) -> [Reason] {
        guard error.reasons.isEmpty else { return error.reasons }
        let text = Text(zh: ConsoleProblem.messages(of: error, words).joined(), en: words("unavailable"))
        return [Reason(rule: nil, code: "unavailable", message: text)]
    }

    /// Where what stands in the way can be seen.
    private func standing(_ error: StoreError, _ place: LearnerPlace) -> String? {
        guard case .conflict(_, let entry, let claim) = error else { return nil }
        if let claim { return place.claim(claim) }
        if entry != nil { return place.isOwn ? "/me/register" : place.base }
        return place.isOwn ? "/me/claims" : place.base
    }

    // MARK: A claim that is there

    fileprivate func ownClaim(
        messages: [String] = [], form filled: ClaimForm? = nil, problems: [Reason] = [], standing: String? = nil,
        _ status: HTTPResponse.Status = .ok
    ) async throws -> Answer {
        let place = try place()
        let claim = try await store.claim(id: id(), as: caller)
        let policies = try await store.policies()
        var formModel: ClaimFormModel?
        if claim.state == .returned {
            let content =
                filled
                ?? ClaimForm(
                    mode: claim.mode, subjectYear: claim.subjectYear, evidence: claim.evidence, reason: claim.reason)
            formModel = ClaimFormModel(
                content, action: "/me/claims/\(claim.id.uuidString.lowercased())/resubmissions", place: place,
                isNew: false, expectation: try await expectation(content, place, policies), problems: problems,
                standingAddress: standing, policies, words)
        }
        let history = (claim.history ?? []).map {
            ClaimModel.Step(
                day: $0.occurredOn.description, what: words("event_\($0.event)"), by: $0.by, because: $0.reason)
        }
        let model = OwnClaimModel(
            row: ClaimRowModel(claim, policies, words),
            waiting: claim.nextActor == nil ? nil : ClaimLine.waiting(claim, policies, words),
            isReturned: claim.state == .returned,
            returnReason: claim.history?.last { $0.event == "return" || $0.event == "reject" }?.reason,
            evidence: EvidenceModel.lines(of: claim, policies, words), reason: claim.reason,
            routing: (claim.rules + claim.assumptions).compactMap { RuleModel($0, policies, words) },
            history: history, mayWithdraw: claim.nextActor != nil,
            entered: claim.entry == nil ? nil : words("claimEntered"), once: Self.freshKey(),
            done: query("done").map { words("done_\($0)", ["who": words.authority(claim.routedTo, policies)]) },
            messages: messages, form: formModel)
        return await page("own-claim", title: words("claimTitle"), model, status)
    }

    fileprivate func withdraw() async throws -> Answer {
        let caller = try caller
        do {
            let claim = try await store.withdrawClaim(id: id(), reason: form["withdrawReason"], as: caller, once: once)
            return .seeOther("/me/claims/\(claim.id.uuidString.lowercased())?done=withdrawn")
        } catch let error as StoreError {
            guard case .conflict = error else { throw error }
            return try await ownClaim(messages: ConsoleProblem.messages(of: error, words), .conflict)
        }
    }

    fileprivate func resubmit() async throws -> Answer {
        let caller = try caller
        let claim = try await store.claim(id: id(), as: caller)
        let filled = ClaimForm(form, mode: claim.mode, subjectYear: claim.subjectYear)
        guard let evidence = filled.evidence else {
            return try await ownClaim(form: filled, problems: filled.mistakes, .unprocessableContent)
        }
        do {
            let record = try await store.resubmitClaim(
                id: claim.id, evidence: evidence, reason: filled.reason, as: caller, once: once)
            return .seeOther("/me/claims/\(record.id.uuidString.lowercased())?done=resubmitted")
        } catch let error as StoreError {
            return try await ownClaim(
                form: filled, problems: reasons(of: error), standing: standing(error, try place()),
                ConsoleProblem.status(of: error))
        }
    }
}
