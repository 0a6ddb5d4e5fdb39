import RegistryDomain
import RegistryStore

extension Endpoint {
    static let session: [Endpoint] = [
        .get("/api/v1/sessions/current", "readSession", .readOwnSession) { exchange in
            let caller = exchange.caller
            return try .json(
                SignedIn.User(
                    username: caller.username, role: caller.role, authority: caller.authority,
                    personName: caller.personName, learnerId: caller.learnerId))
        },
        .delete("/api/v1/sessions/current", "signOut", .readOwnSession) { exchange in
            if let token = BearerToken.of(exchange.request) { try await exchange.store.signOut(token: token) }
            return .noContent
        },
    ]
}
