import Foundation
import PostgresClient
import RegistryDomain

/// The policies in force, decoded once. Another daemon may load a new version, so what is held is asked for again
/// after a short while by its version numbers alone.
actor PolicyCache {
    private let pool: PostgresPool
    private var held: PolicySet?
    private var versions: String = ""
    private var checkedAt: ContinuousClock.Instant?
    private let validity: Duration = .seconds(2)

    init(pool: PostgresPool) { self.pool = pool }

    func current() async throws -> PolicySet {
        if let held, let checkedAt, ContinuousClock.now - checkedAt < validity { return held }
        let inForce = try await pool.shared.execute(
            "SELECT coalesce(string_agg(notice || ' ' || version, ',' ORDER BY notice, version), '') AS versions FROM policies"
        )
        let versions = try inForce.first?.decode("versions", as: String.self) ?? ""
        checkedAt = .now
        if let held, versions == self.versions { return held }
        let rows = try await pool.shared.execute(
            "SELECT DISTINCT ON (notice) version, document FROM policies ORDER BY notice, version DESC")
        let set = try PolicySet(rows)
        held = set
        self.versions = versions
        return set
    }

    func forget() { checkedAt = nil }
}

extension PolicySet {
    /// - Parameter rows: with `version` and `document`, one for each notice.
    init(_ rows: QueryResult) throws {
        self.init(
            try rows.map { row in
                var policy = try row.json("document", as: Policy.self)
                policy.version = Int(try row.decode("version", as: Int32.self))
                return policy
            })
    }
}
