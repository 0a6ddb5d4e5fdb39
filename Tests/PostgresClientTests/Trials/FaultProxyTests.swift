import Testing

@testable import PostgresClient

@Suite("The proxy knows when a session is over")
struct FaultProxyTests {
    @Test func settlingWaitsForWhatAClientStillHadOnTheWayWhenItLeft() async throws {
        let proxy = try FaultProxy(to: try await FaultServer.port()) { _ in .trickle }
        defer { proxy.stop() }
        let pool = try FaultServer.pool(
            through: proxy, maximum: 1, name: "leaves_early", connectTimeout: .seconds(30))
        try await pool.withConnection { connection in
            let said = String(repeating: "行", count: 5_000)
            let asking = Task { try await connection.execute("SELECT \(said) AS said, pg_sleep(0.2)") }
            while proxy.passed(0).toServer < 1_000 { try await Task.sleep(for: .milliseconds(1)) }
            await connection.close()
            await #expect(throws: PostgresClientError.self) { try await asking.value }
        }
        await proxy.settle()
        let left: Statement = "SELECT FROM pg_stat_activity WHERE application_name = 'leaves_early'"
        #expect(try await FaultServer.withControl { try await $0.execute(left) }.isEmpty)
        await pool.close()
    }
}
