import Foundation
import HTTPTypes
import RegistryDomain
import RegistryStore

private struct AccountModel {
    struct Mistake {
        var field: String
        var message: String
    }
    var username: String
    var role: String
    /// Said where the password was set by somebody else, for one use.
    var isOneTime: String?
    var messages: [Mistake]
    var done: String?
    /// Whether reminders can reach this account's person.
    var takesContact: Bool
    var email: String
    var mobile: String
    var hasContact: Bool
    var contactMessages: [Mistake]
    var once: String
}

extension Console {
    static let accountPages: [ConsolePage] = [
        .get("/account") { visit in try await visit.account() },
        .post("/account/password") { visit in try await visit.changePassword() },
        .post("/account/contact") { visit in try await visit.changeContact() },
        .post("/account/contact/erasures") { visit in
            try await visit.store.eraseOwnContact(as: visit.settledCaller())
            return .seeOther("/account?done=erased")
        },
    ]
}

extension Visit {
    fileprivate func account(
        passwordError: StoreError? = nil, contactError: StoreError? = nil, _ status: HTTPResponse.Status = .ok
    ) async throws -> Answer {
        let caller = try caller
        let takesContact = ContactOwner(caller) != nil && !caller.hasOneTimePassword
        let contact = takesContact ? try await store.ownContact(as: caller) : nil
        let isRetyped = contactError != nil
        let model = AccountModel(
            username: caller.username, role: words.role(caller.role),
            isOneTime: caller.hasOneTimePassword ? words(Reason.passwordIsOneTime.message) : nil,
            messages: mistakes(passwordError),
            done: query("done").map { words("account_\($0)") }, takesContact: takesContact,
            email: isRetyped ? form["email"] ?? "" : contact?.email ?? "",
            mobile: isRetyped ? form["mobile"] ?? "" : contact?.mobile ?? "", hasContact: contact != nil,
            contactMessages: mistakes(contactError), once: Self.freshKey())
        return await page("account", title: words("accountTitle"), model, status)
    }

    private func mistakes(_ error: StoreError?) -> [AccountModel.Mistake] {
        guard let error else { return [] }
        let messages = ConsoleProblem.messages(of: error, words)
        return messages.enumerated().map { index, message in
            let field = index < error.reasons.count ? error.reasons[index].field : nil
            guard let field, let expected = Self.expected[field] else {
                return .init(field: field ?? "current", message: message)
            }
            return .init(field: field, message: words(expected))
        }
    }

    /// What a field must be, in words that do not name it as a program does.
    private static let expected = ["new": "passwordRule", "email": "emailRule", "mobile": "mobileRule"]

    fileprivate func changePassword() async throws -> Answer {
        let caller = try caller
        do {
            guard form.verbatim("new") == form.verbatim("again") else {
                throw StoreError.invalid([.passwordsDiffer])
            }
            try await store.changeOwnPassword(
                current: form.verbatim("current"), new: form.verbatim("new"), keeping: secret, as: caller)
            return .seeOther("/account?done=password")
        } catch let error as StoreError {
            return try await account(passwordError: error, ConsoleProblem.status(of: error))
        }
    }

    /// What a page of the account asks beyond the password: not before the person has one of their own.
    fileprivate func settledCaller() throws -> Caller {
        let caller = try caller
        guard !caller.hasOneTimePassword else { throw ConsoleError.passwordToBeChanged }
        return caller
    }

    fileprivate func changeContact() async throws -> Answer {
        let caller = try settledCaller()
        do {
            _ = try await store.setOwnContact(
                Contact(email: form["email"], mobile: form["mobile"]), as: caller, once: once)
            return .seeOther("/account?done=contact")
        } catch let error as StoreError {
            return try await account(contactError: error, ConsoleProblem.status(of: error))
        }
    }
}
