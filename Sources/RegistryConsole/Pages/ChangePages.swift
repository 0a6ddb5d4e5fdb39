import Foundation
import HTTPTypes
import RegistryDomain
import RegistryStore

extension Console {
    /// Corrections, transfers, leaving and excuses of one learner, for the learner's bureau.
    static let changePages: [ConsolePage] = [
        .get("/learners/{id}/changes") { visit in try await visit.changes() },
        .post("/learners/{id}/corrections") { visit in try await visit.correct() },
        .post("/learners/{id}/employments") { visit in try await visit.move() },
        .post("/learners/{id}/leaving") { visit in try await visit.leave() },
        .post("/learners/{id}/excuses") { visit in try await visit.excuse() },
        .post("/learners/{id}/excuses/{excuse}/revocation") { visit in try await visit.revokeExcuse() },
    ]
}

extension Visit {
    fileprivate func changes(_ state: ChangeFormState = ChangeFormState()) async throws -> Answer {
        let caller = try caller
        try await store.permit(.correctLearner, caller, record: id())
        let record = try await store.learner(id: id(), as: caller)
        let model = ChangeModel(
            record, entries: try await store.register(of: record.id, as: caller),
            merges: try await store.merges(of: record.id, as: caller), for: caller, form: form, state: state,
            today: store.today, done: query("done").flatMap { Self.doneWords.contains($0) ? $0 : nil },
            try await store.policies(), words)
        let status: HTTPResponse.Status =
            state.messages.isEmpty ? .ok : state.isStale ? .conflict : .unprocessableContent
        return await page("changes", title: words("changesTitle"), model, status)
    }

    private static let doneWords: Set<String> = [
        "corrected", "moved", "left", "excused", "revoked", "reversed", "merged", "unmerged",
    ]

    private func back(_ done: String) throws -> Answer {
        .seeOther("/learners/\(try id().uuidString.lowercased())/changes?done=\(done)")
    }

    /// What the officer changed and nothing else; all of it or none.
    fileprivate func correct() async throws -> Answer {
        let caller = try caller
        let reason = form["reason"] ?? ""
        let document = form["document"] ?? ""
        var corrections = ChangeModel.plainFields.compactMap { field -> LearnerCorrection? in
            let typed = form[field.rawValue] ?? ""
            guard typed != form["was.\(field.rawValue)"] ?? "" else { return nil }
            return LearnerCorrection(field: field, value: typed, reason: reason, document: document)
        }
        if let number = form["idNumber"] {
            corrections.append(LearnerCorrection(field: .idNumber, value: number, reason: reason, document: document))
        }
        guard !corrections.isEmpty else {
            return try await changes(.init(form: .correction, messages: [words("nothingChanged")]))
        }
        do {
            _ = try await store.correctLearner(
                id: id(), all: corrections, ifVersion: form["version"].flatMap { Int($0) } ?? 0, as: caller)
        } catch StoreError.stale {
            return try await changes(.init(form: .correction, messages: [words("correctionConflict")], isStale: true))
        } catch let error as StoreError {
            return try await changes(.init(form: .correction, messages: ConsoleProblem.messages(of: error, words)))
        }
        return try back("corrected")
    }

    /// The employer by credit code or by name; a name that several have becomes a choice.
    fileprivate func move() async throws -> Answer {
        let caller = try caller
        var state = ChangeFormState(form: .move)
        guard let from = form["from"].flatMap({ Day($0) }) else {
            state.messages = [words("dayNeeded")]
            return try await changes(state)
        }
        guard let typed = form["employerCreditCode"] ?? form["employer"] else {
            state.messages = [words("employerNeeded")]
            return try await changes(state)
        }
        do {
            let found = try await store.searchEmployers(
                q: typed, authority: nil, cursor: nil, limit: 8, as: caller
            ).items.filter { $0.closedOn == nil && $0.mergedInto == nil }
            let exact = found.filter { $0.creditCode == typed || $0.name == typed }
            guard let employer = exact.count == 1 ? exact.first : found.count == 1 ? found.first : nil else {
                state.employers = found
                state.messages = [words(found.isEmpty ? "employerNotFound" : "employerSeveral")]
                return try await changes(state)
            }
            _ = try await store.addEmployment(
                learner: id(), NewEmployment(employerCreditCode: employer.creditCode, from: from), as: caller)
        } catch let error as StoreError {
            state.messages = ConsoleProblem.messages(of: error, words)
            return try await changes(state)
        }
        // A transfer may have taken the learner out of the caller's sight.
        do {
            _ = try await store.learner(id: id(), as: caller)
        } catch StoreError.forbidden {
            return await page("done", title: words("changesTitle"), ["text": words("movedAway"), "next": "/counter"])
        }
        return try back("moved")
    }

    fileprivate func leave() async throws -> Answer {
        let caller = try caller
        guard let until = form["until"].flatMap({ Day($0) }) else {
            return try await changes(.init(form: .leaving, messages: [words("dayNeeded")]))
        }
        do {
            _ = try await store.endEmployment(learner: id(), until: until, reason: form["reason"] ?? "", as: caller)
        } catch let error as StoreError {
            return try await changes(.init(form: .leaving, messages: ConsoleProblem.messages(of: error, words)))
        }
        return try back("left")
    }

    fileprivate func excuse() async throws -> Answer {
        let caller = try caller
        guard let year = form["subjectYear"].flatMap({ Int($0) }) else {
            return try await changes(.init(form: .excuse, messages: [words("yearNeeded")]))
        }
        do {
            _ = try await store.addExcuse(
                learner: id(),
                NewExcuse(
                    subjectYear: year, reason: form["reason"] ?? "", document: form["document"] ?? "",
                    liftsDuty: form["liftsDuty"] != nil), as: caller)
        } catch let error as StoreError {
            return try await changes(.init(form: .excuse, messages: ConsoleProblem.messages(of: error, words)))
        }
        return try back("excused")
    }

    fileprivate func revokeExcuse() async throws -> Answer {
        let caller = try caller
        do {
            _ = try await store.revokeExcuse(id: id("excuse"), reason: form["reason"] ?? "", as: caller)
        } catch let error as StoreError {
            return try await changes(.init(form: .revocation, messages: ConsoleProblem.messages(of: error, words)))
        }
        return try back("revoked")
    }
}
