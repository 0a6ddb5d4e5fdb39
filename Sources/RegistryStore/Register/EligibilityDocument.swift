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
    /// Rule IDs; the texts are in the policy.
    public var assumptions: [RuleID]
    public var policy: PolicyReference?
    public var texts: Texts

    public struct Texts: Codable, Sendable {
        public var documents: [Text]
        public var nextSteps: [Text]
    }

    public init(_ answer: EligibilityAnswer, language: Language) {
        outcome = answer.outcome
        purpose = answer.purpose
        asOf = answer.asOf
        assessedYear = answer.assessedYear
        years = answer.years
        reasons = answer.reasons.map { ReasonDocument($0, language: language) }
        documents = answer.documents.map { $0(language) }
        nextSteps = answer.nextSteps.map { $0(language) }
        assumptions = answer.assumptions
        policy = answer.policy
        texts = Texts(documents: answer.documents, nextSteps: answer.nextSteps)
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
