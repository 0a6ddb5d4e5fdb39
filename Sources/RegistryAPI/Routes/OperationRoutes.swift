import RegistryDomain
import RegistryStore

extension Endpoint {
    static let operations: [Endpoint] = [
        .post("/api/v1/audits", "runAudit", .runAudit) { exchange in
            let report = try await exchange.store.answeringOnce(try exchange.once(), as: exchange.caller) {
                try await exchange.services.jobs.runAudit(exchange.caller)
            }
            return try .json(report, .created, at: "/api/v1/audits/latest")
        }.within(.seconds(15 * 60)),
        .get("/api/v1/audits/latest", "readAudit", .readAudit) { exchange in
            try .json(try await exchange.services.jobs.latestAudit(exchange.caller))
        },
        .get("/api/v1/bulletin", "readBulletin", .readBulletin) { exchange in
            let question = BulletinQuestion(asOf: try exchange.day("asOf"))
            return try .json(try await exchange.services.jobs.bulletin(question, exchange.caller))
        }.within(.seconds(120)),
        .get("/api/v1/access-log", "readAccessLog", .readAccessLog) { exchange in
            let outcome = try exchange.query(
                "outcome", expected: Text(zh: "allowed 或 refused", en: "allowed or refused")
            ) {
                ["allowed", "refused"].contains($0) ? $0 : nil
            }
            return try .json(
                try await exchange.store.accessLog(
                    outcome: outcome, cursor: exchange.cursor(), limit: exchange.limit(), as: exchange.caller))
        },
    ]
}
