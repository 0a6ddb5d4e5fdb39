import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import RegistryDomain
import RegistryStore

/// The HTTP API as a router: middlewares, the public addresses, and every endpoint of the list.
public struct RegistryAPI: Sendable {
    public enum Mistake: Error { case openAPIMissing }

    private let services: APIServices
    private let logger: Logger

    public init(services: APIServices, logger: Logger) {
        self.services = services
        self.logger = logger
    }

    /// - Throws: `Mistake.openAPIMissing` where the program was installed without its resources.
    public func router() throws -> Router<RegistryContext> {
        describeMetrics()
        let router = Router(context: RegistryContext.self)
        router.add(middleware: RequestMiddleware(metrics: services.metrics, logger: logger))
        guard let url = Bundle.module.url(forResource: "openapi", withExtension: "json", subdirectory: "Resources"),
            let document = FileManager.default.contents(atPath: url.path)
        else { throw Mistake.openAPIMissing }
        PublicRoutes(services: services, openAPI: Array(document)).add(to: router)
        for endpoint in Endpoint.authenticated { add(endpoint, to: router) }
        let imports = ImportRoutes(services: services)
        // One position in a path has one name in the router: an import's id and the kind of a file share it.
        router.on("/api/v1/imports/:id", method: .post) { request, context in
            try await imports.start(request, context, caller: try await authenticate(request, context))
        }
        refuseOtherMethods(on: router)
        return router
    }

    private func add(_ endpoint: Endpoint, to router: Router<RegistryContext>) {
        let services = services
        let takesBody = endpoint.method == .post
        router.on(RouterPath(endpoint.routerPath), method: endpoint.method) { request, context in
            let caller = try await authenticate(request, context)
            let bytes = takesBody ? try await RequestBytes.json(request) : []
            let exchange = Exchange(request: request, context: context, caller: caller, services: services, bytes: bytes)
            return try await endpoint.handler(exchange).response(to: request)
        }
    }

    @Sendable private func authenticate(_ request: Request, _ context: RegistryContext) async throws -> Caller {
        guard let token = BearerToken.of(request) else {
            throw Problem(.unauthorized, [.tokenMissing], headers: [.wwwAuthenticate: "Bearer"])
        }
        return try await services.store.caller(token: token, requestId: context.requestId)
    }

    /// 405 with `Allow` (RFC 9110, 15.5.6) for what an address does not take.
    private func refuseOtherMethods(on router: Router<RegistryContext>) {
        var methods: [String: Set<HTTPRequest.Method>] = [
            "/healthz": [.get], "/readyz": [.get], "/openapi.json": [.get], "/metrics": [.get], "/verify/:code": [.get],
            "/api/v1/sessions": [.post], "/api/v1/imports/:id": [.post],
        ]
        for endpoint in Endpoint.authenticated { methods[endpoint.routerPath, default: []].insert(endpoint.method) }
        for (path, allowed) in methods {
            let allow = allowed.map(\.rawValue).sorted().joined(separator: ", ")
            for method in [HTTPRequest.Method.get, .post, .put, .patch, .delete] where !allowed.contains(method) {
                router.on(RouterPath(path), method: method) { _, _ -> Response in
                    throw Problem(.methodNotAllowed, [.methodNotAllowed], headers: [.allow: allow])
                }
            }
        }
    }

    private func describeMetrics() {
        let metrics = services.metrics
        metrics.describe("ceregistry_http_requests_total", "counter", "Requests by method, route and status.")
        metrics.describe("ceregistry_http_request_seconds", "histogram", "Time to answer.")
        metrics.describe("ceregistry_decisions_total", "counter", "Decisions made.")
        metrics.describe("ceregistry_pool_connections", "gauge", "Database connections by state.")
        metrics.describe("ceregistry_pool_waiting", "gauge", "Requests waiting for a connection.")
        metrics.describe("ceregistry_audit_findings", "gauge", "Findings of the last audit.")
        metrics.describe("ceregistry_audit_finished_seconds", "gauge", "When the last audit ended, as Unix time.")
    }
}
