import Foundation
import HTTPTypes
import RegistryDomain
import RegistryStore

/// What a person signs in with.
struct Credentials: Decodable {
    var username: String
    var password: String
}

extension Endpoint {
    /// What is served to everybody.
    static let everybody: [Endpoint] = [
        open(.get, "/healthz", "health") { _ in .text("ok\n") },
        open(.get, "/readyz", "ready") { exchange in
            guard exchange.services.isAcceptingWork(), await exchange.services.store.isReady() else {
                throw Problem(StoreError.unavailable("not ready"))
            }
            return .text("ready\n")
        },
        open(.get, "/openapi.json", "describe") { _ in
            var reply = Reply(status: .ok, body: OpenAPIDocument.bytes ?? [])
            reply.headers[.contentType] = "application/json; charset=utf-8"
            reply.headers[.cacheControl] = "max-age=300"
            return reply
        },
        open(.get, "/metrics", "measure") { exchange in
            var reply = Reply(status: .ok, body: Array(await exchange.services.currentMetrics().utf8))
            reply.headers[.contentType] = "text/plain; version=0.0.4; charset=utf-8"
            return reply
        },
        open(.get, "/verify/{code}", "verify", verify),
        open(.post, "/api/v1/sessions", "signIn", intake: .json, signIn),
    ]

    private static func open(
        _ method: HTTPRequest.Method, _ path: String, _ operation: String, intake: Intake = .nothing,
        _ handler: @escaping OpenHandler
    ) -> Endpoint { Endpoint(method, path, operation, .everybody(handler), intake: intake) }

    @Sendable private static func signIn(_ exchange: OpenExchange) async throws -> Reply {
        let credentials = try JSONBody.decode(Credentials.self, from: exchange.bytes)
        // Longer than any name or password that was ever set: hashing it would only cost time.
        guard credentials.username.utf8.count <= 256, credentials.password.utf8.count <= 1024 else {
            throw Problem(StoreError.unauthenticated(.badCredentials))
        }
        return try .json(
            try await exchange.services.store.signIn(username: credentials.username, password: credentials.password),
            .created)
    }

    /// For programs as JSON, for people as a page.
    @Sendable private static func verify(_ exchange: OpenExchange) async throws -> Reply {
        let code = exchange.context.path("code") ?? ""
        let wantsPage = MediaType.prefersHTML(exchange.request.headers[.accept])
        do {
            let verification = try await exchange.services.store.verify(code: code)
            return wantsPage
                ? page(exchange.services.verificationPage(verification, code), .ok) : try .json(verification)
        } catch let error as StoreError {
            guard wantsPage, case .notFound = error else { throw error }
            return page(exchange.services.verificationPage(nil, code), .notFound)
        }
    }

    private static func page(_ html: String, _ status: HTTPResponse.Status) -> Reply {
        var reply = Reply(status: status, body: Array(html.utf8))
        reply.headers[.contentType] = "text/html; charset=utf-8"
        reply.headers[.contentSecurityPolicy] =
            "default-src 'none'; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'"
        return reply
    }
}
