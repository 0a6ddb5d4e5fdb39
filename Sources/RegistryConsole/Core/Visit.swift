import Foundation
import HTTPTypes
import Hummingbird
import RegistryDomain
import RegistryStore

/// One request of a browser: its language, its session, its form.
struct Visit: Sendable {
    let console: Console
    let request: Request
    let requestId: String
    let path: [String: String]
    let words: Words
    let isSecure: Bool
    /// What the forms of this browser are bound to: the session's token, or a random one before signing in.
    let secret: String
    /// Set where `secret` is new to the browser.
    let isNewSecret: Bool
    let form: FormBody
    let session: Session?

    struct Session: Sendable {
        var caller: Caller
        var token: String
    }

    var store: RegistryStore { console.store }
    var language: Language { words.language }

    /// - Throws: `ConsoleError.signedOut` where nobody is signed in.
    var caller: Caller {
        get throws {
            guard let session else { throw ConsoleError.signedOut }
            return session.caller
        }
    }

    /// Whether a script wants a part of the page alone.
    var wantsFragment: Bool { request.headers[.fragment] != nil }

    func query(_ name: String) -> String? {
        guard let value = request.uri.queryParameters[Substring(name)], !value.isEmpty, !value.utf8.contains(0) else {
            return nil
        }
        return String(value)
    }

    /// - Throws: `StoreError.notFound` for what is no UUID.
    func id(_ name: String = "id") throws -> UUID {
        guard let id = path[name].flatMap({ UUID(uuidString: $0) }) else { throw StoreError.notFound(.recordUnknown) }
        return id
    }

    /// Where the register is reached from outside.
    var publicURL: String {
        console.configuration.publicURL
            ?? "\(isSecure ? "https" : "http")://\(request.head.authority ?? request.headers[.host] ?? "localhost")"
    }
}

/// What ends a page other than the store's own errors.
enum ConsoleError: Error {
    case signedOut
    /// The form's token is not this browser's.
    case formExpired
    /// Signed in with a password that somebody else set (A2): first another.
    case passwordToBeChanged
}

extension HTTPField.Name {
    static let fragment = header("X-Fragment")
    static let forwardedProto = header("X-Forwarded-Proto")
    static let host = header("Host")
    static let refererPolicy = header("Referrer-Policy")

    /// The names used here are all tokens (RFC 9110, 5.1).
    private static func header(_ name: String) -> HTTPField.Name {
        guard let field = HTTPField.Name(name) else { preconditionFailure("\(name) is no field name") }
        return field
    }
}
