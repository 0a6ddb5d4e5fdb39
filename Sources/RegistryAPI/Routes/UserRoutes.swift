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
            try .json(try await exchange.store.addUser(exchange.body(), as: exchange.caller), .created)
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
