import Logging
import PostgresClient

extension RegistryStore {
    /// Whether requests can be served: the database answers and a policy is in force.
    public func isReady() async -> Bool {
        do {
            let rows = try await pool.execute("SELECT EXISTS (SELECT FROM policies) AS loaded")
            return try rows.first?.decode("loaded") ?? false
        } catch {
            logger.warning("not ready", metadata: ["reason": "\(error)"])
            return false
        }
    }

    public var statistics: PoolStatistics { pool.statistics }
}
