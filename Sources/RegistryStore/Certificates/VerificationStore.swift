import Foundation
import PostgresClient
import RegistryDomain

extension RegistryStore {
    /// Public: whether a printed certificate or an issued notice still says what the register says. The name is masked.
    ///
    /// - Throws: `StoreError.notFound` for a code that nobody printed.
    public func verify(code: String) async throws -> Verification {
        let plain = CertificateCode.plain(code)
        let results = try await translating {
            try await pool.pipeline([
                "SELECT set_config('ceregistry.role', 'verifier', true)",
                """
                SELECT c.code, c.name, c.printed_on,
                       EXISTS (SELECT FROM erased_learners x WHERE x.learner_id = c.learner_id) AS erased,
                       EXISTS (SELECT FROM certificates n WHERE n.learner_id = c.learner_id AND n.recorded_at > c.recorded_at) AS newer
                FROM certificates c WHERE c.code = \(plain)
                """,
                """
                SELECT n.code, n.name, n.issued_on AS printed_on, false AS newer, n.notice_number, n.purpose, n.outcome, n.authority,
                       EXISTS (SELECT FROM erased_learners x WHERE x.learner_id = n.learner_id) AS erased
                FROM notices n WHERE n.code = \(plain)
                """,
                """
                SELECT e.subject_year, e.hours, e.mode, e.recognized_on, e.recognized_by, r.entry_id IS NOT NULL AS reversed
                FROM (SELECT entries FROM certificates WHERE code = \(plain)
                      UNION ALL SELECT entries FROM notices WHERE code = \(plain)) d
                JOIN register_entries e ON e.id = ANY (d.entries)
                LEFT JOIN reversals r ON r.entry_id = e.id
                ORDER BY e.subject_year, e.recognized_on, e.entry_number
                """,
            ])
        }
        guard let row = results[1].first ?? results[2].first else { throw StoreError.notFound(.certificateUnknown) }
        let notice = try results[2].first.map(Self.notice)
        let lines = try results[3].map(Self.line)
        return Verification(
            kind: notice == nil ? .certificate : .notice, code: CertificateCode.grouped(try row.decode("code")),
            status: try row.decode("erased") ? .erased : lines.contains(where: \.reversed) ? .superseded : .stands,
            nameMasked: NameMask.masked(try row.decode("name")), printedOn: try row.decode("printed_on"), years: lines,
            newerPrinted: try row.decode("newer"), notice: notice)
    }

    private static func line(_ row: Row) throws -> Verification.Line {
        Verification.Line(
            year: Int(try row.decode("subject_year", as: Int32.self)),
            hours: Int(try row.decode("hours", as: Int32.self)), mode: try row.word("mode"),
            recognizedOn: try row.decode("recognized_on"), recognizedBy: try row.authority("recognized_by"),
            reversed: try row.decode("reversed"))
    }

    private static func notice(_ row: Row) throws -> Verification.Notice {
        Verification.Notice(
            number: try row.decode("notice_number"), purpose: Purpose(rawValue: try row.decode("purpose")),
            outcome: try row.word("outcome"), authority: try row.authority("authority"))
    }
}
