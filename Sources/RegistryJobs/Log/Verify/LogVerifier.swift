import Foundation
import RegistryDomain
import RegistryStore
import TransparencyLog

/// Checks a log with nothing but bytes and public keys: no database, no trust in whoever handed them over. Every leaf is
/// hashed, the tree made anew and compared with each signed checkpoint; so all of them are consistent with each other, and
/// nothing has been changed, removed, inserted or reordered since. Then the records are compared with the leaves.
public struct LogVerifier: Sendable {
    /// A checkpoint that somebody kept.
    public struct Kept: Sendable {
        public var file: String
        public var bytes: [UInt8]

        public init(file: String, bytes: [UInt8]) {
            self.file = file
            self.bytes = bytes
        }
    }

    let source: LogSource
    let keys: KeyHistory
    let witnesses: [VerifierKey]

    /// - Parameters:
    ///   - keys: the log's, learnt from elsewhere than from `source`.
    ///   - witnesses: each must have signed a checkpoint.
    public init(source: LogSource, keys: KeyHistory, witnesses: [VerifierKey] = []) {
        self.source = source
        self.keys = keys
        self.witnesses = witnesses
    }

    /// - Parameters:
    ///   - size: the leaves to look at; as many as the largest checkpoint has when nil.
    ///   - records: the folder of an export that has records; nil compares none.
    public func run(_ kept: [Kept], size: UInt64? = nil, records: URL? = nil) async throws -> VerificationReport {
        var report = VerificationReport(
            origin: keys.lines.last?.key.name ?? "", leaves: 0, signed: 0, records: 0, erased: 0, checkpoints: [],
            findings: [],
            more: 0)
        let checkpoints = check(kept, &report)
        let sizes = checkpoints.map(\.checkpoint.checkpoint.size)
        var walk = try TreeWalk(source: source, sizes: Set(sizes), records: records)
        try await walk.run(upTo: size ?? sizes.max() ?? 0, &report)
        compare(checkpoints, with: walk, &report)
        return report
    }

    private typealias Checked = (file: String, checkpoint: SignedCheckpoint, signedBy: [VerifierKey])

    private func check(_ kept: [Kept], _ report: inout VerificationReport) -> [Checked] {
        var checked: [Checked] = []
        for file in kept {
            do {
                let checkpoint = try SignedCheckpoint(bytes: file.bytes)
                let signedBy = try checkpoint.verify(log: keys, witnesses: witnesses)
                checked.append((file.file, checkpoint, signedBy))
            } catch {
                report.add(
                    .init(
                        problem: .forged, record: file.file, differences: [],
                        message: Text(
                            zh: "不是由给定的公钥签名的树头（\(error)）",
                            en: "no checkpoint signed by a key that was given, at a size that is its own (\(error))")))
            }
        }
        if checked.isEmpty {
            report.add(
                .init(
                    problem: .forged, differences: [],
                    message: Text(
                        zh: "没有任何可以核对的签名树头", en: "there is no signed checkpoint to check against")))
        }
        for witness in witnesses where !checked.contains(where: { $0.signedBy.contains(witness) }) {
            report.add(
                .init(
                    problem: .unwitnessed, record: witness.name, differences: [],
                    message: Text(zh: "见证人没有签名", en: "the witness has signed no checkpoint")))
        }
        return checked
    }

    private func compare(_ checkpoints: [Checked], with walk: TreeWalk, _ report: inout VerificationReport) {
        var agreed: UInt64 = 0
        for (file, signed, signedBy) in checkpoints.sorted(by: {
            $0.checkpoint.checkpoint.size < $1.checkpoint.checkpoint.size
        }) {
            let checkpoint = signed.checkpoint
            let matches = walk.roots[checkpoint.size] == checkpoint.root
            report.checkpoints.append(
                .init(
                    file: file, size: checkpoint.size, root: checkpoint.root.base64,
                    signedBy: signedBy.map(\.description),
                    matches: matches))
            if matches {
                agreed = checkpoint.size
            } else if checkpoint.size > walk.size {
                report.add(
                    .init(
                        problem: .truncated, record: file, differences: [],
                        message: Text(
                            zh: "树头有\(checkpoint.size)条，这里只有\(walk.size)条",
                            en: "the checkpoint has \(checkpoint.size) leaves, here are \(walk.size)")))
            } else {
                report.add(
                    .init(
                        problem: .treeDiffers, leaf: agreed, record: file, differences: [],
                        message: Text(
                            zh: "从第\(agreed)条到第\(checkpoint.size - 1)条之间有条目与签名树头不符",
                            en: "leaves between \(agreed) and \(checkpoint.size - 1) are not those that were signed")))
            }
        }
        report.signed = agreed
    }
}
