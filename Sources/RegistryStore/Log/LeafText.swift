import Crypto
import Foundation
import RegistryDomain

/// A record as an export holds it, with what opens its leaf's commitments; one line of `records/*.jsonl`.
///
/// Days are `YYYY-MM-DD`, instants microseconds in UTC, as the leaf has them.
public struct ExportedRecord: Codable, Sendable {
    public struct Person: Codable, Sendable {
        public var salt: Data
        public var learner: String
        public var name: String
        public var idNumber: String
    }
    public struct User: Codable, Sendable {
        public var salt: Data
        public var user: String
        public var name: String
        public var username: String
    }
    public struct Words: Codable, Sendable {
        public var salt: Data
    }
    /// By which erasure a part was removed.
    public struct Erasures: Codable, Sendable {
        public var person: String?
        public var user: String?
        public var text: String?
    }
    public struct Columns: Codable, Sendable {
        public var id: String?
        public var entryId: String?
        /// Of a decision the claim's learner, of a reversal the entry's.
        public var learnerId: String?
        public var claimId: String?
        public var decisionId: String?
        public var completionRecordId: String?
        public var entryNumber: Int64?
        public var kind: String?
        public var subjectYear: Int?
        public var mode: String?
        public var hours: Int?
        public var routing: Int?
        public var authority: String?
        public var decision: String?
        public var reason: String?
        public var document: String?
        /// The text of the JSON, as PostgreSQL writes it.
        public var answers: String?
        public var sessionCode: String?
        public var paperNumber: String?
        public var on: String?
        public var by: String?
        public var recordedAt: String?
    }

    /// Its place in the tree; nil for a record that the log does not know.
    public var leaf: UInt64?
    public var record: Columns
    public var person: Person?
    public var user: User?
    public var text: Words?
    public var erased: Erasures?
}

/// The leaf of a record in Swift, apart from the SQL that wrote it (`LeafSQL`): what an export is checked with, off line.
public struct LeafText: Sendable {
    /// Name and JSON value, sorted by name.
    public let members: [(name: String, value: String)]

    /// Canonical JSON (RFC 8785).
    public var data: String { "{" + members.map { "\"\($0.name)\":\($0.value)" }.joined(separator: ",") + "}" }

    /// - Parameter held: the leaf that is there, whose commitments stand for what was removed by law.
    public init(_ kind: LogRecordKind, _ line: ExportedRecord, held: [String: String]) {
        let record = line.record
        func commitment(_ name: String, _ salt: Data?, _ erasure: String?, _ opened: () -> String) -> String {
            if let salt { return Self.commitment(salt, opened()) }
            return erasure != nil ? held[name] ?? "null" : "null"
        }
        let person = commitment("person", line.person?.salt, line.erased?.person) {
            guard let person = line.person else { return "" }
            return Self.object([
                ("idNumber", Self.string(person.idNumber)), ("learner", Self.string(person.learner)),
                ("name", Self.string(person.name)),
            ])
        }
        let user = commitment("user", line.user?.salt, line.erased?.user) {
            guard let user = line.user else { return "" }
            return Self.object([
                ("name", Self.string(user.name)), ("user", Self.string(user.user)),
                ("username", Self.string(user.username)),
            ])
        }
        let text = commitment("text", line.text?.salt, line.erased?.text) { Self.words(kind, record) }
        let common = [
            ("recordedAt", Self.string(record.recordedAt)), ("text", text), ("user", user), ("v", "1"),
        ]
        let about = kind == .erasure ? [] : [("person", person)]
        let own: [(String, String)] =
            switch kind {
            case .decision:
                [
                    ("authority", Self.string(record.authority)), ("claim", Self.string(record.claimId)),
                    ("decidedOn", Self.string(record.on)), ("decision", Self.string(record.decision)),
                    ("id", Self.string(record.id)), ("kind", "\"decision\""), ("routing", Self.number(record.routing)),
                ]
            case .entry:
                [
                    ("authority", Self.string(record.authority)), ("claim", Self.string(record.claimId)),
                    ("completionRecord", Self.string(record.completionRecordId)),
                    ("decision", Self.string(record.decisionId)), ("entryNumber", Self.number(record.entryNumber)),
                    ("hours", Self.number(record.hours)), ("id", Self.string(record.id)), ("kind", "\"entry\""),
                    ("mode", Self.string(record.mode)), ("outcome", Self.string(record.decision)),
                    ("recognizedOn", Self.string(record.on)), ("session", Self.string(record.sessionCode)),
                    ("source", Self.string(record.kind)), ("year", Self.number(record.subjectYear)),
                ]
            case .reversal:
                [
                    ("authority", Self.string(record.authority)), ("entry", Self.string(record.entryId)),
                    ("kind", "\"reversal\""), ("reversedOn", Self.string(record.on)),
                ]
            case .erasure:
                [
                    ("authority", "\"city\""), ("erasedOn", Self.string(record.on)), ("id", Self.string(record.id)),
                    ("kind", "\"erasure\""),
                ]
            }
        members = (own + about + common).sorted { $0.0 < $1.0 }.map { (name: $0.0, value: $0.1) }
    }

    private static func words(_ kind: LogRecordKind, _ record: ExportedRecord.Columns) -> String {
        switch kind {
        case .decision: object([("answers", string(record.answers)), ("reason", string(record.reason))])
        case .entry: object([("paperNumber", string(record.paperNumber))])
        case .reversal: object([("reason", string(record.reason))])
        case .erasure:
            object([
                ("document", string(record.document)), ("learner", string(record.learnerId)),
                ("reason", string(record.reason)),
            ])
        }
    }

    /// Base 64, in quotes, of `SHA-256(salt || canonical JSON)`.
    static func commitment(_ salt: Data, _ opened: String) -> String {
        var hash = SHA256()
        hash.update(data: salt)
        hash.update(data: Data(opened.utf8))
        return "\"\(Data(hash.finalize()).base64EncodedString())\""
    }

    private static func object(_ members: [(String, String)]) -> String {
        "{" + members.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}"
    }

    private static func number(_ value: (some BinaryInteger)?) -> String { value.map { "\($0)" } ?? "null" }

    /// As RFC 8785, 3.2.2.2, escapes: no more than must be.
    static func string(_ text: String?) -> String {
        guard let text else { return "null" }
        var json = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": json += "\\\""
            case "\\": json += "\\\\"
            case "\u{8}": json += "\\b"
            case "\t": json += "\\t"
            case "\n": json += "\\n"
            case "\u{C}": json += "\\f"
            case "\r": json += "\\r"
            case _ where scalar.value < 0x20:
                let hex = String(scalar.value, radix: 16)
                json += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: json.unicodeScalars.append(scalar)
            }
        }
        return json + "\""
    }

    /// The members of a leaf as text, for those who compare; nil for anything but one flat JSON object in canonical form.
    public static func members(of leaf: some Collection<UInt8>) -> [String: String]? {
        guard let object = try? JSONSerialization.jsonObject(with: Data(leaf)) as? [String: Any] else { return nil }
        var members: [String: String] = [:]
        for (name, value) in object {
            switch value {
            case let text as String: members[name] = string(text)
            case let number as NSNumber: members[name] = number.stringValue
            case is NSNull: members[name] = "null"
            default: return nil
            }
        }
        return members
    }
}
