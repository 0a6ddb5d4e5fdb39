import Foundation
import HTTPTypes
import RegistryDomain
import RegistryStore

struct NoticeBody: Decodable {
    var purpose: Purpose
}

extension Endpoint {
    /// Certificates and notices as documents, and how their holders are reached.
    static let documents: [Endpoint] = [
        .get("/api/v1/certificates/{code}", "readCertificate", .printCertificate, certificate).within(.seconds(150)),
        .post("/api/v1/learners/{id}/notices", "issueNotice", .issueNotice) { exchange in
            let record = try await exchange.store.issueNotice(
                learner: exchange.id(), purpose: exchange.body(NoticeBody.self).purpose, as: exchange.caller,
                once: exchange.once())
            return try .json(record, .created, at: "/api/v1/notices/\(record.code)")
        },
        .get("/api/v1/notices/{code}", "readNotice", .readEligibility, notice).within(.seconds(150)),
        .get("/api/v1/learners/{id}/contact", "readContact", .changeContact) { exchange in
            guard let contact = try await exchange.store.contact(of: exchange.id(), as: exchange.caller) else {
                throw Problem(.notFound, [.recordUnknown])
            }
            return try .json(contact)
        },
        .post("/api/v1/learners/{id}/contact", "setContact", .changeContact) { exchange in
            try .json(
                try await exchange.store.setContact(
                    of: exchange.id(), exchange.body(), as: exchange.caller, once: exchange.once()), .created)
        },
        .delete("/api/v1/learners/{id}/contact", "eraseContact", .changeContact) { exchange in
            try await exchange.store.eraseContact(of: exchange.id(), as: exchange.caller)
            return .noContent
        },
        .post("/api/v1/account/contact", "setOwnContact", .readOwnSession) { exchange in
            try .json(
                try await exchange.store.setOwnContact(
                    exchange.body(), as: exchange.caller, once: exchange.once()), .created)
        },
        .delete("/api/v1/account/contact", "eraseOwnContact", .readOwnSession) { exchange in
            try await exchange.store.eraseOwnContact(as: exchange.caller)
            return .noContent
        },
    ]

    /// `CODE.pdf` is the PDF, `CODE.json` the signed credential, `CODE` alone what it says.
    @Sendable private static func certificate(_ exchange: Exchange) async throws -> Reply {
        let (code, form) = documentName(try exchange.path("code"))
        let document = try await exchange.store.certificate(code: code, as: exchange.caller)
        let policies = try await exchange.store.policies()
        let publicURL = exchange.services.publicURL(exchange.request)
        switch form {
        case nil: return try .json(document)
        case "pdf":
            return try await pdf {
                try await exchange.services.documents.certificatePDF(document, policies, publicURL)
            }
        case "json":
            guard document.status == .stands else {
                throw Problem(StoreError.conflict(.certificateSuperseded, entry: nil, claim: nil))
            }
            guard let credential = try? exchange.services.documents.credential(document, policies, publicURL) else {
                throw Problem(.serviceUnavailable, [.credentialUnavailable])
            }
            return Reply(status: .ok, headers: [.contentType: "application/vc+json"], body: credential)
        default: throw Problem(.notFound, [.certificateUnknown])
        }
    }

    @Sendable private static func notice(_ exchange: Exchange) async throws -> Reply {
        let (code, form) = documentName(try exchange.path("code"))
        let document = try await exchange.store.notice(code: code, as: exchange.caller)
        switch form {
        case nil: return try .json(document)
        case "pdf":
            let policies = try await exchange.store.policies()
            return try await pdf {
                try await exchange.services.documents.noticePDF(
                    document, policies, exchange.services.publicURL(exchange.request))
            }
        default: throw Problem(.notFound, [.certificateUnknown])
        }
    }

    private static func pdf(_ make: () async throws -> [UInt8]) async throws -> Reply {
        do {
            return Reply(status: .ok, headers: [.contentType: "application/pdf"], body: try await make())
        } catch let error as CancellationError {
            throw error
        } catch {
            throw Problem(.serviceUnavailable, [.pdfUnavailable])
        }
    }

    private static func documentName(_ name: String) -> (code: String, form: String?) {
        let parts = name.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        return (parts.first ?? "", parts.count > 1 ? parts[1] : nil)
    }
}

extension Reason {
    static let credentialUnavailable = api(
        "credentialUnavailable", "本机未设置签发密钥，不能生成签名凭证；PDF 与查验不受影响。",
        "No signing key is set up here: no credential can be made. The PDF and the check are not affected.")
}
