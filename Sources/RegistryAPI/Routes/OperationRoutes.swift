import Foundation
import NIOCore
import RegistryDomain
import RegistryJobs
import RegistryStore

extension Endpoint {
    static let operations: [Endpoint] = [
        .get("/api/v1/imports/{id}", "readImport", .readImport) { exchange in
            try .json(try await exchange.services.jobs.importJob(exchange.id(), exchange.caller))
        },
        .get("/api/v1/imports/{id}/findings", "readImportFindings", .readImport) { exchange in
            try .json(
                try await exchange.services.jobs.importFindings(
                    exchange.id(), exchange.text("cursor"), exchange.limit(), exchange.caller))
        },
        .post("/api/v1/audits", "runAudit", .runAudit) { exchange in
            try .json(try await exchange.services.jobs.runAudit(exchange.caller), .created)
        },
        .get("/api/v1/audits/latest", "readAudit", .readAudit) { exchange in
            try .json(try await exchange.services.jobs.latestAudit(exchange.caller))
        },
        .get("/api/v1/bulletin", "readBulletin", .readBulletin) { exchange in
            let question = BulletinQuestion(asOf: try exchange.day("asOf"))
            return try .json(try await exchange.services.jobs.bulletin(question, exchange.caller))
        },
        .get("/api/v1/access-log", "readAccessLog", .readAccessLog) { exchange in
            let outcome = try exchange.query("outcome", expected: Text(zh: "allowed 或 refused", en: "allowed or refused")) {
                ["allowed", "refused"].contains($0) ? $0 : nil
            }
            return try .json(
                try await exchange.store.accessLog(
                    outcome: outcome, cursor: exchange.text("cursor"), limit: exchange.limit(), as: exchange.caller))
        },
    ]
}
