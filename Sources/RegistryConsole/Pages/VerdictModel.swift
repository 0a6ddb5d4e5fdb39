import Foundation
import RegistryDomain
import RegistryStore

/// A year's task as a row.
struct YearModel {
    var year: String
    var status: String
    var statusWord: String
    var credited: String
    var required: String
    var mode: String
    var dueOn: String

    init(_ year: YearAnswer, _ words: Words) {
        self.year = "\(year.year)"
        status = year.status.rawValue
        statusWord = words.status(year.status)
        credited = "\(year.creditedHours)"
        required = "\(year.requiredHours)"
        mode = year.mode.map(words.mode) ?? "—"
        dueOn = year.dueOn.description
    }
}

/// A rule as a person reads it.
struct RuleModel {
    var id: String
    var clause: String
    var text: String

    /// Nil where no notice in force says it.
    init?(_ id: RuleID?, _ policies: PolicySet, _ words: Words) {
        guard let id else { return nil }
        self.id = id.rawValue
        if let rule = policies.policies.reversed().lazy.compactMap({ $0.rules.first { $0.id == id } }).first {
            clause = rule.clause
            text = words(rule.text)
        } else if let assumption = policies.assumption(id) {
            clause = ""
            text = words(assumption)
        } else {
            return nil
        }
    }
}

/// The answer at the counter.
struct VerdictModel {
    struct ReasonModel {
        var message: String
        var rule: RuleModel?
    }
    var learner: String
    var outcome: String
    var icon: String
    var word: String
    var sentence: String
    var name: String
    var idNumberMasked: String
    var employer: String
    var purpose: String
    var reasons: [ReasonModel]
    var years: [YearModel]
    var hasSteps: Bool
    var steps: [String]
    var hasDocuments: Bool
    var documents: [String]
    var hasAssumptions: Bool
    var assumptions: [RuleModel]
    var asOf: String
    var mayIssue: Bool
    var mayPrint: Bool
    var issue: String
    var once: String

    init(
        _ answer: EligibilityAnswer, of learner: LearnerSummary, mayIssue: Bool, mayPrint: Bool, _ policies: PolicySet,
        _ words: Words
    ) {
        let terms = policies.terms(of: answer.purpose)?.terms
        let isAssessment = terms?.effect == .barsExcellent
        self.learner = learner.id.uuidString.lowercased()
        outcome = answer.outcome.rawValue
        icon = "icon-\(answer.outcome.rawValue)"
        word = words("\(isAssessment ? "excellent" : "outcome")_\(answer.outcome.rawValue)")
        sentence = terms.map { words($0.name) } ?? answer.purpose.rawValue
        if let year = answer.assessedYear { sentence += " · \(year)" }
        name = learner.name
        idNumberMasked = learner.idNumberMasked
        employer = learner.employer.map { "\($0.name)（\(words.level($0.level)) · \(words.kind($0.kind))）" } ?? "—"
        purpose = answer.purpose.rawValue
        reasons = answer.reasons.map {
            ReasonModel(message: words($0.message), rule: RuleModel($0.rule, policies, words))
        }
        years = answer.years.map { YearModel($0, words) }
        steps = answer.nextSteps.map { words($0) }
        hasSteps = !steps.isEmpty
        documents = answer.documents.map { words($0) }
        hasDocuments = !documents.isEmpty
        assumptions = answer.assumptions.compactMap { RuleModel($0, policies, words) }
        hasAssumptions = !assumptions.isEmpty
        asOf = words("asOf", ["day": answer.asOf.description])
        self.mayPrint = mayPrint
        self.mayIssue = mayIssue && !isAssessment && [.accepted, .refused].contains(answer.outcome)
        issue = words("issue_\(answer.outcome.rawValue)")
        once = Visit.freshKey()
    }
}
