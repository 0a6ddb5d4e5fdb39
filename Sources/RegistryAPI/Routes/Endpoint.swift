import HTTPTypes
import RegistryDomain

/// One address and method of the API, and what serves it. The router, the OpenAPI document's test and the table of
/// rights all read this list.
struct Endpoint: Sendable {
    var method: HTTPRequest.Method
    /// With `{id}` as OpenAPI writes it.
    var path: String
    var operation: String
    /// Nil where nobody need be signed in.
    var action: Rights.Action?
    var handler: @Sendable (Exchange) async throws -> Reply

    static func get(
        _ path: String, _ operation: String, _ action: Rights.Action, _ handler: @escaping @Sendable (Exchange) async throws -> Reply
    ) -> Endpoint { Endpoint(method: .get, path: path, operation: operation, action: action, handler: handler) }

    static func post(
        _ path: String, _ operation: String, _ action: Rights.Action, _ handler: @escaping @Sendable (Exchange) async throws -> Reply
    ) -> Endpoint { Endpoint(method: .post, path: path, operation: operation, action: action, handler: handler) }

    static func delete(
        _ path: String, _ operation: String, _ action: Rights.Action, _ handler: @escaping @Sendable (Exchange) async throws -> Reply
    ) -> Endpoint { Endpoint(method: .delete, path: path, operation: operation, action: action, handler: handler) }

    /// `/learners/{id}` as the router writes it.
    var routerPath: String { path.replacing("{", with: ":").replacing("}", with: "") }

    static let authenticated: [Endpoint] =
        session + learners + employers + claims + register + operations + users
}
