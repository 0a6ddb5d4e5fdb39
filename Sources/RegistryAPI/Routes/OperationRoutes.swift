import RegistryDomain
import RegistryStore

struct AuditBody: Decodable {
    var asOf: Day?
    var full: Bool?
}

extension Endpoint {
    static let operations: [Endpoint] = [
        .post("/api/v1/audits", "runAudit", .runAudit) { exchange in
            let body = try exchange.optionalBody(AuditBody.self)
            let request = AuditRequest(asOf: body?.asOf, full: body?.full ?? false)
            let report = try await exchange.store.answeringOnce(try exchange.once(), as: exchange.caller) {
                try await exchange.services.jobs.runAudit(request, exchange.caller)
            }
            return try .json(report, .created, at: "/api/v1/audits/latest")
        }.within(.seconds(15 * 60)),
        .get("/api/v1/audits/latest", "readAudit", .readAudit) { exchange in
            try .json(try await exchange.services.jobs.latestAudit(exchange.caller))
        },
        .get("/api/v1/audits/findings", "listFindings", .readAudit) { exchange in
            let severities = Text(zh: "error 或 warning", en: "error or warning")
            let filter = AuditFindingFilter(
                check: try exchange.text("check"),
                severity: try exchange.query("severity", expected: severities) { AuditFinding.Severity(rawValue: $0) },
                acknowledged: try exchange.text("acknowledged").map { _ in try exchange.flag("acknowledged") },
                cursor: try exchange.cursor(), limit: try exchange.limit())
            return try .json(try await exchange.services.jobs.auditFindings(filter, exchange.caller))
        },
        .post("/api/v1/audits/findings/{id}/acknowledgements", "acknowledgeFinding", .acknowledgeFinding) { exchange in
            try .json(
                try await exchange.store.acknowledgeFinding(
                    exchange.id(), reason: exchange.body(ReasonBody.self).reason, as: exchange.caller,
                    once: exchange.once()), .created)
        },
        .get("/api/v1/bulletin", "readBulletin", .readBulletin) { exchange in
            let question = BulletinQuestion(asOf: try exchange.day("asOf"), knownAt: try exchange.instant("knownAt"))
            return try .json(try await exchange.services.jobs.bulletin(question, exchange.caller))
        }.within(.seconds(120)),
        .get("/api/v1/access-log", "readAccessLog", .readAccessLog) { exchange in
            let outcome = try exchange.query(
                "outcome", expected: Text(zh: "allowed 或 refused", en: "allowed or refused")
            ) { AccessOutcome(rawValue: $0) }
            let page = try await exchange.store.accessLog(
                AccessFilter(outcome: outcome, cursor: exchange.cursor(), limit: exchange.limit()), as: exchange.caller)
            return try .json(Page(items: page.items.map(\.record), nextCursor: page.nextCursor))
        },
    ]
}
