import Foundation
import RegistryDomain
import RegistryStore

private struct CounterModel {
    struct PurposeChoice {
        var id: String
        var name: String
        var checked: Bool
    }
    var purposes: [PurposeChoice]
    var result: CounterResult?
}

/// What one question came to: a verdict, several people, or words.
private struct CounterResult {
    struct People {
        var count: String
        var choices: [Choice]
    }
    struct Choice {
        var id: String
        var name: String
        var idNumberMasked: String
        var employer: String
        var purpose: String
    }
    var messages: [String] = []
    var people: People?
    var verdict: VerdictModel?
}

extension Console {
    static let counterPages: [ConsolePage] = [
        .get("/counter") { visit in
            try await visit.store.permit(.readEligibility, try visit.caller)
            return try await visit.counter(nil)
        },
        // A POST, since an ID number never stands in a URL (OWASP ASVS 14.2.1).
        .post("/counter") { visit in try await visit.counter(try await visit.answerQuestion()) },
        .post("/learners/{id}/id-number") { visit in
            let number = try await visit.store.idNumber(of: visit.id(), as: visit.caller)
            if visit.wantsFragment { return .text(number) }
            return await visit.page("id-number", title: visit.words("idNumber"), ["number": number])
        },
    ]
}

extension Visit {
    fileprivate func counter(_ result: CounterResult?) async throws -> Answer {
        if wantsFragment { return fragment("counter-part", CounterModel(purposes: [], result: result)) }
        let policies = try await store.policies()
        let chosen = form["purpose"] ?? Purpose.titlePromotion.rawValue
        let purposes = policies.policies.last?.purposes ?? []
        return await page(
            "counter", title: words("counterTitle"),
            CounterModel(
                purposes: purposes.map {
                    .init(id: $0.id.rawValue, name: words($0.name), checked: $0.id.rawValue == chosen)
                }, result: result))
    }

    fileprivate func answerQuestion() async throws -> CounterResult {
        let caller = try caller
        let purpose = form["purpose"] ?? Purpose.titlePromotion.rawValue
        do {
            if let id = form["learner"].flatMap({ UUID(uuidString: $0) }) {
                let record = try await store.learner(id: id, as: caller)
                return try await verdict(LearnerSummary(record), purpose, caller)
            }
            guard let who = form["who"] else { return CounterResult(messages: [words("counterEmpty")]) }
            return try await find(who, purpose, caller)
        } catch let error as StoreError {
            return CounterResult(messages: ConsoleProblem.messages(of: error, words))
        }
    }

    /// By ID number where there is one in what was typed or read from the card; else by name.
    private func find(_ who: String, _ purpose: String, _ caller: Caller) async throws -> CounterResult {
        let number = CounterField.idNumber(in: who)
        let found = try await store.searchLearners(
            LearnerSearch(idNumber: number, nameBegins: number == nil ? who : nil, limit: Self.mostPeople), as: caller)
        guard let first = found.items.first else { return CounterResult(messages: [words("counterNobody")]) }
        if found.items.count == 1 { return try await verdict(first, purpose, caller) }
        let count = "\(found.items.count)"
        return CounterResult(
            people: .init(
                count: words(found.nextCursor == nil ? "counterSeveral" : "counterMore", ["count": count]),
                choices: found.items.map {
                    .init(
                        id: $0.id.uuidString.lowercased(), name: $0.name, idNumberMasked: $0.idNumberMasked,
                        employer: $0.employer?.name ?? "—", purpose: purpose)
                }))
    }

    private static let mostPeople = 20

    private func verdict(_ learner: LearnerSummary, _ purpose: String, _ caller: Caller) async throws -> CounterResult {
        let answer = try await store.eligibility(
            of: learner.id, EligibilityQuestion(purpose: Purpose(rawValue: purpose)), as: caller)
        let mayIssue = Rights.scope(of: caller.role, for: .issueNotice) != nil
        return CounterResult(
            verdict: VerdictModel(
                answer, of: learner, mayIssue: mayIssue,
                mayPrint: Rights.scope(of: caller.role, for: .printCertificate) != nil, try await store.policies(),
                words))
    }
}

/// What a card reader or a hand puts into the one field.
enum CounterField {
    /// The eighteen or fifteen characters of an ID number, whatever the reader sends around them; also a number with
    /// slips, so that its own refusal is read. Nil for a name.
    static func idNumber(in text: String) -> String? {
        let joined = text.uppercased().filter { !$0.isWhitespace && $0 != "-" }.map(halfWidth)
        var run = ""
        var longest = ""
        for character in joined {
            if character.isASCII, character.isNumber || character == "X" { run.append(character) } else { run = "" }
            if run.count > longest.count { longest = run }
        }
        return longest.count >= 6 && longest.contains(where: \.isNumber) ? longest : nil
    }

    /// Full-width digits and letters of a Chinese input method.
    private static func halfWidth(_ character: Character) -> Character {
        guard let scalar = character.unicodeScalars.first, (0xFF10...0xFF3A).contains(scalar.value),
            let plain = Unicode.Scalar(scalar.value - 0xFEE0)
        else { return character }
        return Character(plain)
    }
}
