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
        case .holders(_, let handler):
            let caller = try await authenticate(request, context)
            context.notes.userId = caller.userId
            let bytes = endpoint.intake == .json ? try await RequestBytes.json(request) : []
            return try await handler(
                Exchange(request: request, context: context, caller: caller, services: services, bytes: bytes))
        }
    }

    private func authenticate(_ request: Request, _ context: RegistryContext) async throws -> Caller {
        guard let token = BearerToken.of(request) else { throw Problem(StoreError.unauthenticated(.tokenMissing)) }
        let caller = try await services.store.caller(token: token, requestId: context.requestId)
        guard !caller.hasOneTimePassword else { throw Problem(StoreError.forbidden(.passwordIsOneTime)) }
        return caller
    }
}
