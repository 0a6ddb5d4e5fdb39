import Foundation
import HTTPTypes
import RegistryDomain
import RegistryStore

private struct PolicyLoadModel {
    struct Mistake {
        var line: String
        var field: String
        var message: String
    }
    var source: String
    var mistakes: [Mistake]
    var hasMistakes: Bool
    var messages: [String]
}

private struct PolicyPreviewModel {
    struct Difference {
        var field: String
        var before: String
        var after: String
    }
    struct Effect {
        struct Row {
            var status: String
            var word: String
            var before: String
            var after: String
            var change: String
        }
        var year: String
        var rows: [Row]
    }
    var number: String
    var isNew: Bool
    var isSame: Bool
    var version: String
    var differences: [Difference]
    var effects: [Effect]
    var source: String
}

extension Console {
    static let policyPages: [ConsolePage] = [
        .get("/policy") { visit in try await visit.policy() },
        .get("/policy/load") { visit in
            try await visit.store.permit(.loadPolicy, try visit.caller)
            return await visit.policyForm()
        },
        .post("/policy/previews") { visit in try await visit.previewPolicy() },
        .post("/policy") { visit in try await visit.loadPolicy() },
    ]
}

extension Visit {
    fileprivate func policy() async throws -> Answer {
        let caller = try caller
        try await store.permit(.readPolicy, caller)
        let policies = try await store.policies()
        let asked = query("notice")
        guard let policy = policies.policies.last(where: { asked == nil || $0.id == asked }) else {
            throw StoreError.notFound(.recordUnknown)
        }
        let model = PolicyView(
            policy: policy, policies: policies, records: try await store.listPolicies(),
            mayLoad: Rights.scope(of: caller.role, for: .loadPolicy) != nil, words: words
        ).model()
        return await page("policy", title: policy.number, model)
    }

    /// A browser sends its own ends of lines.
    private var policySource: String { form.verbatim("source").replacing("\r\n", with: "\n") }

    fileprivate func policyForm(
        mistakes: [PolicyDraft.Mistake] = [], messages: [String] = [], _ status: HTTPResponse.Status = .ok
    ) async -> Answer {
        let model = PolicyLoadModel(
            source: policySource,
            mistakes: mistakes.map { mistake in
                .init(
                    line: mistake.line.map { "\($0)" } ?? "—", field: mistake.field.isEmpty ? "—" : mistake.field,
                    message: words(mistake.message))
            }, hasMistakes: !mistakes.isEmpty, messages: messages)
        return await page("policy-load", title: words("policyLoad"), model, status)
    }

    fileprivate func previewPolicy() async throws -> Answer {
        let caller = try caller
        try await store.permit(.loadPolicy, caller)
        switch try console.city.readPolicy(policySource) {
        case .mistaken(let mistakes): return await policyForm(mistakes: mistakes, .unprocessableContent)
        case .fine(let policy, let document):
            let held = try await store.policies().policies.first { $0.id == policy.id }
            let before = held == nil ? nil : try await store.policyDocument(notice: policy.id).document
            let differences = try PolicyDifference.between(before, document)
            let effects = try await store.effects(of: policy, as: caller)
            let model = PolicyPreviewModel(
                number: policy.number, isNew: held == nil, isSame: differences.isEmpty,
                version: "\((held?.version ?? 0) + 1)",
                differences: held == nil
                    ? []
                    : differences.map { .init(field: $0.field, before: $0.before ?? "—", after: $0.after ?? "—") },
                effects: effects.map(effect), source: policySource)
            return await page("policy-preview", title: words("policyPreview"), model)
        }
    }

    private func effect(_ effect: PolicyEffect) -> PolicyPreviewModel.Effect {
        .init(
            year: "\(effect.year)",
            rows: YearStatus.allCases.filter { (effect.before[$0] ?? 0) + (effect.after[$0] ?? 0) > 0 }.map { status in
                let (before, after) = (effect.before[status] ?? 0, effect.after[status] ?? 0)
                return .init(
                    status: status.rawValue, word: words.status(status), before: Figure.text(before),
                    after: Figure.text(after),
                    change: after > before ? "+\(Figure.text(after - before))" : Figure.text(after - before))
            })
    }

    fileprivate func loadPolicy() async throws -> Answer {
        let caller = try caller
        try await store.permit(.loadPolicy, caller)
        let source = policySource
        switch try console.city.readPolicy(source) {
        case .mistaken(let mistakes): return await policyForm(mistakes: mistakes, .unprocessableContent)
        case .fine(let policy, let document):
            do {
                let loaded = try await store.loadPolicy(policy, document: document, source: source, as: caller)
                return .seeOther(Link.to("/policy", [("notice", loaded.id)]))
            } catch let error as StoreError {
                return await policyForm(
                    messages: ConsoleProblem.messages(of: error, words), ConsoleProblem.status(of: error))
            }
        }
    }
}
