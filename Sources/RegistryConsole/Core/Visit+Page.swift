import Foundation
import HTTPTypes
import RegistryDomain
import RegistryStore

extension Visit {
    /// A whole page.
    func page(_ template: String, title: String, _ model: Any, _ status: HTTPResponse.Status = .ok) async -> Answer {
        let policies = session == nil ? nil : try? await store.policies()
        return .html(
            console.views.render(template, model, shell: shell(title, policies, template), words: words), status)
    }

    /// A part of a page, for a script that puts it in place.
    func fragment(_ template: String, _ model: Any, _ status: HTTPResponse.Status = .ok) -> Answer {
        .html(console.views.render(template, model, shell: shell("", nil), words: words), status)
    }

    private func shell(_ title: String, _ policies: PolicySet?, _ template: String = "") -> Shell {
        let other: Language = language == .zh ? .en : .zh
        let here = request.method == .get ? request.uri.string : request.uri.path
        return Shell(
            language: language == .zh ? "zh-CN" : "en", otherLanguage: other.rawValue,
            otherLanguageName: other == .zh ? "中文" : "English", title: title, here: here,
            token: FormToken.make(for: secret), signedIn: session != nil, person: session?.caller.personName,
            office: session.map { office($0.caller, policies) }, tabs: tabs,
            styleVersion: console.views.assets["console.css"]?.version ?? "",
            scriptVersion: console.views.assets["console.js"]?.version ?? "",
            scripts: (Views.scripts[template] ?? []).map {
                .init(name: $0, version: console.views.assets[$0]?.version ?? "")
            },
            versions: console.views.versions,
            idleSeconds: session == nil ? nil : "\(console.configuration.idleLimit.components.seconds)")
    }

    private func office(_ caller: Caller, _ policies: PolicySet?) -> String {
        guard let authority = caller.authority else { return words.role(caller.role) }
        return "\(words.role(caller.role)) · \(policies.map { words.area(authority, $0) } ?? authority.description)"
    }

    /// The pages of the caller's role, in the order of use.
    private var tabs: [Shell.Tab] {
        guard let caller = session?.caller else { return [] }
        let here = request.uri.path
        let tabs = ConsoleTab.tabs(of: caller)
        // The nearest one: a page below `/me/claims` is not the page `/me`.
        let current = tabs.filter { here == $0.address || here.hasPrefix($0.address + "/") }
            .max { $0.address.count < $1.address.count }
        return tabs.map {
            Shell.Tab(address: $0.address, name: words($0.word), current: $0.address == current?.address)
        }
    }

    /// An error of the store in words, as a page of its own or as the part that a script asked for.
    func answer(to error: any Error) async throws -> Answer {
        switch error {
        case ConsoleError.signedOut:
            return wantsFragment ? .text(words("sessionEnded"), .unauthorized) : .seeOther("/sign-in?ended=1")
        case ConsoleError.passwordToBeChanged:
            return wantsFragment
                ? .text(words(Reason.passwordIsOneTime.message), .forbidden) : .seeOther(ConsolePage.ownPassword)
        case ConsoleError.formExpired:
            return await mistake(.forbidden, [words("formExpired")])
        case let error as StoreError:
            if case .unavailable(let why) = error {
                console.logger.warning("unavailable", metadata: ["why": "\(why)", "requestId": "\(requestId)"])
            }
            return await mistake(ConsoleProblem.status(of: error), ConsoleProblem.messages(of: error, words))
        default: throw error
        }
    }

    func mistake(_ status: HTTPResponse.Status, _ messages: [String]) async -> Answer {
        let model: [String: Any] = ["messages": messages, "home": session == nil ? "/sign-in" : "/"]
        if wantsFragment { return fragment("mistake-part", model, status) }
        return await page("mistake", title: words("mistakeTitle"), model, status)
    }
}

/// What an error of the store is to a browser.
enum ConsoleProblem {
    static func status(of error: StoreError) -> HTTPResponse.Status {
        switch error {
        case .invalid: .unprocessableContent
        case .forbidden: .forbidden
        case .notFound: .notFound
        case .conflict, .stale: .conflict
        case .unauthenticated: .unauthorized
        case .tooManyAttempts: .tooManyRequests
        case .unavailable: .serviceUnavailable
        }
    }

    static func messages(of error: StoreError, _ words: Words) -> [String] {
        switch error {
        case .stale: [words("stale")]
        case .unavailable: [words("unavailable")]
        default:
            error.reasons.map { reason in
                words(reason.message)
                    + (reason.rule.map { words.language == .zh ? "（依据 \($0.rawValue)）" : " (rule \($0.rawValue))" }
                        ?? "")
            }
        }
    }
}

/// The pages that a role finds in its bar.
struct ConsoleTab {
    var address: String
    var word: String

    static func tabs(of caller: Caller) -> [ConsoleTab] {
        switch caller.role {
        case .learner: [standing, claims, register, training]
        case .unitAdmin: [unit, counter, training, policy]
        case .clerk: [counter, training, policy]
        case .countyOfficer: [queue, counter, training, duplicates, imports, completion, bulletins, policy]
        case .cityOfficer:
            [queue, counter, completion, bulletins, training, duplicates, imports, audit, accessLog, policy]
        case .baseOfficer: [queue, training, counter, completion, bulletins, policy]
        case .auditor: [audit, accessLog, completion, bulletins, queue, counter, training, imports, policy]
        case .admin: [users, imports, audit, policy]
        }
    }

    private static let counter = ConsoleTab(address: "/counter", word: "tabCounter")
    private static let training = ConsoleTab(address: "/training", word: "tabTraining")
    private static let queue = ConsoleTab(address: "/queue", word: "tabQueue")
    private static let completion = ConsoleTab(address: "/completion", word: "completionTitle")
    private static let bulletins = ConsoleTab(address: "/bulletins", word: "bulletin")
    private static let audit = ConsoleTab(address: "/audit", word: "tabAudit")
    private static let accessLog = ConsoleTab(address: "/access-log", word: "accessLogTitle")
    private static let users = ConsoleTab(address: "/users", word: "usersTitle")
    private static let policy = ConsoleTab(address: "/policy", word: "tabPolicy")
    private static let unit = ConsoleTab(address: "/unit", word: "tabUnit")
    private static let duplicates = ConsoleTab(address: "/duplicates", word: "tabDuplicates")
    private static let imports = ConsoleTab(address: "/imports", word: "tabImports")
    private static let standing = ConsoleTab(address: "/me", word: "tabStanding")
    private static let claims = ConsoleTab(address: "/me/claims", word: "tabClaims")
    private static let register = ConsoleTab(address: "/me/register", word: "tabRegister")

    static func home(of caller: Caller) -> String { tabs(of: caller).first?.address ?? "/account" }
}
