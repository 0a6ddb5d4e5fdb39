import HTTPTypes

/// One address of the console and what answers there. The router and the log read the list of all.
public struct ConsolePage: Sendable {
    typealias Handler = @Sendable (Visit) async throws -> Answer

    public var method: HTTPRequest.Method
    /// With `{id}` as the API writes it.
    public var path: String
    let handler: Handler
    /// Whether a form's token is asked for; only what changes nothing does without.
    let takesForm: Bool
    /// Whether the form may carry a file, which `Visit.receiveFile` reads.
    var takesFile = false
    /// Whether asking for it is somebody's doing. What a browser or a script asks by itself keeps no session
    /// alive.
    var isUse = true

    static func get(_ path: String, _ handler: @escaping Handler) -> ConsolePage {
        ConsolePage(method: .get, path: path, handler: handler, takesForm: false)
    }

    static func post(_ path: String, _ handler: @escaping Handler) -> ConsolePage {
        ConsolePage(method: .post, path: path, handler: handler, takesForm: true)
    }

    /// What a browser or a script asks for by itself.
    static func watching(_ method: HTTPRequest.Method = .get, _ path: String, _ handler: @escaping Handler)
        -> ConsolePage
    {
        ConsolePage(method: method, path: path, handler: handler, takesForm: method == .post, isUse: false)
    }

    static func upload(_ path: String, _ handler: @escaping Handler) -> ConsolePage {
        ConsolePage(method: .post, path: path, handler: handler, takesForm: true, takesFile: true)
    }

    /// Where somebody chooses a password of their own.
    static let ownPassword = "/account"

    /// What is left to whoever signed in with a password for one use.
    var isOpenWithOneTimePassword: Bool {
        path.hasPrefix("/assets/") || path.hasPrefix(Self.ownPassword)
            || ["/sign-in", "/sign-out", "/language", "/session"].contains(path)
    }

    /// The names between braces.
    var parameters: [String] {
        path.split(separator: "/").filter { $0.hasPrefix("{") }.map { String($0.dropFirst().dropLast()) }
    }
    var routerPath: String { path.replacing("{", with: ":").replacing("}", with: "") }
}
