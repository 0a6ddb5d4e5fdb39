import Foundation
import PostgresClient
import RegistryDomain

extension RegistryStore {
    /// The whole ID number, for somebody who has a reason to see it: that it was shown goes on the access log.
    ///
    /// - Throws: `StoreError.forbidden` outside the caller's jurisdiction, `.notFound`.
    public func idNumber(of learner: UUID, as caller: Caller) async throws -> String {
        let rows = try await readingLearner(
            learner, .readLearner, why: "idNumber", as: caller,
            ["SELECT id_number FROM learners WHERE id = \(learner)"])[0]
        guard let row = rows.first else { throw StoreError.notFound(.learnerUnknown) }
        return try row.decode("id_number")
    }
}

extension LearnerSummary {
    /// The line that stands for the whole record.
    public init(_ record: LearnerRecord) {
        id = record.id
        name = record.name
        idNumberMasked = record.idNumberMasked
        employer = record.employer
        area = record.area
        post = record.post
        title = record.title
    }
}
