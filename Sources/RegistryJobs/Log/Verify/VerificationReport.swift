import Foundation
import RegistryDomain

/// What `ceregistry verify` came to.
public struct VerificationReport: Codable, Sendable {
    public enum Problem: String, Codable, Sendable {
        /// A record says something else than its leaf.
        case changed
        /// A leaf whose record is not there.
        case removed
        /// A record that the log does not know.
        case inserted
        /// Another record stands in a leaf's place.
        case reordered
        /// The leaves are not those of a signed checkpoint.
        case treeDiffers
        /// There are fewer leaves than a signed checkpoint has.
        case truncated
        /// A checkpoint with a signature that is not the key's, or by no known key.
        case forged
        /// A tile or bundle that does not fit the leaves, or cannot be read.
        case malformed
        /// A witness that was asked for has signed nothing here.
        case unwitnessed
    }

    public struct Finding: Codable, Sendable {
        public var problem: Problem
        public var leaf: UInt64?
        /// `decision`, `entry`, `reversal` or `erasure`, and the record's id; or a file.
        public var kind: String?
        public var record: String?
        /// What differs, by the leaf's names, and both values where they name nobody.
        public var differences: [Difference]
        public var message: Text
    }

    public struct Difference: Codable, Sendable, Equatable {
        public var field: String
        public var logged: String?
        public var found: String?
    }

    public struct CheckedCheckpoint: Codable, Sendable {
        public var file: String
        public var size: UInt64
        public var root: String
        /// Keys whose signatures verify.
        public var signedBy: [String]
        public var matches: Bool
    }

    public var origin: String
    /// Leaves that were hashed.
    public var leaves: UInt64
    /// Leaves that a signed checkpoint vouches for; what stands above has not been signed yet.
    public var signed: UInt64
    public var records: UInt64
    /// Commitments that were removed by law: their leaves hold, and tell nothing.
    public var erased: UInt64
    public var checkpoints: [CheckedCheckpoint]
    public var findings: [Finding]
    /// Findings beyond those listed.
    public var more: Int

    public var isSound: Bool { findings.isEmpty }

    static let mostListed = 1_000

    mutating func add(_ finding: Finding) {
        if findings.count < Self.mostListed { findings.append(finding) } else { more += 1 }
    }
}

extension VerificationReport {
    public func text(_ language: Language) -> String {
        func say(_ zh: String, _ en: String) -> String { language == .zh ? zh : en }
        var lines = [
            isSound
                ? say("✔ \(origin)：未发现改动。", "✔ \(origin): nothing was changed.")
                : say("✘ \(origin)：发现\(findings.count + more)处问题。", "✘ \(origin): \(findings.count + more) findings."),
            say(
                "条目\(leaves)，其中\(signed)条有签名树头为证；核对记录\(records)条；依法删除的内容\(erased)处。",
                "\(leaves) leaves, \(signed) of them under a signed checkpoint; \(records) records compared; \(erased) parts erased by law."
            ),
        ]
        lines += checkpoints.map { checkpoint in
            (checkpoint.matches ? "✔" : "✘") + " \(checkpoint.file)  \(checkpoint.size)  \(checkpoint.root)  "
                + checkpoint.signedBy.joined(separator: ", ")
        }
        for finding in findings {
            let place = finding.leaf.map { say("第\($0)条 ", "leaf \($0) ") } ?? ""
            let record = [finding.kind, finding.record].compactMap(\.self).joined(separator: " ")
            lines.append("\(finding.problem.rawValue)  \(place)\(record)：\(finding.message(language))")
            lines += finding.differences.map { difference in
                "    \(difference.field): \(difference.logged ?? "—") → \(difference.found ?? "—")"
            }
        }
        if more > 0 { lines.append(say("… 另有\(more)处", "… and \(more) more")) }
        return lines.joined(separator: "\n") + "\n"
    }
}

extension VerificationReport.Finding {
    public func callAsFunction(_ language: Language) -> String { message(language) }
}
