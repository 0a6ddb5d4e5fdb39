import Foundation
import PostgresClient
import RegistryDomain

extension RegistryTransaction {
    /// A face-to-face claim for a session that this register runs says what the base's list says: hours are not typed (Q4).
    func refuseTypedHours(_ evidence: Evidence, learner: UUID) async throws {
        guard case .faceToFace(let claimed) = evidence else { return }
        let rows = try await execute(
            "SELECT started_on, ended_on, hours, has_passed FROM training_evidence(\(claimed.sessionCode), \(learner))")
        guard let row = rows.first else { return }
        let held = FaceToFaceEvidence(
            sessionCode: claimed.sessionCode, startedOn: try row.decode("started_on"),
            endedOn: try row.decode("ended_on"),
            hours: Int(try row.decode("hours", as: Int32.self)), assessmentPassed: try row.decode("has_passed"))
        let differences = TrainingRecognition.differences(claimed, from: held)
        guard differences.isEmpty else { throw StoreError.invalid(differences) }
    }
}
