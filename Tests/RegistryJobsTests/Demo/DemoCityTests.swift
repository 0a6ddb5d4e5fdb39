import Foundation
import RegistryDomain
import RegistryJobs
import RegistryStore
import Testing

@Suite("The demo city", .enabled(if: TestRegistry.isAvailable))
struct DemoCityTests {
    @Test("The same seed makes the same city, and a second load changes nothing")
    func sameSeed() async throws {
        var numbers: [[String]] = []
        for _ in 0..<2 {
            try await TestRegistry.with { registry in
                let owner = registry.store(as: .owner)
                let first = try await DemoLoader(store: owner).load(learners: 120, seed: 5)
                let again = try await DemoLoader(store: owner).load(learners: 120, seed: 5)
                #expect(first.isNew && !again.isNew && first.idNumbers == again.idNumbers)
                let rows = try await registry.admin.execute(
                    "SELECT id_number, id::text AS id FROM learners ORDER BY id_number")
                numbers.append(
                    try rows.map { try $0.decode("id_number", as: String.self) + $0.decode("id", as: String.self) })
                await #expect(throws: DemoLoader.Refusal.self) {
                    try await DemoLoader(store: owner).load(learners: 120, seed: 6)
                }
                await #expect(throws: DemoLoader.Refusal.self) {
                    try await DemoLoader(store: owner).load(learners: 90, seed: 5)
                }
                await owner.close()
            }
        }
        #expect(numbers[0] == numbers[1] && numbers[0].count == 120)
    }

    @Test("Every number of a person and of a unit passes the domain's own check")
    func numbers() async throws {
        try await TestRegistry.with { registry in
            let owner = registry.store(as: .owner)
            _ = try await DemoLoader(store: owner).load(learners: 300, seed: 11)
            for row in try await registry.admin.execute("SELECT id_number AS n FROM learners") {
                #expect(throws: Never.self) { _ = try IdentityNumber(validating: try row.decode("n")) }
            }
            for row in try await registry.admin.execute("SELECT credit_code AS n FROM employers") {
                #expect(throws: Never.self) { _ = try CreditCode(validating: try row.decode("n")) }
            }
            await owner.close()
        }
    }
}
