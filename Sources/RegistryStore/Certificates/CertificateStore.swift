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
    /// As of the day of printing; nil for printings older than this field.
    public var holder: DocumentHolder?
}

/// Whom a printed document is about, as it says so itself.
public struct DocumentHolder: Codable, Sendable {
    public var idNumberMasked: String
    public var gender: String?
    public var employer: String?
    public var post: String?
    public var title: String?

    init(_ record: LearnerRecord) {
        idNumberMasked = record.idNumberMasked
        gender = record.gender
        employer = record.employer?.name
        post = record.post
        title = record.title
    }
}

/// What a stranger learns of a printed certificate or an issued notice.
public struct Verification: Codable, Sendable {
    public enum Kind: String, Codable, Sendable { case certificate, notice }
    public enum Status: String, Codable, Sendable {
        case stands, superseded
        /// The person's data was erased by law: nobody can be shown to be whom it names.
        case erased
    }
    /// What a notice of acceptance or refusal says; its day is `printedOn`, the entries it rests on are `years`.
    public struct Notice: Codable, Sendable {
        public var number: Int64
        public var purpose: Purpose
        public var outcome: Outcome
        public var authority: Authority
    }
    public struct Line: Codable, Sendable {
        public var year: Int
        public var hours: Int
        public var mode: Mode
        public var recognizedOn: Day
        public var recognizedBy: Authority
        public var reversed: Bool
    }
    public var kind: Kind
    public var code: String
    public var status: Status
    public var nameMasked: String
    public var printedOn: Day
    public var years: [Line]
    /// Whether a later printing exists.
    public var newerPrinted: Bool
    /// For a notice alone.
    public var notice: Notice?
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
                let holder = DocumentHolder(record)
                let id = UUID()
                let code = CertificateCode.make()
                _ = try await transaction.pipeline([
                    """
                    INSERT INTO certificates (id, code, learner_id, entries, name, holder, printed_on, recorded_by)
                    VALUES (\(id), \(code), \(record.mergedInto ?? learner), \(entries.map(\.id)), \(record.name),
                            \(JSONB(text: try RegistryJSON.string(holder))), \(transaction.today), \(caller.userId))
                    """,
                    AccessLine(.printCertificate, learner: learner, record: id).statement(by: caller),
                ])
                return CertificateRecord(
                    id: id, code: CertificateCode.grouped(code), learnerId: record.mergedInto ?? learner,
                    name: record.name,
                    printedOn: transaction.today, entries: entries, holder: holder)
            }
        }
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
