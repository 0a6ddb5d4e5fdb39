import Foundation
import RegistryDomain
import RegistryStore

extension Endpoint {
    static let register: [Endpoint] = [
        .post("/api/v1/register/{id}/reversals", "reverseEntry", .reverseEntry) { exchange in
            try .json(
                try await exchange.store.reverseEntry(
                    id: exchange.id(), reason: exchange.body(ReasonBody.self).reason, as: exchange.caller,
                    once: exchange.once()),
                .created)
        },
        .get("/api/v1/policies", "listPolicies", .readPolicy) { exchange in
            try .json(Items(items: try await exchange.store.listPolicies()))
        },
        .get("/api/v1/policies/{notice}", "readPolicy", .readPolicy) { exchange in
            let policy = try await exchange.store.policyDocument(notice: exchange.path("notice"))
            var reply = Reply(status: .ok, body: Array(policy.document.utf8))
            reply.headers[.contentType] = "application/json; charset=utf-8"
            return reply
        },
    ]
}
