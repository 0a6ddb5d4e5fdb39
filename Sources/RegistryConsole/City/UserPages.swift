import Foundation
import HTTPTypes
import RegistryDomain
import RegistryStore

private struct UsersModel {
    struct Row {
        var address: String
        var username: String
        var name: String
        var role: String
        var office: String
        var lastSignIn: String
        var state: String
        var stateWord: String
    }
    var roles: [ChoiceModel]
    var standings: [ChoiceModel]
    var q: String
    var role: String
    var standing: String
    var rows: [Row]
    var isEmpty: Bool
    var next: String?
}

private struct UserModel {
    var username: String
    var address: String
    var name: String
    var role: String
    var office: String
    var state: String
    var stateWord: String
    var employer: String?
    var learner: String?
    var lastSignIn: String
    var added: String
    var sessions: String
    var log: String?
    var mayManage: Bool
    var isOwn: Bool
    var isDisabled: Bool
    var isLocked: Bool
    var lockedText: String?
    var oneTime: Bool
    var hasSessions: Bool
    /// Said once, after it was made.
    var password: String?
    var done: String?
    var messages: [String]
}

private struct NewUserModel {
    struct Choice {
        var id: String
        var name: String
        var selected: Bool
    }
    var roles: [Choice]
    var authorities: [Choice]
    var username: String
    var personName: String
    var employerCreditCode: String
    var idNumber: String
    var messages: [String]
}

extension Console {
    static let userPages: [ConsolePage] = [
        .get("/users") { visit in try await visit.users() },
        .get("/users/new") { visit in
            try await visit.store.permit(.manageUsers, try visit.caller)
            return try await visit.newUser()
        },
        .post("/users") { visit in try await visit.addUser() },
        .get("/users/{username}") { visit in try await visit.user() },
        .post("/users/{username}/{action}") { visit in try await visit.changeUser() },
    ]
}

extension Visit {
    private var username: String { path["username"] ?? "" }

    fileprivate func users() async throws -> Answer {
        let caller = try caller
        let role = asked["role"].flatMap { Role(rawValue: $0) }
        let standing = asked["standing"].flatMap { UserFilter.Standing(rawValue: $0) }
        let q = asked["q"]
        let found = try await store.userAccounts(
            UserFilter(q: q, role: role, standing: standing, cursor: asked["cursor"]), as: caller)
        let policies = try await store.policies()
        func address(_ role: Role?, _ standing: UserFilter.Standing?, _ cursor: String? = nil) -> String {
            Link.to(
                "/users",
                [("q", q), ("role", role?.rawValue), ("standing", standing?.rawValue), ("cursor", cursor)])
        }
        let model = UsersModel(
            roles: [ChoiceModel(address: address(nil, standing), name: words("all"), current: role == nil)]
                + Role.allCases.map {
                    .init(address: address($0, standing), name: words.role($0), current: $0 == role)
                },
            standings: [ChoiceModel(address: address(role, nil), name: words("all"), current: standing == nil)]
                + UserFilter.Standing.allCases.map {
                    .init(address: address(role, $0), name: words("account_\($0.rawValue)"), current: $0 == standing)
                }, q: q ?? "", role: role?.rawValue ?? "", standing: standing?.rawValue ?? "",
            rows: found.items.map { account in
                let state = Self.state(account)
                return .init(
                    address: Link.user(account.username), username: account.username, name: account.personName,
                    role: words.role(account.role), office: office(account, policies),
                    lastSignIn: account.lastSignInAt.map(Figure.text) ?? words("never"), state: state,
                    stateWord: words("account_\(state)"))
            }, isEmpty: found.items.isEmpty, next: found.nextCursor.map { address(role, standing, $0) })
        return await page("users", title: words("usersTitle"), model)
    }

    private static func state(_ account: UserAccount) -> String {
        account.disabledAt != nil
            ? "disabled" : account.lockedUntil != nil ? "locked" : account.hasOneTimePassword ? "oneTime" : "active"
    }

    private func office(_ account: UserAccount, _ policies: PolicySet) -> String {
        account.authority.map { words.area($0, policies) } ?? account.employer ?? "—"
    }

