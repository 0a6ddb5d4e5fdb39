import Foundation
import RegistryDomain
import RegistryStore

private struct EntryStoryModel {
    struct Fact {
        var name: String
        var value: String
        var address: String?
    }
    struct Printing {
        var code: String
        var printedOn: String
    }
    var title: String
    var state: String
    var stateWord: String
    var learner: String
    var learnerName: String
    var idNumberMasked: String
    var facts: [Fact]
    var reversal: String?
    var hasCertificates: Bool
    var certificates: [Printing]
}

extension Console {
    static let entryPages: [ConsolePage] = [
        .get("/entries/{id}") { visit in try await visit.entryPage() }
    ]
}

extension Visit {
    /// One line of the register with its history; nothing can be changed here.
    fileprivate func entryPage() async throws -> Answer {
        let story = try await store.entryStory(id(), as: caller)
        let policies = try await store.policies()
        let entry = story.entry
        let state =
            entry.reversal != nil ? "reversed" : story.completes ? "completes" : story.stands ? "stands" : "apart"
        var facts: [EntryStoryModel.Fact] = [
            .init(name: words("year"), value: "\(entry.subjectYear)"),
            .init(name: words("mode"), value: words.mode(entry.mode)),
            .init(name: words("hours"), value: "\(entry.hours)"),
            .init(name: words("recognizedBy"), value: words.authority(entry.recognizedBy, policies)),
            .init(name: words("recognizedOn"), value: entry.recognizedOn.description),
            .init(name: words("recordedBy"), value: "\(entry.recordedBy) · \(Figure.text(entry.recordedAt))"),
        ]
        if let claim = entry.claimId {
            facts.append(
                .init(name: words("claimTitle"), value: words("openClaim"), address: Link.claim(claim)))
        }
        for (name, value) in [
            ("recordNumber", entry.recordNumber), ("sessionCode", entry.sessionCode),
            ("paperNumber", entry.paperNumber),
        ] {
            if let value { facts.append(.init(name: words(name), value: value)) }
        }
        let model = EntryStoryModel(
            title: words("entryTitle", ["number": Figure.text(Int(entry.entryNumber))]), state: state,
            stateWord: words("entry_\(state)"), learner: Link.learner(entry.learnerId), learnerName: story.learnerName,
            idNumberMasked: story.idNumberMasked, facts: facts,
            reversal: entry.reversal.map { reversal in
                words(
                    "reversedText",
                    [
                        "day": reversal.reversedOn.description, "reason": reversal.reason,
                        "by": words.authority(reversal.reversedBy, policies),
                    ])
            }, hasCertificates: !story.certificates.isEmpty,
            certificates: story.certificates.map { .init(code: $0.code, printedOn: $0.printedOn.description) })
        return await page("entry", title: model.title, model)
    }
}
