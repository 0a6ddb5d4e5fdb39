import Foundation
import RegistryDomain
import RegistryStore

extension Endpoint {
    /// What is asked at every counter all day: one round trip, from the token to the person's history.
    @Sendable static func eligibility(_ exchange: OpenExchange, _ token: String) async throws -> Reply {
        let store = exchange.services.store
        let policies = try await store.policies()
        let learner: UUID
        let question: EligibilityQuestion
        do {
            learner = try exchange.id()
            question = try eligibilityQuestion(exchange, policies)
        } catch {
            // Who may not ask at all is told that, whatever is wrong with the question.
            let caller = try await store.caller(token: token, requestId: exchange.context.requestId)
            try exchange.context.admit(caller)
            _ = try await store.permit(.readEligibility, caller)
            throw error
        }
        let answer = try await store.eligibility(
            of: learner, question, holding: token, requestId: exchange.context.requestId,
            admitting: exchange.context.admit)
        return try .json(EligibilityDocument(answer, language: exchange.context.language, policies: policies))
    }

    private static func eligibilityQuestion(_ exchange: OpenExchange, _ policies: PolicySet) throws
        -> EligibilityQuestion
    {
        func expected() -> Text {
            let names = Set(policies.policies.flatMap(\.purposes).map(\.id.rawValue)).sorted().joined(separator: ", ")
            return Text(zh: names, en: names)
        }
        guard
            let purpose = try exchange.query(
                "purpose", expected: expected(), { policies.terms(of: Purpose(rawValue: $0))?.terms.id })
        else { throw Problem(.unprocessableContent, [.field("purpose", found: nil, expected: expected())]) }
        return EligibilityQuestion(
            purpose: purpose, asOf: try exchange.day("asOf"), knownAt: try exchange.instant("knownAt"),
            assessedYear: try exchange.integer("year", in: 1900...2999))
    }
}
