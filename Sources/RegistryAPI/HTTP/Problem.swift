import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import RegistryDomain
import RegistryStore

/// What went wrong, as RFC 9457 has it. Here and nowhere else an error of the register becomes an HTTP status.
struct Problem: Error {
    var status: HTTPResponse.Status
    var reasons: [Reason]
    var entry: UUID?
    var claim: UUID?
    var headers: HTTPFields = [:]

    init(_ status: HTTPResponse.Status, _ reasons: [Reason], headers: HTTPFields = [:]) {
        self.status = status
        self.reasons = reasons
        self.headers = headers
    }

    init(_ error: StoreError) {
        self.init(Self.status(of: error), error.reasons)
        switch error {
        case .conflict(_, let entry, let claim):
            self.entry = entry
            self.claim = claim
        case .unauthenticated: headers[.wwwAuthenticate] = "Bearer"
        case .tooManyAttempts(_, let seconds): headers[.retryAfter] = "\(seconds)"
        case .stale(let current):
            reasons = [.stale]
            headers[.eTag] = "\"\(current)\""
        case .unavailable:
            reasons = [.unavailable]
            headers[.retryAfter] = "1"
        case .invalid, .forbidden, .notFound: break
        }
    }

    private static func status(of error: StoreError) -> HTTPResponse.Status {
        switch error {
        case .invalid: .unprocessableContent
        case .forbidden: .forbidden
        case .notFound: .notFound
        case .conflict: .conflict
        case .stale: .preconditionFailed
        case .unauthenticated: .unauthorized
        case .tooManyAttempts: .tooManyRequests
        case .unavailable: .serviceUnavailable
        }
    }

    /// The document of the problem; `detail` and each `message` in the language asked for, both languages beside.
    struct Document: Encodable {
        var type: String
        var title: String
        var status: Int
        var detail: String
        var instance: String
        var code: String
        var rules: [RuleID]
        var reasons: [ReasonDocument]
        var messages: Text
        var entry: UUID?
        var claim: UUID?
    }

    func reply(_ context: RegistryContext) -> Reply {
        let first = reasons.first ?? .internalError
        let messages = Text(
            zh: reasons.map(\.message.zh).joined(separator: " "), en: reasons.map(\.message.en).joined(separator: " "))
        let document = Document(
            type: "urn:ceregistry:problem:\(first.code)", title: status.reasonPhrase, status: status.code,
            detail: messages(context.language), instance: "urn:request:\(context.requestId)", code: first.code,
            rules: Array(Set(reasons.compactMap(\.rule))).sorted(),
            reasons: reasons.map { ReasonDocument($0, language: context.language) }, messages: messages, entry: entry,
            claim: claim)
        var reply = (try? Reply.json(document, status)) ?? Reply(status: .internalServerError, body: [])
        reply.headers.append(contentsOf: headers)
        reply.headers[.contentType] = "application/problem+json; charset=utf-8"
        reply.headers[.contentLanguage] = context.language.rawValue
        return reply
    }
}

extension Reason {
    static func api(_ code: String, _ zh: String, _ en: String, field: String? = nil, expected: String? = nil) -> Reason
    {
        Reason(rule: nil, code: code, message: Text(zh: zh, en: en), field: field, expected: expected)
    }

    static let internalError = api("internalError", "系统内部错误，已记录。", "An internal error; it has been logged.")
    static let unavailable = api(
        "unavailable", "系统暂时繁忙或数据库不可用，请稍后用同一请求重试。",
        "Busy or without a database for the moment; send the same request again.")
    static let stale = api("stale", "该记录已被他人更新，请重新读取后再提交。", "The record has changed since you read it.")
    static let routeUnknown = api("routeUnknown", "没有这个地址。", "There is no such address.")
    static let methodNotAllowed = api("methodNotAllowed", "该地址不支持这种请求方法。", "This address does not take this method.")
    static let bodyTooLarge = api("bodyTooLarge", "请求内容过大。", "The body is too large.")
    static let notJSON = api("unsupportedMediaType", "请求内容应为 application/json。", "The body must be application/json.")
    static let jsonTooDeep = api("jsonTooDeep", "请求内容嵌套过深（超过64层）。", "The body is nested deeper than 64 levels.")
    static let nulCharacter = api("nulCharacter", "文字中不能含有 NUL 字符。", "A text must not have a NUL character.")
    static let idempotencyKeyInvalid = api(
        "idempotencyKeyInvalid", "Idempotency-Key 应为1至255个可打印ASCII字符。",
        "An Idempotency-Key has 1 to 255 printable ASCII characters.")
    static let notAFile = api(
        "unsupportedMediaType", "请直接发送 CSV 或 XLSX 文件内容（text/csv 等），不要用表单。",
        "Send the CSV or XLSX file itself (such as text/csv), not a form.")
    static let timedOut = api(
        "timedOut", "处理超时；请用同一 Idempotency-Key 重试。", "This took too long; send it again with the same Idempotency-Key.")
    static let malformedJSON = api("malformedJSON", "请求内容不是正确的 JSON。", "The body is no JSON.")
    static let tokenMissing = api("tokenMissing", "请先登录。", "Please sign in: Authorization: Bearer TOKEN.")
}
