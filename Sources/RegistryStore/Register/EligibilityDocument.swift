import Foundation
import RegistryDomain

/// An eligibility answer as JSON for programs and people: each sentence in the language asked for, both languages beside.
public struct EligibilityDocument: Codable, Sendable {
    public var outcome: Outcome
    public var purpose: Purpose
    public var asOf: Day
    public var assessedYear: Int?
    public var years: [YearAnswer]
    public var reasons: [ReasonDocument]
    public var documents: [String]
    public var nextSteps: [String]
    public var assumptions: [RuleID]
    /// What each of them says, by its ID.
    public var assumptionTexts: [String: Text]
    public var policy: PolicyReference?
    public var texts: Texts

    public struct Texts: Codable, Sendable {
        public var documents: [Text]
        public var nextSteps: [Text]
    }

    /// - Parameter policies: where the texts of the assumptions are.
    public init(_ answer: EligibilityAnswer, language: Language, policies: PolicySet) {
        outcome = answer.outcome
        purpose = answer.purpose
        asOf = answer.asOf
        assessedYear = answer.assessedYear
        years = answer.years
        reasons = answer.reasons.map { ReasonDocument($0, language: language) }
        documents = answer.documents.map { $0(language) }
        nextSteps = answer.nextSteps.map { $0(language) }
        assumptions = answer.assumptions
        let texts = answer.assumptions.compactMap { id in policies.assumption(id).map { (id.rawValue, $0) } }
        assumptionTexts = Dictionary(texts, uniquingKeysWith: { first, _ in first })
        policy = answer.policy
        self.texts = Texts(documents: answer.documents, nextSteps: answer.nextSteps)
    }
}

/// A reason as JSON: `message` in the language asked for, `messages` in both.
public struct ReasonDocument: Codable, Sendable {
    public var rule: RuleID?
    public var code: String
    public var message: String
    public var messages: Text
    public var subjectYear: Int?
    public var field: String?
    public var found: String?
    public var expected: String?

    public init(_ reason: Reason, language: Language) {
        rule = reason.rule
        code = reason.code
        message = reason.message(language)
        messages = reason.message
        subjectYear = reason.subjectYear
        field = reason.field
        found = reason.found
        expected = reason.expected
    }
}
