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
    struct Filters {
        /// Where the counts are asked for again.
        var again: String
        var states: [Filter]
        var years: [Filter]
        var modes: [Filter]
    }
    var filters: Filters
    var rows: [ClaimRowModel]
    var isEmpty: Bool
    var isOpenList: Bool
    var mayDecide: Bool
    var name: String
    var next: String?
}

/// What the queue's address asks for. A person's name is asked for by a form and stands in no address.
private struct QueueQuestion {
    enum List: Equatable {
        case state(ClaimState)
        case flagged
        case unusual
    }
    var list: List
    var year: Int?
    var mode: Mode?

    init(_ visit: Visit) {
        let state = visit.query("state").flatMap { ClaimState(rawValue: $0) } ?? .submitted
        list = visit.query("flagged") != nil ? .flagged : visit.query("unusual") != nil ? .unusual : .state(state)
        year = visit.query("year").flatMap { Int($0) }
        mode = visit.query("mode").flatMap { Mode(rawValue: $0) }
    }

    var state: ClaimState {
        if case .state(let state) = list { return state }
        return .submitted
    }

    /// The same with something else.
    func with(_ change: (inout QueueQuestion) -> Void) -> QueueQuestion {
        var question = self
        change(&question)
        return question
    }

    func address(_ path: String = "/queue") -> String {
        let what =
            switch list {
            case .state(let state): "state=\(state.rawValue)"
            case .flagged: "flagged=1"
            case .unusual: "unusual=1"
            }
        return "\(path)?\(what)" + (year.map { "&year=\($0)" } ?? "") + (mode.map { "&mode=\($0.rawValue)" } ?? "")
    }
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
        // A POST, since a person's name stands in no address either.
        .post("/queue") { visit in try await visit.queue() },
        .get("/claims/{id}") { visit in try await visit.claimAnswer() },
        .post("/claims/{id}/decisions") { visit in try await visit.decideOne() },
        .post("/queue/decisions") { visit in try await visit.decideMany() },
    ]
}

extension Visit {
    fileprivate func queue() async throws -> Answer {
        let caller = try caller
        let question = QueueQuestion(self)
        let name = form["name"]
        let page = try await store.claims(
            ClaimFilter(
                state: question.state, subjectYear: question.year, flagged: question.list == .flagged,
                mode: question.mode,
                unusual: question.list == .unusual, name: name, cursor: query("cursor"), limit: 100),
            as: caller)
        let policies = try await store.policies()
        let concerns =
            question.state == .submitted ? try await store.concerns(of: page.items.map(\.id), as: caller) : [:]
        let rows = page.items.map { ClaimRowModel($0, concerns: concerns[$0.id], policies, words) }
        let mayDecide = Rights.scope(of: caller.role, for: .decideClaim) != nil
        return await self.page(
            "queue", title: words("queueTitle"),
            QueueModel(
                filters: try await filters(question, policies),
                // What is unusual comes first, each part the longest waiting first.
                rows: rows.filter(\.isUnusual) + rows.filter { !$0.isUnusual }, isEmpty: rows.isEmpty,
                isOpenList: question.state == .submitted && mayDecide, mayDecide: mayDecide, name: name ?? "",
                next: name == nil ? page.nextCursor.map { "\(question.address())&cursor=\($0)" } : nil))
    }

    private func filters(_ question: QueueQuestion, _ policies: PolicySet) async throws -> QueueModel.Filters {
        let counts = try await store.claimCounts(as: try caller)
        func filter(_ list: QueueQuestion.List, _ name: String, _ count: String) -> QueueModel.Filter {
            .init(
                address: question.with { $0.list = list }.address(), name: words(name), count: count,
                current: question.list == list)
        }
        let unusual = counts.unusual < ClaimCounts.mostUnusual ? "\(counts.unusual)" : "\(ClaimCounts.mostUnusual)+"
        var states = ClaimState.allCases.map {
            filter(.state($0), "state_\($0.rawValue)", "\(counts.byState[$0] ?? 0)")
        }
        states.insert(
            contentsOf: [filter(.unusual, "unusual", unusual), filter(.flagged, "flagged", "\(counts.flagged)")], at: 1)
        func choice(_ question: QueueQuestion, _ name: String, _ current: Bool) -> QueueModel.Filter {
            .init(address: question.address(), name: name, count: "", current: current)
        }
        return .init(
            again: question.address("/queue/counts"), states: states,
            years: [choice(question.with { $0.year = nil }, words("allYears"), question.year == nil)]
                + policies.subjectYears.map { terms in
                    choice(question.with { $0.year = terms.year }, "\(terms.year)", question.year == terms.year)
                },
            modes: [choice(question.with { $0.mode = nil }, words("allModes"), question.mode == nil)]
                + Mode.allCases.map { mode in
                    choice(question.with { $0.mode = mode }, words.mode(mode), question.mode == mode)
                })
    }

    func queueCounts() async throws -> Answer {
        fragment("queue-filters", ["filters": try await filters(QueueQuestion(self), try await store.policies())])
    }

    fileprivate func claimAnswer(messages: [String] = [], done: String? = nil) async throws -> Answer {
        let caller = try caller
        let claim = try await store.claim(id: id(), as: caller)
        let isOfficer = Rights.scope(of: caller.role, for: .decideClaim) != nil && claim.routedTo == caller.authority
        let model = ClaimModel(
            claim, concerns: try await store.concerns(of: claim.id, as: caller), mayDecide: isOfficer,
            mayReverse: Rights.scope(of: caller.role, for: .reverseEntry) != nil, form: form, messages: messages,
            done: done, try await store.policies(), words)
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
