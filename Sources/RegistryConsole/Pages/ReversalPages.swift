import Crypto
import Foundation
import RegistryDomain
import RegistryStore

private struct ReversalModel {
    struct Change {
        var what: String
        var before: String
        var beforeClass: String
        var after: String
        var afterClass: String
    }
    struct Certificate {
        var code: String
        var printedOn: String
        var word: String
    }
    var entry: EntryModel
    var learner: String
    var name: String
    var idNumberMasked: String
    var employer: String
    var years: [Change]
    var hasYears: Bool
    var verdicts: [Change]
    var hasVerdicts: Bool
    var certificates: [Certificate]
    var hasCertificates: Bool
    var changesNothing: Bool
    /// Says which effects the officer read: what is confirmed is what was seen.
    var seen: String
    var obstacle: String?
    var mayReverse: Bool
    var reason: String
    var messages: [String]

    init(_ preview: ReversalPreview, reason: String, messages: [String], _ policies: PolicySet, _ words: Words) {
        entry = EntryModel(preview.entry, for: nil, policies, words)
        learner = preview.learner.id.uuidString.lowercased()
        name = preview.learner.name
        idNumberMasked = preview.learner.idNumberMasked
        employer = preview.learner.employer?.name ?? "—"
        years = preview.effects.years.map { year in
            Change(
                what: "\(year.before.year)", before: Self.text(year.before, words),
                beforeClass: year.before.status.rawValue,
                after: Self.text(year.after, words), afterClass: year.after.status.rawValue)
        }
        verdicts = preview.effects.verdicts.map { verdict in
            let terms = policies.terms(of: verdict.purpose)?.terms
            let prefix = terms?.effect == .barsExcellent ? "excellent" : "outcome"
            return Change(
                what: terms.map { words($0.name) } ?? verdict.purpose.rawValue,
                before: words("\(prefix)_\(verdict.before.outcome.rawValue)"),
                beforeClass: verdict.before.outcome.rawValue,
                after: words("\(prefix)_\(verdict.after.outcome.rawValue)"), afterClass: verdict.after.outcome.rawValue)
        }
        certificates = preview.certificates.map {
            Certificate(
                code: $0.code, printedOn: $0.printedOn.description,
                word: words($0.isSuperseded ? "certificateSupersededAlready" : "certificateWillBeSuperseded"))
        }
        hasYears = !years.isEmpty
        hasVerdicts = !verdicts.isEmpty
        hasCertificates = !certificates.isEmpty
        changesNothing = years.isEmpty && verdicts.isEmpty && certificates.isEmpty
        seen = Self.fingerprint(preview)
        obstacle = preview.obstacle.map { words($0.message) }
        mayReverse = preview.obstacle == nil
        self.reason = reason
        self.messages = messages
    }

    private static func text(_ year: YearAnswer, _ words: Words) -> String {
        "\(words.status(year.status)) · \(year.creditedHours)/\(year.requiredHours)"
    }

    private static func fingerprint(_ preview: ReversalPreview) -> String {
        let years = preview.effects.years.map {
            "\($0.before.year) \($0.before.status) \($0.before.creditedHours) \($0.after.status) \($0.after.creditedHours)"
        }
        let verdicts = preview.effects.verdicts.map {
            "\($0.purpose.rawValue) \($0.before.outcome) \($0.after.outcome)"
        }
        let certificates = preview.certificates.map { "\($0.code) \($0.isSuperseded)" }
        let text = (years + verdicts + certificates).joined(separator: "\n")
        return Data(SHA256.hash(data: Data(text.utf8)).prefix(12)).base64EncodedString()
    }
}

extension Console {
    /// No undo on a register: what a reversal will change is read before it is confirmed (Q8).
    static let reversalPages: [ConsolePage] = [
        .get("/entries/{id}/reversal") { visit in try await visit.reversal() },
        .post("/entries/{id}/reversal") { visit in try await visit.reverse() },
    ]
}

extension Visit {
    fileprivate func reversal(messages: [String] = []) async throws -> Answer {
        let preview = try await store.reversalPreview(of: id(), as: try caller)
        let model = ReversalModel(
            preview, reason: form["reason"] ?? "", messages: messages, try await store.policies(), words)
        return await page(
            "reversal", title: words("reversalTitle"), model, messages.isEmpty ? .ok : .unprocessableContent)
    }

    fileprivate func reverse() async throws -> Answer {
        let caller = try caller
        let preview = try await store.reversalPreview(of: id(), as: caller)
        let current = ReversalModel(preview, reason: "", messages: [], try await store.policies(), words)
        guard preview.obstacle == nil else { return try await reversal(messages: current.obstacle.map { [$0] } ?? []) }
        guard form["seen"] == current.seen else { return try await reversal(messages: [words("reversalMoved")]) }
        guard let reason = form["reason"] else { return try await reversal(messages: [words("reversalNeedsReason")]) }
        guard form["understood"] != nil else { return try await reversal(messages: [words("reversalNeedsTick")]) }
        do {
            _ = try await store.reverseEntry(id: id(), reason: reason, as: caller)
        } catch let error as StoreError {
            return try await reversal(messages: ConsoleProblem.messages(of: error, words))
        }
        if Rights.scope(of: caller.role, for: .correctLearner) != nil {
            return .seeOther("/learners/\(preview.learner.id.uuidString.lowercased())/changes?done=reversed")
        }
        return .seeOther("/entries/\(try id().uuidString.lowercased())/reversal?done=1")
    }
}