    fileprivate func user(
        password: String? = nil, done: String? = nil, messages: [String] = [], _ status: HTTPResponse.Status = .ok
    ) async throws -> Answer {
        let caller = try caller
        let account = try await store.userAccount(username, as: caller)
        let policies = try await store.policies()
        let state = Self.state(account)
        let readsLog = Rights.scope(of: caller.role, for: .readAccessLog) != nil
        let model = UserModel(
            username: account.username, address: Link.user(account.username), name: account.personName,
            role: words.role(account.role), office: office(account, policies), state: state,
            stateWord: words("account_\(state)"), employer: account.employerId.map(Link.employer),
            learner: account.learnerId.map(Link.learner),
            lastSignIn: account.lastSignInAt.map(Figure.text) ?? words("never"), added: Figure.text(account.recordedAt),
            sessions: "\(account.sessions)",
            log: readsLog ? Link.to("/access-log", [("user", account.username), ("day", "all")]) : nil,
            mayManage: Rights.scope(of: caller.role, for: .manageUsers) != nil,
            isOwn: caller.username == account.username, isDisabled: account.disabledAt != nil,
            isLocked: account.lockedUntil != nil,
            lockedText: account.lockedUntil.map { words("lockedText", ["until": Figure.text($0)]) },
            oneTime: account.hasOneTimePassword, hasSessions: account.sessions > 0, password: password, done: done,
            messages: messages)
        return await page("user", title: account.username, model, status)
    }

    fileprivate func changeUser() async throws -> Answer {
        let caller = try caller
        do {
            switch path["action"] {
            case "disablements": try await store.disableUser(username, as: caller)
            case "enablements": try await store.enableUser(username, as: caller)
            case "unlockings": try await store.unlockUser(username, as: caller)
            case "session-ends": try await store.endSessions(of: username, as: caller)
            case "passwords":
                let password = try await store.setOneTimePassword(username, as: caller)
                return try await user(password: password)
            default: throw StoreError.notFound(.recordUnknown)
            }
        } catch StoreError.conflict(let reason, _, _) {
            return try await user(messages: [words(reason.message)], .conflict)
        }
        return try await user(done: words("accountChanged"))
    }

    fileprivate func newUser(messages: [String] = [], _ status: HTTPResponse.Status = .ok) async throws -> Answer {
        let policies = try await store.policies()
        let names = policies.policies.last?.authorities ?? []
        let model = NewUserModel(
            roles: Role.allCases.map {
                .init(id: $0.rawValue, name: words.role($0), selected: form["role"] == $0.rawValue)
            },
            authorities: names.map {
                .init(
                    id: $0.id.description, name: words.area($0.id, policies),
                    selected: form["authority"] == $0.id.description)
            }, username: form["username"] ?? "", personName: form["personName"] ?? "",
            employerCreditCode: form["employerCreditCode"] ?? "", idNumber: form["idNumber"] ?? "", messages: messages)
        return await page("user-new", title: words("userNew"), model, status)
    }

    fileprivate func addUser() async throws -> Answer {
        let caller = try caller
        try await store.permit(.manageUsers, caller)
        guard let role = form["role"].flatMap({ Role(rawValue: $0) }), let username = form["username"],
            let name = form["personName"]
        else { return try await newUser(messages: [words("userFields")], .unprocessableContent) }
        do {
            let (record, password) = try await store.addUserWithOneTimePassword(
                NewUser(
                    username: username, personName: name, password: "", role: role,
                    authority: form["authority"].flatMap { Authority($0) },
                    employerCreditCode: form["employerCreditCode"], idNumber: form["idNumber"]), as: caller)
            let model: [String: String] = [
                "username": record.username, "name": record.personName, "password": password,
                "address": Link.user(record.username),
            ]
            return await page("user-added", title: words("userAdded"), model, .created)
        } catch let error as StoreError {
            return try await newUser(
                messages: ConsoleProblem.messages(of: error, words), ConsoleProblem.status(of: error))
        }
    }
}
