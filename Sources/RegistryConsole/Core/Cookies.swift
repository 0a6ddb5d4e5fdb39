import Crypto
import Foundation
import HTTPTypes
import Hummingbird

/// The cookies of the pages. Each is sent back to this host alone and never with a request that another site starts.
enum ConsoleCookie: String {
    /// The session's token.
    case session = "ceregistry_session"
    /// Binds the forms of somebody who is not signed in yet.
    case visit = "ceregistry_visit"
    case language = "ceregistry_language"

    /// With TLS the browser itself holds it to this host and path (RFC 6265bis, 4.1.3.2).
    func name(secure: Bool) -> String { secure ? "__Host-\(rawValue)" : rawValue }

    func read(_ request: Request, secure: Bool) -> String? {
        let name = name(secure: secure)
        for header in request.headers[values: .cookie] {
            for pair in header.split(separator: ";") {
                let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                if parts.count == 2, parts[0].trimmingCharacters(in: .whitespaces) == name { return String(parts[1]) }
            }
        }
        return nil
    }

    /// - Parameter seconds: how long it is kept; until the browser closes when nil, forgotten at once when 0.
    func header(_ value: String, secure: Bool, seconds: Int? = nil) -> String {
        var text = "\(name(secure: secure))=\(value); Path=/; HttpOnly; SameSite=Strict"
        if secure { text += "; Secure" }
        if let seconds { text += "; Max-Age=\(seconds)" }
        return text
    }
}

/// The token that every form carries: who cannot read the cookie cannot make it.
enum FormToken {
    static func make(for secret: String) -> String {
        let code = HMAC<SHA256>.authenticationCode(
            for: Data("ceregistry form".utf8), using: SymmetricKey(data: Data(secret.utf8)))
        return Data(code).base64EncodedString()
    }

    static func matches(_ token: String?, _ secret: String) -> Bool {
        guard let token, let bytes = Data(base64Encoded: token) else { return false }
        return HMAC<SHA256>.isValidAuthenticationCode(
            bytes, authenticating: Data("ceregistry form".utf8), using: SymmetricKey(data: Data(secret.utf8)))
    }

    static func randomSecret() -> String {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<24).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        return bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }
}
