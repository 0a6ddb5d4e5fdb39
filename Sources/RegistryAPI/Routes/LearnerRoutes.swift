import Foundation
import RegistryDomain
import RegistryStore

/// What a search is sent with: a POST, since an ID number never stands in a URL (OWASP ASVS 14.2.1).
struct LearnerSearchBody: Decodable {
    var idNumber: String?
    var q: String?
    var nameBegins: String?
    var authority: Authority?
    var employerCreditCode: String?
    var cursor: String?
    var limit: Int?
}

struct EmploymentEndBody: Decodable {
    var until: Day
    var reason: String
}

struct ReasonBody: Decodable {
    var reason: String
}

struct OptionalReasonBody: Decodable {
    var reason: String?
}

struct Items<Item: Encodable>: Encodable {
    var items: [Item]
}

extension Endpoint {
    static let learners: [Endpoint] = [
        .post("/api/v1/learners/searches", "searchLearners", .searchLearners) { exchange in
            let body = try exchange.body(LearnerSearchBody.self)
            return try .json(
                try await exchange.store.searchLearners(
                    LearnerSearch(
                        idNumber: body.idNumber, q: body.q, nameBegins: body.nameBegins, authority: body.authority,
                        employerCreditCode: body.employerCreditCode, cursor: body.cursor, limit: body.limit),
                    as: exchange.caller))
        },
        .post("/api/v1/learners", "createLearner", .createLearner) { exchange in
            let record = try await exchange.store.createLearner(
                exchange.body(), as: exchange.caller, once: exchange.once())
            return try .json(
                record, .created, version: record.version, at: "/api/v1/learners/\(record.id.uuidString.lowercased())")
        },
        .get("/api/v1/learners/{id}", "readLearner", .readLearner) { exchange in
            let record = try await exchange.store.learner(id: exchange.id(), as: exchange.caller)
            return try exchange.versioned(record, record.version)
        },
        .get("/api/v1/learners/{id}/register", "readRegister", .readRegister) { exchange in
            let asOf = try exchange.day("asOf")
            let knownAt = try exchange.instant("knownAt")
            return try .json(
                Items(
                    items: try await exchange.store.register(
                        of: exchange.id(), asOf: asOf, knownAt: knownAt, as: exchange.caller)))
        },
        Endpoint(
            .get, "/api/v1/learners/{id}/eligibility", "readEligibility", .bearers(of: .readEligibility, eligibility),
            intake: .nothing),
        .post("/api/v1/learners/{id}/employments", "addEmployment", .addEmployment) { exchange in
            let record = try await exchange.store.addEmployment(
                learner: exchange.id(), exchange.body(), as: exchange.caller, once: exchange.once())
            return try .json(record, .created, version: record.version)
        },
        .post("/api/v1/learners/{id}/employments/ends", "endEmployment", .addEmployment) { exchange in
            let body = try exchange.body(EmploymentEndBody.self)
            let record = try await exchange.store.endEmployment(
                learner: exchange.id(), until: body.until, reason: body.reason, as: exchange.caller,
                once: exchange.once())
            return try .json(record, .created, version: record.version)
        },
        .post("/api/v1/learners/{id}/excuses", "addExcuse", .addExcuse) { exchange in
            try .json(
                try await exchange.store.addExcuse(
                    learner: exchange.id(), exchange.body(), as: exchange.caller, once: exchange.once()), .created)
        },
        .post("/api/v1/excuses/{id}/revocations", "revokeExcuse", .addExcuse) { exchange in
            try .json(
                try await exchange.store.revokeExcuse(
                    id: exchange.id(), reason: exchange.body(ReasonBody.self).reason, as: exchange.caller,
                    once: exchange.once()),
                .created)
        },
        .post("/api/v1/learners/{id}/corrections", "correctLearner", .correctLearner) { exchange in
            let record = try await exchange.store.correctLearner(
                id: exchange.id(), exchange.body(), ifVersion: exchange.ifMatch(), as: exchange.caller,
                once: exchange.once())
            return try .json(record, .created, version: record.version)
        },
        .post("/api/v1/learners/{id}/erasures", "erasePerson", .erasePerson) { exchange in
            try .json(
                try await exchange.store.erasePerson(
                    id: exchange.id(), exchange.body(), as: exchange.caller, once: exchange.once()), .created)
        },
        .post("/api/v1/learners/{id}/merges", "mergeLearners", .mergeLearners) { exchange in
            try .json(
                try await exchange.store.mergeLearners(
                    kept: exchange.id(), exchange.body(), as: exchange.caller, once: exchange.once()), .created)
        },
        .post("/api/v1/merges/{id}/reversals", "reverseMerge", .reverseMerge) { exchange in
            try .json(
                try await exchange.store.reverseMerge(
                    id: exchange.id(), reason: exchange.body(ReasonBody.self).reason, as: exchange.caller,
                    once: exchange.once()),
                .created)
        },
        .post("/api/v1/learners/{id}/certificates", "printCertificate", .printCertificate) { exchange in
            var record = try await exchange.store.printCertificate(
                learner: exchange.id(), as: exchange.caller, once: exchange.once())
            record.proof = await exchange.services.log?.proof(of: record)
            return try .json(record, .created)
        },
    ]
}
