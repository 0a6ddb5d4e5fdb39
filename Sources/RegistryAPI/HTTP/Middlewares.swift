import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import RegistryDomain
import RegistryStore

/// The request's id and language, and one line in the log for it: route template, status, duration; never a path, a
/// query or a body, which may hold what belongs to a person.
struct RequestMiddleware: RouterMiddleware {
    let services: APIServices
    let addresses: AddressBook
    let logger: Logger

    func handle(
        _ request: Request, context: RegistryContext, next: (Request, RegistryContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        if let id = request.headers[.requestId], Self.isSane(id) { context.requestId = id }
        context.language = request.headers[.acceptLanguage].map(Self.language) ?? .zh
        let started = ContinuousClock.now
        var response: Response
        do {
            response = try await next(request, context)
        } catch {
            response = problem(error, request, context).reply(context).response(to: request)
            if request.method == .head { response = response.createHeadResponse() }
        }
        response.headers[.requestId] = context.requestId
        note(request, response.status, context, ContinuousClock.now - started)
        return response
    }

    /// Short, and nothing that a log or a header would have to escape.
    private static func isSane(_ id: String) -> Bool {
        (1...128).contains(id.utf8.count)
            && id.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
                    UInt8(ascii: ":"):
                    true
                default: false
                }
            }
    }

    /// The first of Chinese and English that the client names; Chinese where it names neither (RFC 9110, 12.5.4).
    static func language(_ header: String) -> Language {
        for part in header.lowercased().split(separator: ",") {
            let tag = part.drop { $0 == " " }
            if tag.hasPrefix("zh") { return .zh }
            if tag.hasPrefix("en") { return .en }
        }
        return .zh
    }

    private func note(
        _ request: Request, _ status: HTTPResponse.Status, _ context: RegistryContext, _ duration: Duration
    ) {
        let seconds = Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
        // A method that is none of HTTP's own would make a new label for each that somebody thinks of.
        let method = Self.methods.contains(request.method) ? request.method.rawValue : "OTHER"
        let route = context.notes.route ?? addresses.address(of: request.uri.path)?.template ?? "none"
        services.metrics.add(
            "ceregistry_http_requests_total", [("method", method), ("route", route), ("status", "\(status.code)")])
        services.metrics.observe("ceregistry_http_request_seconds", [("method", method), ("route", route)], seconds)
        var metadata: Logger.Metadata = [
            "method": "\(method)", "route": "\(route)", "status": "\(status.code)",
            "milliseconds": "\(Int(seconds * 1000))", "requestId": "\(context.requestId)",
        ]
        if let user = context.notes.userId { metadata["userId"] = "\(user.uuidString.lowercased())" }
        logger.info("request", metadata: metadata)
    }

    private static let methods: Set<HTTPRequest.Method> = [
        .get, .head, .post, .put, .patch, .delete, .options, .trace, .connect,
    ]

    private func problem(_ error: any Error, _ request: Request, _ context: RegistryContext) -> Problem {
        guard let error = error as? HTTPError, error.status == .notFound else {
            return Self.problem(error, context, logger)
        }
        guard let address = addresses.address(of: request.uri.path) else { return Problem(.notFound, [.routeUnknown]) }
        return Problem(.methodNotAllowed, [.methodNotAllowed], headers: [.allow: address.allow])
    }

    static func problem(_ error: any Error, _ context: RegistryContext, _ logger: Logger) -> Problem {
        switch error {
        case let problem as Problem: return problem
        case let error as StoreError:
            if case .unavailable(let why) = error {
                logger.warning("unavailable", metadata: ["why": "\(why)", "requestId": "\(context.requestId)"])
            }
            return Problem(error)
        case let error as HTTPError:
            switch error.status {
            case .contentTooLarge: return Problem(.contentTooLarge, [.bodyTooLarge])
            default: return Problem(error.status, [.malformedJSON])
            }
        case is NIOTooManyBytesError: return Problem(.contentTooLarge, [.bodyTooLarge])
        default:
            logger.error(
                "internal error", metadata: ["type": "\(type(of: error))", "requestId": "\(context.requestId)"])
            return Problem(.internalServerError, [.internalError])
        }
    }
}

enum BearerToken {
    /// RFC 6750, 2.1.
    static func of(_ request: Request) -> String? {
        guard let header = request.headers[.authorization], header.prefix(7).lowercased() == "bearer " else {
            return nil
        }
        let token = header.dropFirst(7)
        let text = token.utf8.contains(0x20) ? token.filter { $0 != " " } : String(token)
        return text.isEmpty ? nil : text
    }
}
