import Foundation
import RegistryDomain
import RegistryStore

private struct ScreenModel {
    var session: String
    var half: String
    var times: String
    var code: String?
    var qr: QRPicture?
    var seconds: String
    var present: String
    var taken: String
    var here: String
}

private struct SignInByCodeModel {
    var code: String
    var done: String?
    var messages: [String]
    var isSignedOut = false
}

extension Visit {
    /// The half-day's screen; a script asks for its middle anew when the code changes.
    func signInScreen() async throws -> Answer {
        let screen = try await store.signInScreen(session: id(), halfDay: id("halfDay"), as: caller)
        let address = screen.code.map { "\(publicURL)/training/sign-in?code=\($0)" }
        let model = ScreenModel(
            session: screen.sessionCode, half: "\(screen.day) \(words("trHalfNumber", ["number": "\(screen.number)"]))",
            times: "\(screen.startsAt)–\(screen.endsAt)", code: address, qr: address.flatMap { QRPicture($0) },
            seconds: "\(screen.nextInSeconds)", present: "\(screen.present)", taken: "\(screen.taken)",
            here: request.uri.path)
        return wantsFragment
            ? fragment("training-screen-part", model)
            : await page("training-screen", title: words("trScreen"), model)
    }

    /// On the phone: whoever scanned the screen confirms with one touch; signed out, signs in first and scans again.
    func signInPage() async throws -> Answer {
        let code = query("code") ?? ""
        guard session != nil else {
            return await page(
                "training-sign-in", title: words("trSignIn"),
                SignInByCodeModel(code: "", messages: [words("trSignInFirst")], isSignedOut: true))
        }
        return await page("training-sign-in", title: words("trSignIn"), SignInByCodeModel(code: code, messages: []))
    }

    func signInByCode() async throws -> Answer {
        let caller = try caller
        do {
            let record = try await store.signInToTraining(code: form["code"] ?? "", as: caller)
            return await page(
                "training-sign-in", title: words("trSignIn"),
                SignInByCodeModel(
                    code: "",
                    done: words(
                        "trSignedIn", ["session": record.sessionCode, "number": "\(record.number)"]), messages: []))
        } catch let error as StoreError {
            return await page(
                "training-sign-in", title: words("trSignIn"),
                SignInByCodeModel(code: "", messages: ConsoleProblem.messages(of: error, words)),
                ConsoleProblem.status(of: error))
        }
    }
}
