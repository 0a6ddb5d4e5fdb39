import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import RegistryDomain
import RegistryStore

/// The HTTP API as a router: one middleware, and every endpoint of the list.
public struct RegistryAPI: Sendable {
    public enum Mistake: Error { case openAPIMissing }

    private let services: APIServices
    private let logger: Logger

    public init(services: APIServices, logger: Logger) {
        self.services = services
        self.logger = logger
    }

    /// - Parameter pages: addresses that something else adds to the router, so that the log and the metrics know them.
    /// - Throws: `Mistake.openAPIMissing` where the program was installed without its resources.
    public func router(pages: [(method: HTTPRequest.Method, path: String)] = []) throws -> Router<RegistryContext> {
        guard OpenAPIDocument.bytes != nil else { throw Mistake.openAPIMissing }
        services.describeMetrics()
        let router = Router(context: RegistryContext.self, options: .autoGenerateHeadEndpoints)
        router.add(
            middleware: RequestMiddleware(
                services: services, addresses: AddressBook(Endpoint.all, pages), logger: logger))
        for endpoint in Endpoint.all { add(endpoint, to: router) }
        return router
    }

    private func add(_ endpoint: Endpoint, to router: Router<RegistryContext>) {
        router.on(RouterPath(endpoint.routerPath), method: endpoint.method) { request, context in
            context.notes.route = endpoint.path
            let reply = try await Deadline.run(endpoint.timeLimit) { try await answer(request, context, endpoint) }
            return reply.response(to: request)
        }
    }

    /// Who asks is known before a byte of the body is read.
    @Sendable private func answer(_ request: Request, _ context: RegistryContext, _ endpoint: Endpoint) async throws
        -> Reply
    {
        switch endpoint.service {
        case .everybody(let handler):
            let bytes = endpoint.intake == .json ? try await RequestBytes.json(request) : []
            return try await handler(OpenExchange(request: request, context: context, services: services, bytes: bytes))
        case .bearers(_, let handler):
            let exchange = OpenExchange(request: request, context: context, services: services, bytes: [])
            return try await handler(exchange, try Self.token(of: request))
        case .holders(_, let handler):
            let caller = try await services.store.caller(
                token: try Self.token(of: request), requestId: context.requestId)
            try context.admit(caller)
            let bytes = endpoint.intake == .json ? try await RequestBytes.json(request) : []
            return try await handler(
                Exchange(request: request, context: context, caller: caller, services: services, bytes: bytes))
        }
    }

    private static func token(of request: Request) throws -> String {
        guard let token = BearerToken.of(request) else { throw Problem(StoreError.unauthenticated(.tokenMissing)) }
        return token
    }
}

extension RegistryContext {
    /// Whose request it turned out to be.
    ///
    /// - Throws: `Problem` 403 for whoever has to choose a password first.
    func admit(_ caller: Caller) throws {
        guard !caller.hasOneTimePassword else { throw Problem(StoreError.forbidden(.passwordIsOneTime)) }
        notes.userId = caller.userId
    }
}
