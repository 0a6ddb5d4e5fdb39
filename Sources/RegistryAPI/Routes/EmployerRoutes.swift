import Foundation
import RegistryDomain
import RegistryStore

struct EmployerSearchBody: Decodable {
    var q: String?
    var authority: Authority?
    var cursor: String?
    var limit: Int?
}

struct EmployerClosureBody: Decodable {
    var on: Day
    var reason: String
}

struct EmployerMergeBody: Decodable {
    var from: UUID
    var reason: String
    var document: String
}

extension Endpoint {
    static let employers: [Endpoint] = [
        .post("/api/v1/employers", "createEmployer", .createEmployer) { exchange in
            let record = try await exchange.store.createEmployer(
                exchange.body(), as: exchange.caller, once: exchange.once())
            return try .json(record, .created, at: "/api/v1/employers/\(record.id.uuidString.lowercased())")
        },
        .post("/api/v1/employers/searches", "searchEmployers", .readEmployer) { exchange in
            let body = try exchange.body(EmployerSearchBody.self)
            return try .json(
                try await exchange.store.searchEmployers(
                    q: body.q, authority: body.authority, cursor: body.cursor, limit: body.limit, as: exchange.caller))
        },
        .get("/api/v1/employers/{id}", "readEmployer", .readEmployer) { exchange in
            try .json(try await exchange.store.employer(id: exchange.id(), as: exchange.caller))
        },
        .post("/api/v1/employers/{id}/corrections", "correctEmployer", .changeEmployer) { exchange in
            try .json(
                try await exchange.store.correctEmployer(
                    id: exchange.id(), exchange.body(), as: exchange.caller, once: exchange.once()), .created)
        },
        .post("/api/v1/employers/{id}/closures", "closeEmployer", .changeEmployer) { exchange in
            let body = try exchange.body(EmployerClosureBody.self)
            return try .json(
                try await exchange.store.closeEmployer(
                    id: exchange.id(), on: body.on, reason: body.reason, as: exchange.caller, once: exchange.once()),
                .created)
        },
        .post("/api/v1/employers/{id}/merges", "mergeEmployers", .changeEmployer) { exchange in
            let body = try exchange.body(EmployerMergeBody.self)
            return try .json(
                try await exchange.store.mergeEmployers(
                    kept: exchange.id(), from: body.from, reason: body.reason, document: body.document,
                    as: exchange.caller,
                    once: exchange.once()), .created)
        },
    ]
}
