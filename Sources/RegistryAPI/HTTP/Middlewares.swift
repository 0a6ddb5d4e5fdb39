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
    let metrics: MetricsRegistry
    let logger: Logger

    func handle(
        _ request: Request, context: RegistryContext, next: (Request, RegistryContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        if let id = request.headers[.requestId], (1...128).contains(id.count),
            id.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-_.:".contains($0)) })
        {
            context.requestId = id
        }
        context.language = request.headers[.acceptLanguage].map(Self.language) ?? .zh
        let started = ContinuousClock.now
        var response: Response
        do {
            response = try await next(request, context)
        } catch {
            response = Self.problem(error, context, logger).reply(context).response(to: request)
        }
        response.headers[.requestId] = context.requestId
        note(request, response.status, context, ContinuousClock.now - started)
        return response
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

    private func note(_ request: Request, _ status: HTTPResponse.Status, _ context: RegistryContext, _ duration: Duration) {
        let seconds = Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
        let route = context.endpointPath ?? "unknown"
        let labels = [("method", request.method.rawValue), ("route", route), ("status", "\(status.code)")]
        metrics.add("ceregistry_http_requests_total", labels)
        metrics.observe("ceregistry_http_request_seconds", [("method", request.method.rawValue), ("route", route)], seconds)
        logger.info(
            "request",
            metadata: [
                "method": "\(request.method.rawValue)", "route": "\(route)", "status": "\(status.code)",
                "milliseconds": "\(Int(seconds * 1000))", "requestId": "\(context.requestId)",
            ])
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
            case .notFound: return Problem(.notFound, [.routeUnknown])
            case .contentTooLarge: return Problem(.contentTooLarge, [.bodyTooLarge])
            default: return Problem(error.status, [.malformedJSON])
            }
        case is NIOTooManyBytesError: return Problem(.contentTooLarge, [.bodyTooLarge])
        default:
            logger.error("internal error", metadata: ["type": "\(type(of: error))", "requestId": "\(context.requestId)"])
            return Problem(.internalServerError, [.internalError])
        }
    }
}

enum BearerToken {
    /// RFC 6750, 2.1.
    static func of(_ request: Request) -> String? {
        guard let header = request.headers[.authorization], header.lowercased().hasPrefix("bearer ") else { return nil }
        let token = header.dropFirst(7).filter { $0 != " " }
        return token.isEmpty ? nil : String(token)
    }
}
