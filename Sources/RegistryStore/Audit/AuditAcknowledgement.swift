import Foundation
import PostgresClient
import RegistryDomain

/// Somebody has looked at a finding and says why it stays.
public struct AcknowledgementRecord: Codable, Sendable {
    public var id: UUID
    public var finding: UUID
    public var check: String
    public var recordKind: String
    public var recordId: String
    public var reason: String
    public var acknowledgedBy: String
    public var acknowledgedOn: Day
}

extension RegistryStore {
    /// Acknowledges an open finding: from then on it counts apart, as long as its content stays what it is.
    ///
    /// - Throws: `StoreError.notFound` where no such finding is open, `.conflict` where it was acknowledged before.
    public func acknowledgeFinding(_ finding: UUID, reason: String, as caller: Caller, once: OnceKey? = nil)
        async throws -> AcknowledgementRecord
    {
        try await permit(.acknowledgeFinding, caller, record: finding)
        return try await write(as: caller, once: once) { transaction in
            try FieldChecks.statement(reason, field: "reason")
            let row = try await transaction.one(
                "SELECT check_name, record_kind, record_id FROM audit_open_findings WHERE id = \(finding)",
                orElse: .findingUnknown)
            let record = AcknowledgementRecord(
                id: UUID(), finding: finding, check: try row.decode("check_name"),
                recordKind: try row.decode("record_kind"), recordId: try row.decode("record_id"), reason: reason,
                acknowledgedBy: caller.personName, acknowledgedOn: transaction.today)
            _ = try await transaction.pipeline([
                """
                INSERT INTO audit_acknowledgements (id, finding_id, check_name, record_kind, record_id, reason, acknowledged_by,
                                                    acknowledged_on)
                VALUES (\(record.id), \(finding), \(record.check), \(record.recordKind), \(record.recordId), \(reason),
                        \(caller.userId), \(record.acknowledgedOn))
                """,
                AccessLine(.acknowledgeFinding, record: finding).statement(by: caller),
            ])
            return record
        }
    }
}
