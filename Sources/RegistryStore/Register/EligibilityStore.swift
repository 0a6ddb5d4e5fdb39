import Foundation
import PostgresClient
import RegistryDomain

/// A question at the counter: may this person's application be accepted?
public struct EligibilityQuestion: Sendable {
    public var purpose: Purpose
    /// The business day it is asked about; today when nil.
    public var asOf: Day?
    /// What the register had recorded by this instant; everything when nil.
    public var knownAt: Date?
    /// The year of an annual assessment (E6); the policy's choice when nil.
    public var assessedYear: Int?

    public init(purpose: Purpose, asOf: Day? = nil, knownAt: Date? = nil, assessedYear: Int? = nil) {
        self.purpose = purpose
        self.asOf = asOf
        self.knownAt = knownAt
        self.assessedYear = assessedYear
    }
}

extension RegistryStore {
    public func eligibility(of learner: UUID, _ question: EligibilityQuestion, as caller: Caller) async throws
        -> EligibilityAnswer
    {
        let history = try await readingHistory(
            HistoryQuery(learner: learner, knownAt: question.knownAt), why: question.purpose.rawValue, as: caller)
        return try await answer(question, history)
    }

    /// For whoever holds the token, in one round trip.
    ///
    /// - Parameter admitting: told who it is; what it throws is thrown.
    /// - Throws: also `StoreError.unauthenticated` where the session has ended.
    public func eligibility(
        of learner: UUID, _ question: EligibilityQuestion, holding token: String, requestId: String?,
        admitting: (Caller) throws -> Void
    ) async throws -> EligibilityAnswer {
        let history = try await readingHistory(
            HistoryQuery(learner: learner, knownAt: question.knownAt), why: question.purpose.rawValue, holding: token,
            requestId: requestId, admitting: admitting)
        return try await answer(question, history)
    }

    private func answer(_ question: EligibilityQuestion, _ history: LearnerHistory) async throws -> EligibilityAnswer {
        Eligibility.answer(
            question.purpose, history: history, policies: try await policies(), asOf: question.asOf ?? today,
            assessedYear: question.assessedYear)
    }

    /// The learner whom an ID number leads to, one that was corrected since included.
    ///
    /// - Throws: `StoreError.invalid` for a number with a wrong form or check digit (A1), `.notFound`.
    public func learnerId(forIdNumber text: String, as caller: Caller) async throws -> UUID {
        try await permit(.searchLearners, caller)
        let number: IdentityNumber
        do {
            number = try IdentityNumber(validating: text)
        } catch {
            throw StoreError.invalid([error.reason])
        }
        let rows = try await pipeline(
            as: caller,
            [
                """
                SELECT coalesce(l.merged_into, l.id) AS id FROM learner_id_numbers n JOIN learners l ON l.id = n.learner_id
                WHERE n.id_number = \(number.value)
                """
            ])[0]
        guard let row = rows.first else { throw StoreError.notFound(.learnerUnknown) }
        return try row.decode("id")
    }
}
