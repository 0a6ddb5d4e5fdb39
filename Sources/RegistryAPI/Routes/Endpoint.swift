import HTTPTypes
import RegistryDomain
import RegistryStore

/// One address and method of the API, and what serves it. The router, the OpenAPI document's test and the table of
/// rights all read this list.
struct Endpoint: Sendable {
    typealias Handler = @Sendable (Exchange) async throws -> Reply
    typealias OpenHandler = @Sendable (OpenExchange) async throws -> Reply
    typealias BearerHandler = @Sendable (OpenExchange, _ token: String) async throws -> Reply

    /// Whom it serves, and with what.
    enum Service: Sendable {
        /// Anybody, signed in or not.
        case everybody(OpenHandler)
        case holders(of: Rights.Action, Handler)
        /// As holders, without a body: who holds the token is asked together with the rest, in one round trip.
        case bearers(of: Rights.Action, BearerHandler)
    }

    /// What it takes in: a file is read by its handler as it arrives.
    enum Intake: Sendable { case nothing, json, file }

    var method: HTTPRequest.Method
    /// With `{id}` as OpenAPI writes it.
    var path: String
    /// OpenAPI's `operationId`.
    var operation: String
    var service: Service
    var intake: Intake
    /// How long it may take before the client is told to try again.
    var timeLimit: Duration
    /// The last parameter of the path takes whatever is left of it, slashes too.
    var takesRest = false

    init(
        _ method: HTTPRequest.Method, _ path: String, _ operation: String, _ service: Service, intake: Intake,
        timeLimit: Duration = .seconds(30)
    ) {
        self.method = method
        self.path = path
        self.operation = operation
        self.service = service
        self.intake = intake
        self.timeLimit = timeLimit
    }

    static func get(_ path: String, _ operation: String, _ action: Rights.Action, _ handler: @escaping Handler)
        -> Endpoint
    {
        Endpoint(.get, path, operation, .holders(of: action, handler), intake: .nothing)
    }

    static func post(_ path: String, _ operation: String, _ action: Rights.Action, _ handler: @escaping Handler)
        -> Endpoint
    {
        Endpoint(.post, path, operation, .holders(of: action, handler), intake: .json)
    }

    static func delete(_ path: String, _ operation: String, _ action: Rights.Action, _ handler: @escaping Handler)
        -> Endpoint
    {
        Endpoint(.delete, path, operation, .holders(of: action, handler), intake: .nothing)
    }

    func within(_ limit: Duration) -> Endpoint {
        var endpoint = self
        endpoint.timeLimit = limit
        return endpoint
    }

    func takingRest() -> Endpoint {
        var endpoint = self
        endpoint.takesRest = true
        return endpoint
    }

    /// Nil where nobody need be signed in.
    var action: Rights.Action? {
        switch service {
        case .everybody: nil
        case .holders(let action, _), .bearers(let action, _): action
        }
    }

    /// `/learners/{id}` as the router writes it.
    var routerPath: String {
        let path = takesRest ? path.prefix { $0 != "{" } + "**" : path[...]
        return path.replacing("{", with: ":").replacing("}", with: "").description
    }

    static let all: [Endpoint] =
        everybody + session + learners + employers + claims + register + imports + operations + bulletins + users + log
        + training
        + documents
}
