@testable import PostgresClient

/// What a test opens, and closes whatever comes of it.
protocol Closing: Sendable {
    func end() async
}

extension PostgresConnection: Closing {
    func end() async { await close() }
}
extension PostgresPool: Closing {
    func end() async { await close() }
}
extension PostgresListener: Closing {
    func end() async { await close() }
}

extension Closing {
    @discardableResult
    func whileOpen<Value>(_ body: (Self) async throws -> Value) async throws -> Value {
        do {
            let value = try await body(self)
            await end()
            return value
        } catch {
            await end()
            throw error
        }
    }
}
