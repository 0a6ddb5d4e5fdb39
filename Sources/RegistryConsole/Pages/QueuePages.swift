import Foundation
import RegistryDomain
import RegistryStore

private struct QueueModel {
    struct Filter {
        var address: String
        var name: String
        var count: String
        var current: Bool
    }
    var filters: [Filter]
    var years: [Filter]
    var rows: [ClaimRowModel]
    var isEmpty: Bool
    var isOpenList: Bool
    var mayDecide: Bool
    var next: String?
    var query: String
}

private struct ResultsModel {
    struct Result {
        var claim: String
        var name: String
        var done: Bool
        var words: String
    }
    var results: [Result]
}

extension Console {
    static let queuePages: [ConsolePage] = [
        .get("/queue") { visit in try await visit.queue() },
        .get("/claims/{id}") { visit in try await visit.claimAnswer() },
        .post("/claims/{id}/decisions") { visit in try await visit.decideOne() },
        .post("/queue/decisions") { visit in try await visit.decideMany() },
    ]
}

extension Visit {
    fileprivate func queue() async throws -> Answer {
        let caller = try caller
        let state = query("state").flatMap { ClaimState(rawValue: $0) } ?? .submitted
        let isFlagged = query("flagged") != nil
        let year = query("year").flatMap { Int($0) }
        let page = try await store.claims(
            ClaimFilter(state: state, subjectYear: year, flagged: isFlagged, cursor: query("cursor"), limit: 100),
            as: caller)
        let counts = try await store.claimCounts(as: caller)
        let policies = try await store.policies()
        let yearPart = year.map { "&year=\($0)" } ?? ""
        var filters = ClaimState.allCases.map { each in
            QueueModel.Filter(
                address: "/queue?state=\(each.rawValue)\(yearPart)", name: words.state(each),
                count: "\(counts.byState[each] ?? 0)", current: each == state && !isFlagged)
        }
        filters.insert(
            .init(
                address: "/queue?flagged=1\(yearPart)", name: words("flagged"), count: "\(counts.flagged)",
                current: isFlagged), at: 1)
        let here = isFlagged ? "flagged=1" : "state=\(state.rawValue)"
        let years =
            [QueueModel.Filter(address: "/queue?\(here)", name: words("allYears"), count: "", current: year == nil)]
            + policies.subjectYears.map {
                .init(
                    address: "/queue?\(here)&year=\($0.year)", name: "\($0.year)", count: "", current: $0.year == year)
            }
        let rows = page.items.map { ClaimRowModel($0, policies, words) }
        let mayDecide = Rights.scope(of: caller.role, for: .decideClaim) != nil
        return await self.page(
            "queue", title: words("queueTitle"),
            QueueModel(
                filters: filters, years: years, rows: rows, isEmpty: rows.isEmpty,
                isOpenList: state == .submitted && mayDecide, mayDecide: mayDecide,
                next: page.nextCursor.map { "/queue?\(here)\(yearPart)&cursor=\($0)" }, query: here + yearPart))
    }

    fileprivate func claimAnswer(messages: [String] = [], done: String? = nil) async throws -> Answer {
        let caller = try caller
        let claim = try await store.claim(id: id(), as: caller)
        let isOfficer = Rights.scope(of: caller.role, for: .decideClaim) != nil && claim.routedTo == caller.authority
        let model = ClaimModel(
            claim, concerns: try await store.concerns(of: claim.id, as: caller), mayDecide: isOfficer, form: form,
            messages: messages, done: done, try await store.policies(), words)
        return wantsFragment ? fragment("claim-part", model) : await page("claim", title: words("claimTitle"), model)
    }

    /// A refusal stands beside what was typed, whatever became of the claim in the meantime.
    fileprivate func decideOne() async throws -> Answer {
        let caller = try caller
        guard let decision = form["decision"].flatMap({ Decision(rawValue: $0) }) else {
            return try await claimAnswer(messages: [words("decisionMissing")])
        }
        let request = DecisionRequest(
            decision: decision, reason: form["reason"], answers: form.group("answer."))
        do {
            let result = try await store.decide(claims: [id()], request, as: caller).first
            guard let result, result.status == 201 else {
                return try await claimAnswer(messages: sentences(of: result))
            }
        } catch let error as StoreError {
            return try await claimAnswer(messages: ConsoleProblem.messages(of: error, words))
        }
        return try await claimAnswer(done: words("decided_\(decision.rawValue)"))
    }

    fileprivate func decideMany() async throws -> Answer {
        let caller = try caller
        let claims = form.all("claim").compactMap { UUID(uuidString: $0) }
        guard let decision = form["decision"].flatMap({ Decision(rawValue: $0) }), !claims.isEmpty else {
            return await mistake(.unprocessableContent, [words(claims.isEmpty ? "nothingSelected" : "decisionMissing")])
        }
        let results = try await store.decide(
            claims: claims, DecisionRequest(decision: decision, reason: form["reason"]), as: caller)
        let names = form.group("name.")
        let model = ResultsModel(
            results: results.map { result in
                let id = result.claim.uuidString.lowercased()
                let isDone = result.status == 201
                return .init(
                    claim: id, name: names[id] ?? id, done: isDone,
                    words: isDone
                        ? words("decided_\(decision.rawValue)")
                        : sentences(of: result).joined(separator: words.language == .zh ? "" : " "))
            })
        return wantsFragment
            ? fragment("results-part", model) : await page("results", title: words("resultsTitle"), model)
    }

    private func sentences(of result: DecisionResult?) -> [String] {
        (result?.reasons ?? []).map { words($0.message) }
    }
}
