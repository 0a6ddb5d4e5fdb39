import Foundation
import RegistryStore
import TransparencyLog

extension LogKeeper {
    /// What a certificate carries. It is printed whether or not the log can be signed at the moment: nil then, and this keeper
    /// says on the daemon's log why it cannot.
    public func proof(of certificate: CertificateRecord) async -> CertificateProof? {
        try? await proof(ofEntries: certificate.entries.map(\.id))
    }

    /// Proofs of these entries against one checkpoint: the newest that covers them, or one made now. So a certificate that is
    /// printed seconds after a decision carries its proof.
    public func proof(ofEntries entries: [UUID]) async throws -> CertificateProof {
        var leaves = try await store.logLeaves(ofEntries: entries)
        if leaves.count < Set(entries).count {
            _ = try await store.integrateLog()
            leaves = try await store.logLeaves(ofEntries: entries)
        }
        let signed = try await checkpoint(covering: (leaves.last?.index).map { $0 + 1 } ?? 0)
        let size = signed.checkpoint.size
        let paths = try await store.logTree(size: size).inclusions(of: leaves.map(\.index), inTreeOf: size)
        let isTrue = zip(leaves, paths).allSatisfy { leaf, hashes in
            ProofCheck.isIncluded(
                TreeHash.leaf(Array(leaf.data.utf8)), at: leaf.index, inTreeOf: size, root: signed.checkpoint.root,
                proof: hashes)
        }
        guard isTrue else { throw Mistake.forked(checkpoint: size) }
        let keys = try await keys()
        return CertificateProof(
            checkpoint: signed.text, treeSize: size, verifierKeys: keys.lines.map { "\($0.key)" },
            entries: zip(leaves, paths).map { leaf, hashes in
                let proof = InclusionProof(
                    index: leaf.index, hashes: hashes, checkpoint: signed, extra: Array(leaf.data.utf8))
                return CertificateProof.Entry(
                    entry: leaf.recordId, leafIndex: leaf.index, leaf: leaf.data, hashes: hashes.map(\.base64),
                    tlogProof: proof.text)
            })
    }
}
