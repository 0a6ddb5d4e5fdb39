import Foundation
import PostgresClient
import RegistryDomain

/// One printing of the registration certificate 《四川省专业技术人员继续教育登记证书》 (R4).
public struct CertificateRecord: Codable, Sendable {
    public var id: UUID
    /// What a stranger checks it by: four groups of four, without I, L, O and U.
    public var code: String
    public var learnerId: UUID
    public var name: String
    public var printedOn: Day
    public var entries: [RegisterEntryRecord]
    /// That the entries are in the transparency log; nil where none is kept.
    public var proof: CertificateProof?
}

/// What a stranger learns of a printed certificate.
public struct Verification: Codable, Sendable {
    public enum Status: String, Codable, Sendable {
        case stands, superseded
        /// The person's data was erased by law: nobody can be shown to be whom it names.
        case erased
    }
    public struct Line: Codable, Sendable {
        public var year: Int
        public var hours: Int
        public var mode: Mode
        public var recognizedOn: Day
        public var recognizedBy: Authority
        public var reversed: Bool
    }
    public var code: String
    public var status: Status
    public var nameMasked: String
    public var printedOn: Day
    public var years: [Line]
    /// Whether a later printing exists.
    public var newerPrinted: Bool
}

extension RegistryStore {
    /// A new dated printing of what stands now.
    public func printCertificate(learner: UUID, as caller: Caller, once: OnceKey? = nil) async throws
        -> CertificateRecord
    {
        try await permit(.printCertificate, caller, record: learner)
        return try await loggingRefusal(.printCertificate, caller, learner: learner) {
            try await write(as: caller, once: once) { transaction in
                let record = try await transaction.visibleLearner(learner)
                let rows = try await transaction.execute(
                    """
                    \(unescaped: EntryQuery.columns)
                    WHERE e.learner_id IN (SELECT person_records(\(learner), NULL)) AND r.entry_id IS NULL
                    ORDER BY e.subject_year, e.recognized_on, e.entry_number
                    """)
                let entries = try rows.map(EntryQuery.record)
                let id = UUID()
                let code = CertificateCode.make()
                _ = try await transaction.pipeline([
                    """
                    INSERT INTO certificates (id, code, learner_id, entries, name, printed_on, recorded_by)
                    VALUES (\(id), \(code), \(record.mergedInto ?? learner), \(entries.map(\.id)), \(record.name), \(transaction.today),
                            \(caller.userId))
                    """,
                    AccessLine(.printCertificate, learner: learner, record: id).statement(by: caller),
                ])
                return CertificateRecord(
                    id: id, code: CertificateCode.grouped(code), learnerId: record.mergedInto ?? learner,
                    name: record.name,
                    printedOn: transaction.today, entries: entries)
            }
        }
    }

    /// Public: whether a printed certificate stands. The name is masked.
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
                SELECT e.subject_year, e.hours, e.mode, e.recognized_on, e.recognized_by, r.entry_id IS NOT NULL AS reversed
                FROM certificates c JOIN register_entries e ON e.id = ANY (c.entries)
                LEFT JOIN reversals r ON r.entry_id = e.id
                WHERE c.code = \(plain) ORDER BY e.subject_year, e.recognized_on, e.entry_number
                """,
            ])
        }
        guard let row = results[1].first else { throw StoreError.notFound(.certificateUnknown) }
        let lines = try results[2].map { row in
            Verification.Line(
                year: Int(try row.decode("subject_year", as: Int32.self)),
                hours: Int(try row.decode("hours", as: Int32.self)),
                mode: try row.word("mode"), recognizedOn: try row.decode("recognized_on"),
                recognizedBy: try row.authority("recognized_by"), reversed: try row.decode("reversed"))
        }
        return Verification(
            code: CertificateCode.grouped(try row.decode("code")),
            status: try row.decode("erased") ? .erased : lines.contains(where: \.reversed) ? .superseded : .stands,
            nameMasked: NameMask.masked(try row.decode("name")), printedOn: try row.decode("printed_on"), years: lines,
            newerPrinted: try row.decode("newer"))
    }
}

/// Sixteen characters of Crockford's base 32: 80 random bits, read out without mistakes.
enum CertificateCode {
    private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")

    static func make() -> String {
        var generator = SystemRandomNumberGenerator()
        return String((0..<16).map { _ in alphabet[Int.random(in: 0..<32, using: &generator)] })
    }

    static func grouped(_ code: String) -> String {
        stride(from: 0, to: code.count, by: 4).map { String(code.dropFirst($0).prefix(4)) }.joined(separator: "-")
    }

    /// As people type it: any case, with or without dashes, O for 0, I and L for 1.
    static func plain(_ text: String) -> String {
        let mended: [Character: Character] = ["O": "0", "I": "1", "L": "1"]
        return String(text.uppercased().filter { $0 != "-" && !$0.isWhitespace }.map { mended[$0] ?? $0 }.prefix(64))
    }
}
