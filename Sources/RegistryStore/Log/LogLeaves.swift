import Foundation
import PostgresClient
import RegistryDomain
import TransparencyLog

/// A record's leaf.
public struct LogLeaf: Sendable, Equatable {
    public var index: UInt64
    public var kind: LogRecordKind
    public var recordId: UUID
    /// Canonical JSON; names nobody.
    public var data: String
}

extension RegistryStore {
    /// The leaves of register entries, by index; those that have none yet are left out.
    public func logLeaves(ofEntries entries: [UUID]) async throws -> [LogLeaf] {
        try await translating {
            try await pool.execute(
                """
                SELECT leaf_index, record_id, data FROM log_leaves
                WHERE kind = 'entry' AND record_id = ANY (\(entries)) ORDER BY leaf_index
                """
            ).map {
                LogLeaf(
                    index: UInt64(try $0.decode("leaf_index", as: Int64.self)), kind: .entry,
                    recordId: try $0.decode("record_id"), data: try $0.decode("data"))
            }
        }
    }

    /// The entries that a printed certificate names, in its order. Public, as the check of the certificate is.
    ///
    /// - Throws: `StoreError.notFound` for a code that nobody printed.
    public func entries(ofCertificate code: String) async throws -> [UUID] {
        let results = try await translating {
            try await pool.pipeline([
                "SELECT set_config('ceregistry.role', 'verifier', true)",
                "SELECT entries FROM certificates WHERE code = \(CertificateCode.plain(code))",
            ])
        }
        guard let row = results[1].first else { throw StoreError.notFound(.certificateUnknown) }
        return try row.decode("entries")
    }

    /// Leaves there are, and records that wait for one.
    public func logCounts() async throws -> (leaves: UInt64, waiting: UInt64) {
        let row = try await translating {
            try await pool.execute(
                """
                SELECT (SELECT coalesce(max(leaf_index) + 1, 0) FROM log_leaves) AS leaves, (SELECT count(*) FROM log_queue) AS waiting
                """)[0]
        }
        return (UInt64(try row.decode("leaves", as: Int64.self)), UInt64(try row.decode("waiting", as: Int64.self)))
    }
}
