import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// An answer of the console before it goes out.
struct Answer: Sendable {
    var status: HTTPResponse.Status = .ok
    var headers: HTTPFields = [:]
    var body: [UInt8] = []
    /// In place of `body`: what is sent part by part.
    var stream: ResponseBody?

    /// Nothing from elsewhere, nothing inline, in nobody's frame.
    static let contentSecurityPolicy =
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

    static func html(_ text: String, _ status: HTTPResponse.Status = .ok) -> Answer {
        var answer = Answer(status: status, body: Array(text.utf8))
        answer.headers[.contentType] = "text/html; charset=utf-8"
        return answer
    }

    static func text(_ text: String, _ status: HTTPResponse.Status = .ok) -> Answer {
        var answer = Answer(status: status, body: Array(text.utf8))
        answer.headers[.contentType] = "text/plain; charset=utf-8"
        return answer
    }

    /// After a form: the browser asks anew (RFC 9110, 15.4.4).
    static func seeOther(_ address: String) -> Answer {
        Answer(status: .seeOther, headers: [.location: address])
    }

    var response: Response {
        var headers = headers
        headers[.cacheControl] = headers[.cacheControl] ?? "no-store"
        headers[.xContentTypeOptions] = "nosniff"
        headers[.contentSecurityPolicy] = headers[.contentSecurityPolicy] ?? Self.contentSecurityPolicy
        headers[.refererPolicy] = "same-origin"
        return Response(
            status: status, headers: headers, body: stream ?? ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
    }
}
