import Logging
import PostgresClient

extension RegistryStore {
    /// What is wrong with the sessions that the database or a pooler gives: another role than the store's, no row-level
    /// security, another time zone. Nil where nothing is.
    ///
    /// - Throws: `StoreError.unavailable` where the database is away, `.forbidden` where the login may not take the role.
    public func sessionMistake() async throws -> String? {
        try await translating {
            let rows = try await pool.execute("SELECT \(unescaped: SessionStanding.reading)")
            return try SessionStanding(rows[0]).mistake(session)
        }
    }

    /// Whether requests can be served: the database answers, with the rights that the store must have and no others, and a
    /// policy is in force.
    public func isReady() async -> Bool {
        do {
            let row = try await pool.execute(
                "SELECT \(unescaped: SessionStanding.reading), EXISTS (SELECT FROM policies) AS loaded")[0]
            if let mistake = try SessionStanding(row).mistake(session) {
                logger.error("not ready", metadata: ["reason": "\(mistake)"])
                return false
            }
            return try row.decode("loaded")
        } catch {
            logger.warning("not ready", metadata: ["reason": "\(error)"])
            return false
        }
    }

    public var statistics: PoolStatistics { pool.statistics }
}
