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
        open(.get, "/.well-known/did.json", "describeIssuer", issuer),
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
            return wantsPage ? try await page(exchange, verification, code) : try .json(verification)
        } catch let error as StoreError {
            guard wantsPage, case .notFound = error else { throw error }
            return try await page(exchange, nil, code)
        }
    }

    private static func page(_ exchange: OpenExchange, _ verification: Verification?, _ code: String) async throws
        -> Reply
    {
        let page = try await exchange.services.documents.verificationPage(
            exchange.request, exchange.context.requestId, verification, code)
        return Reply(status: page.status, headers: page.headers, body: page.body)
    }

    /// Where a credential's signature is checked from (DID method web).
    @Sendable private static func issuer(_ exchange: OpenExchange) async throws -> Reply {
        let url = exchange.services.publicURL(exchange.request)
        guard let document = try? exchange.services.documents.issuer(url) else {
            throw Problem(.notFound, [.credentialUnavailable])
        }
        return Reply(
            status: .ok, headers: [.contentType: "application/did+json", .cacheControl: "max-age=300"], body: document)
    }
}
