import Foundation
import HTTPTypes
import Hummingbird
import RegistryDomain
import RegistryStore

/// What is served to everybody.
struct PublicRoutes: Sendable {
    let services: APIServices
    let openAPI: [UInt8]

    func add(to router: Router<RegistryContext>) {
        router.get("/healthz") { request, _ in Reply(status: .ok, body: Array("ok\n".utf8)).response(to: request) }
        router.get("/readyz") { request, _ in
            guard services.isAcceptingWork(), await services.store.isReady() else { throw Problem(.serviceUnavailable, [.unavailable]) }
            return Reply(status: .ok, body: Array("ready\n".utf8)).response(to: request)
        }
        router.get("/openapi.json") { request, _ in
            var reply = Reply(status: .ok, body: openAPI)
            reply.headers[.contentType] = "application/json; charset=utf-8"
            reply.headers[.cacheControl] = "max-age=300"
            return reply.response(to: request)
        }
        router.get("/metrics") { request, _ in
            let statistics = services.store.statistics
            services.metrics.set("ceregistry_pool_connections", [("state", "open")], Double(statistics.open))
            services.metrics.set("ceregistry_pool_connections", [("state", "idle")], Double(statistics.idle))
            services.metrics.set("ceregistry_pool_waiting", [], Double(statistics.waiting))
            var reply = Reply(status: .ok, body: Array(services.metrics.render().utf8))
            reply.headers[.contentType] = "text/plain; version=0.0.4; charset=utf-8"
            return reply.response(to: request)
        }
        router.get("/verify/:code") { request, context in try await verify(request, context) }
        router.post("/api/v1/sessions") { request, context in try await signIn(request, context) }
    }

    private func signIn(_ request: Request, _ context: RegistryContext) async throws -> Response {
        let bytes = try await RequestBytes.json(request)
        let credentials = try JSONBody.decode(Credentials.self, from: bytes)
        let signedIn = try await services.store.signIn(username: credentials.username, password: credentials.password)
        return try Reply.json(signedIn, .created).response(to: request)
    }

    private func verify(_ request: Request, _ context: RegistryContext) async throws -> Response {
        let code = context.parameters.get("code") ?? ""
        let wantsPage = request.headers[.accept]?.contains("text/html") == true
        do {
            let verification = try await services.store.verify(code: code)
            return wantsPage ? page(verification, code, .ok, request) : try Reply.json(verification).response(to: request)
        } catch let error as StoreError {
            guard wantsPage, case .notFound = error else { throw error }
            return page(nil, code, .notFound, request)
        }
    }

    private func page(_ verification: Verification?, _ code: String, _ status: HTTPResponse.Status, _ request: Request) -> Response {
        var reply = Reply(status: status, body: Array(services.verificationPage(verification, code).utf8))
        reply.headers[.contentType] = "text/html; charset=utf-8"
        reply.headers[.contentSecurityPolicy] = "default-src 'none'; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'"
        return reply.response(to: request)
    }
}

enum RequestBytes {
    static let largestJSON = 1024 * 1024

    /// The body of a request that should be JSON, within bounds.
    static func json(_ request: Request) async throws -> [UInt8] {
        let buffer = try await request.body.collect(upTo: largestJSON)
        guard buffer.readableBytes > 0 else { return [] }
        guard let type = request.headers[.contentType]?.lowercased(), type.hasPrefix("application/json") else {
            throw Problem(.unsupportedMediaType, [.notJSON])
        }
        return Array(buffer.readableBytesView)
    }
}
