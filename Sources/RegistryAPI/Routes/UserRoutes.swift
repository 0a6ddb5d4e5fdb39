import RegistryDomain
import RegistryStore

struct PasswordBody: Decodable {
    var password: String
}

extension Endpoint {
    static let users: [Endpoint] = [
        .get("/api/v1/users", "listUsers", .manageUsers) { exchange in
            try .json(Items(items: try await exchange.store.listUsers(as: exchange.caller)))
        },
        .post("/api/v1/users", "addUser", .manageUsers) { exchange in
            let user = try exchange.body(NewUser.self)
            var shown = user
            shown.password = ""
            let record = try await exchange.store.answeringOnce(
                try exchange.once(over: RegistryJSON.bytes(shown)), as: exchange.caller
            ) { try await exchange.store.addUser(user, as: exchange.caller) }
            return try .json(record, .created)
        },
        .post("/api/v1/users/{username}/disablements", "disableUser", .manageUsers) { exchange in
            try await exchange.store.disableUser(exchange.path("username"), as: exchange.caller)
            return .noContent
        },
        .post("/api/v1/users/{username}/passwords", "setPassword", .manageUsers) { exchange in
            try await exchange.store.setPassword(
                exchange.path("username"), exchange.body(PasswordBody.self).password, as: exchange.caller)
            return .noContent
        },
    ]
}
