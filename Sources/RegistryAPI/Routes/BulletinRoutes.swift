import Foundation
import HTTPTypes
import RegistryDomain
import RegistryJobs
import RegistryStore

struct PublicationBody: Decodable {
    var number: String
    var asOf: Day?
}

extension Endpoint {
    /// Published bulletins (V1).
    static let bulletins: [Endpoint] = [
        .post("/api/v1/bulletins", "publishBulletin", .publishBulletin) { exchange in
            let body = try exchange.body(PublicationBody.self)
            let publication = try await exchange.store.answeringOnce(try exchange.once(), as: exchange.caller) {
                try await exchange.services.jobs.publishBulletin(body.number, body.asOf, exchange.caller)
            }
            return try .json(publication, .created, at: "/api/v1/bulletins/\(publication.number.inPath).json")
        }.within(.seconds(5 * 60)),
        .get("/api/v1/bulletins", "listBulletins", .readBulletin) { exchange in
            try .json(Items(items: try await exchange.store.bulletinPublications(as: exchange.caller)))
        },
        .get("/api/v1/bulletins/{number}", "showBulletin", .readBulletin, show).within(.seconds(150)),
    ]

    /// `2019-1.pdf` is the PDF of bulletin 2019-1, `2019-1` alone what is known of its publication.
    @Sendable private static func show(_ exchange: Exchange) async throws -> Reply {
        let name = try exchange.path("number")
        let parts = name.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2 else {
            return try .json(try await exchange.store.bulletinPublication(name, as: exchange.caller))
        }
        guard let form = BulletinForm(rawValue: parts[1]) else { throw Problem(.notFound, [.bulletinUnknown]) }
        do {
            var reply = Reply(
                status: .ok, body: try await exchange.services.jobs.bulletinForm(parts[0], form, exchange.caller))
            reply.headers[.contentType] = form.mediaType
            if form == .html {
                reply.headers[.contentSecurityPolicy] =
                    "default-src 'none'; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'"
            }
            return reply
        } catch is PDFPrinter.Mistake {
            throw Problem(.serviceUnavailable, [.pdfUnavailable])
        }
    }
}

extension String {
    /// As one part of a path (RFC 3986, 3.3).
    fileprivate var inPath: String {
        addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(.init(charactersIn: "-_~"))) ?? self
    }
}

extension Reason {
    static let pdfUnavailable = api(
        "pdfUnavailable", "本机未安装 WeasyPrint，不能生成 PDF；请改用 html 或 xlsx。",
        "WeasyPrint is not installed here or failed: no PDF can be made; take html or xlsx.")
}
