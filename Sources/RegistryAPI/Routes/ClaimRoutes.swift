import Foundation
import HTTPTypes
import RegistryDomain
import RegistryStore

struct ResubmissionBody: Decodable {
    var evidence: Evidence
    var reason: String?

    private enum Key: String, CodingKey { case mode, evidence, reason }
    private enum Field: String, CodingKey { case sessionCode }

    /// The evidence says its mode by its fields; `mode` may say it too.
    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        reason = try container.decodeIfPresent(String.self, forKey: .reason)
        let fields = try container.nestedContainer(keyedBy: Field.self, forKey: .evidence)
        let mode =
            try container.decodeIfPresent(Mode.self, forKey: .mode)
            ?? (fields.contains(.sessionCode) ? .faceToFace : .online)
        switch mode {
        case .online: evidence = .online(try container.decode(OnlineEvidence.self, forKey: .evidence))
        case .faceToFace: evidence = .faceToFace(try container.decode(FaceToFaceEvidence.self, forKey: .evidence))
        }
    }
}

struct RerouteBody: Decodable {
    var to: Authority
    var reason: String
}

struct BulkDecisionBody: Decodable {
    var claims: [UUID]
    var decision: Decision
    var reason: String?
    var answers: [String: String]?
}

struct DecisionAnswer: Encodable {
    var claim: UUID
    var decision: UUID?
    var entry: UUID?
    var recognizedOn: Day?
}

/// One result of many, its reasons in the language asked for.
struct DecisionResultDocument: Encodable {
    var claim: UUID
    var status: Int
    var decision: UUID?
    var entry: UUID?
    var recognizedOn: Day?
    var code: String?
    var reasons: [ReasonDocument]?

    init(_ result: DecisionResult, language: Language) {
        claim = result.claim
        status = result.status
        decision = result.decision
        entry = result.entry
        recognizedOn = result.recognizedOn
        code = result.code
        reasons = result.reasons?.map { ReasonDocument($0, language: language) }
    }
}

struct DecisionResults: Encodable {
    var results: [DecisionResultDocument]
}

extension Endpoint {
    static let claims: [Endpoint] = [
        .post("/api/v1/claims", "submitClaim", .submitClaim) { exchange in
            let record = try await exchange.store.submitClaim(
                exchange.body(), as: exchange.caller, once: exchange.once())
            return try .json(
                record, .created, version: record.version, at: "/api/v1/claims/\(record.id.uuidString.lowercased())")
        },
        .get("/api/v1/claims", "listClaims", .listClaims) { exchange in
            let words = ClaimState.allCases.map(\.rawValue).joined(separator: ", ")
            let filter = ClaimFilter(
                state: try exchange.query("state", expected: Text(zh: words, en: words)) { ClaimState(rawValue: $0) },
                authority: try exchange.authority("authority"),
                subjectYear: try exchange.integer("year", in: 1900...2999),
                learner: try exchange.query("learner", expected: Text(zh: "UUID", en: "a UUID")) {
                    UUID(uuidString: $0)
                },
                cursor: try exchange.cursor(), limit: try exchange.limit())
            return try .json(try await exchange.store.claims(filter, as: exchange.caller))
        },
        .get("/api/v1/claims/{id}", "readClaim", .readClaim) { exchange in
            let record = try await exchange.store.claim(id: exchange.id(), as: exchange.caller)
            return try exchange.versioned(record, record.version)
        },
        .post("/api/v1/claims/{id}/withdrawals", "withdrawClaim", .withdrawClaim) { exchange in
            let reason = try exchange.optionalBody(OptionalReasonBody.self)?.reason
            let record = try await exchange.store.withdrawClaim(
                id: exchange.id(), reason: reason, as: exchange.caller, once: exchange.once())
            return try .json(record, .created, version: record.version)
        },
        .post("/api/v1/claims/{id}/resubmissions", "resubmitClaim", .resubmitClaim) { exchange in
            let body = try exchange.body(ResubmissionBody.self)
            let record = try await exchange.store.resubmitClaim(
                id: exchange.id(), evidence: body.evidence, reason: body.reason, as: exchange.caller,
                once: exchange.once())
            return try .json(record, .created, version: record.version)
        },
        .post("/api/v1/claims/{id}/reroutings", "rerouteClaim", .rerouteClaim) { exchange in
            let body = try exchange.body(RerouteBody.self)
            let record = try await exchange.store.rerouteClaim(
                id: exchange.id(), to: body.to, reason: body.reason, as: exchange.caller, once: exchange.once())
            return try .json(record, .created, version: record.version)
        },
        .post("/api/v1/claims/{id}/decisions", "decideClaim", .decideClaim, decide),
        .post("/api/v1/decisions", "decideClaims", .decideClaim, decideMany),
    ]

    /// A claim alone: its result is the answer, a refusal a problem.
    @Sendable private static func decide(_ exchange: Exchange) async throws -> Reply {
        let request = try exchange.body(DecisionRequest.self)
        let results = try await exchange.store.decide(
            claims: [exchange.id()], request, as: exchange.caller, once: exchange.once())
        guard let result = results.first else { throw Problem(.notFound, [.claimUnknown]) }
        exchange.services.count(results, of: request.decision)
        guard result.status == HTTPResponse.Status.created.code else {
            var problem = Problem(HTTPResponse.Status(code: result.status), result.reasons ?? [])
            problem.entry = result.entry
            problem.claim = result.claim
            throw problem
        }
        return try .json(
            DecisionAnswer(
                claim: result.claim, decision: result.decision, entry: result.entry, recognizedOn: result.recognizedOn),
            .created)
    }

    @Sendable private static func decideMany(_ exchange: Exchange) async throws -> Reply {
        let body = try exchange.body(BulkDecisionBody.self)
        let results = try await exchange.store.decide(
            claims: body.claims, DecisionRequest(decision: body.decision, reason: body.reason, answers: body.answers),
            as: exchange.caller, once: exchange.once())
        exchange.services.count(results, of: body.decision)
        let language = exchange.context.language
        return try .json(DecisionResults(results: results.map { DecisionResultDocument($0, language: language) }))
    }
}
