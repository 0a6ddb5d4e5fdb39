import Foundation
import HTTPTypes
import RegistryDomain
import RegistryStore

private struct SignInModel {
    var username: String
    var ended: Bool
    var messages: [String]
}

extension Console {
    static let sessionPages: [ConsolePage] = [
        .get("/") { visit in
            guard let caller = visit.session?.caller else { return .seeOther("/sign-in") }
            return .seeOther(ConsoleTab.home(of: caller))
        },
        // A browser that was idle comes here by itself.
        .watching(.get, "/sign-in") { visit in
            await visit.page(
                "sign-in", title: visit.words("signIn"),
                SignInModel(username: "", ended: visit.query("ended") != nil, messages: []))
        },
        .post("/sign-in", signIn),
        .post("/sign-out") { visit in
            if let session = visit.session {
                try await visit.store.signOut(token: session.token)
                visit.console.streams.end(session: session.token)
            }
            var answer = Answer.seeOther("/sign-in")
            answer.set(.session, "", secure: visit.isSecure, seconds: 0)
            return answer
        },
        .post("/language") { visit in
            let language = visit.form["to"].flatMap { Language(rawValue: $0) } ?? .zh
            // A way back inside the register, and nowhere else.
            let back = visit.form["back"].flatMap { $0.hasPrefix("/") && !$0.hasPrefix("//") ? $0 : nil } ?? "/"
            var answer = Answer.seeOther(back.filter { $0 != "\r" && $0 != "\n" && $0 != "\\" })
            answer.set(.language, language.rawValue, secure: visit.isSecure, seconds: 365 * 24 * 3600)
            return answer
        },
        // Says that somebody is still there.
        .post("/session") { visit in
            _ = try visit.caller
            return .text("", .noContent)
        },
    ]

    @Sendable private static func signIn(_ visit: Visit) async throws -> Answer {
        let username = visit.form["username"] ?? ""
        let password = visit.form.verbatim("password")
        do {
            guard username.utf8.count <= 256, password.utf8.count <= 1024 else {
                throw StoreError.unauthenticated(.badCredentials)
            }
            let signedIn = try await visit.store.signInBrowser(
                username: username, password: password, idleLimit: visit.console.configuration.idleLimit)
            var answer = Answer.seeOther("/")
            answer.set(.session, signedIn.token, secure: visit.isSecure)
            answer.set(.visit, "", secure: visit.isSecure, seconds: 0)
            return answer
        } catch let error as StoreError {
            return await visit.page(
                "sign-in", title: visit.words("signIn"),
                SignInModel(
                    username: username, ended: false, messages: ConsoleProblem.messages(of: error, visit.words)),
                ConsoleProblem.status(of: error))
        }
    }
}

extension Answer {
    mutating func set(_ cookie: ConsoleCookie, _ value: String, secure: Bool, seconds: Int? = nil) {
        headers.append(HTTPField(name: .setCookie, value: cookie.header(value, secure: secure, seconds: seconds)))
    }
}
