import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import RegistryDomain
import RegistryStore

/// An answer before it goes out: its JSON made once.
struct Reply: Sendable {
    var status: HTTPResponse.Status
    var headers: HTTPFields = [:]
    var body: [UInt8]

    static func json(
        _ value: some Encodable, _ status: HTTPResponse.Status = .ok, version: Int? = nil, at location: String? = nil
    ) throws -> Reply {
        var reply = Reply(status: status, body: try RegistryJSON.bytes(value))
        reply.headers[.contentType] = "application/json; charset=utf-8"
        if let version { reply.headers[.eTag] = "\"\(version)\"" }
        if let location { reply.headers[.location] = location }
        return reply
    }

    static let noContent = Reply(status: .noContent, body: [])

    static func text(_ text: String) -> Reply {
        Reply(status: .ok, headers: [.contentType: "text/plain; charset=utf-8"], body: Array(text.utf8))
    }

    /// Compressed where the client takes gzip and it is worth it.
    func response(to request: Request) -> Response {
        var headers = headers
        headers[.cacheControl] = headers[.cacheControl] ?? "no-store"
        headers[.xContentTypeOptions] = "nosniff"
        headers[.contentSecurityPolicy] =
            headers[.contentSecurityPolicy] ?? "default-src 'none'; frame-ancestors 'none'"
        var bytes = body
        if bytes.count > 1024 {
            headers[.vary] = "Accept-Encoding, Accept-Language"
            if MediaType.takesGzip(request.headers[values: .acceptEncoding]), let packed = Gzip.pack(bytes) {
                bytes = packed
                headers[.contentEncoding] = "gzip"
            }
        }
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}
