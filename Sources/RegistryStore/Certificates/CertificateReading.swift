import Foundation
import PostgresClient
import RegistryDomain

/// A printed certificate as it is now: its entries carry the reversals that came since.
public struct CertificateDocument: Codable, Sendable {
    public var certificate: CertificateRecord
    public var status: Verification.Status
    public var newerPrinted: Bool
    /// The instant of printing, which documents made of it later still name.
    public var printedAt: Date
}

/// One printing in a list.
public struct CertificateSummary: Codable, Sendable {
    public var code: String
    public var printedOn: Day
    public var status: Verification.Status
    public var entries: Int
}

extension RegistryStore {
    /// A printing by its code, for whoever may print for that learner.
    ///
    /// - Throws: `StoreError.forbidden` where the learner is another's, `.notFound` for a code that nobody printed.
    public func certificate(code: String, as caller: Caller) async throws -> CertificateDocument {
        try await permit(.printCertificate, caller)
        let plain = CertificateCode.plain(code)
        let results = try await pipeline(
            as: caller,
            [
                """
                SELECT c.id, c.code, c.learner_id, c.name, c.holder, c.printed_on, c.recorded_at,
                       EXISTS (SELECT FROM certificates n WHERE n.learner_id = c.learner_id AND n.recorded_at > c.recorded_at) AS newer
                FROM certificates c WHERE c.code = \(plain)
                """,
                """
                \(unescaped: EntryQuery.columns)
                WHERE e.id IN (SELECT unnest(c.entries) FROM certificates c WHERE c.code = \(plain))
                ORDER BY e.subject_year, e.recognized_on, e.entry_number
                """,
            ])
        guard let row = results[0].first else { throw try await unseen(code, .printCertificate, .certificate, caller) }
        let entries = try results[1].map(EntryQuery.record)
        let record = CertificateRecord(
            id: try row.decode("id"), code: CertificateCode.grouped(try row.decode("code")),
            learnerId: try row.decode("learner_id"), name: try row.decode("name"),
            printedOn: try row.decode("printed_on"), entries: entries,
            holder: try row.decodeIfPresent("holder", as: JSONB.self).map { try RegistryJSON.value($0.text) })
        let line = AccessLine(.printCertificate, learner: record.learnerId, record: record.id, reason: "read")
        _ = try await translating { try await pool.execute(line.statement(by: caller)) }
        return CertificateDocument(
            certificate: record, status: entries.contains { $0.reversal != nil } ? .superseded : .stands,
            newerPrinted: try row.decode("newer"), printedAt: try row.decode("recorded_at"))
    }

    /// What was printed for a learner, the newest first.
    public func certificates(of learner: UUID, as caller: Caller) async throws -> [CertificateSummary] {
        let rows = try await readingLearner(
            learner, .readRegister, as: caller,
            [
                """
                SELECT c.code, c.printed_on, cardinality(c.entries) AS entries,
                       EXISTS (SELECT FROM reversals r WHERE r.entry_id = ANY (c.entries)) AS superseded
                FROM certificates c WHERE c.learner_id IN (SELECT person_records(\(learner), NULL))
                ORDER BY c.recorded_at DESC, c.id LIMIT 20
                """
            ])[0]
        return try rows.map { row in
            CertificateSummary(
                code: CertificateCode.grouped(try row.decode("code")), printedOn: try row.decode("printed_on"),
                status: try row.decode("superseded") ? .superseded : .stands,
                entries: Int(try row.decode("entries", as: Int32.self)))
        }
    }

    /// Tells "another's" from "nobody's": that a code exists is public by `verify`.
    func unseen(_ code: String, _ action: Rights.Action, _ kind: Verification.Kind, _ caller: Caller) async throws
        -> StoreError
    {
        let found = try? await verify(code: code)
        guard found?.kind == kind else { return .notFound(.certificateUnknown) }
        try await recordRefusal(action, reason: .outsideJurisdiction, caller: caller)
        return .forbidden(.outsideJurisdiction)
    }
}
