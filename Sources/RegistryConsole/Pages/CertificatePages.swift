import Foundation
import HTTPTypes
import RegistryDomain
import RegistryStore

private struct CertificatePage {
    var sheet: CertificateSheet
    var isSuperseded: Bool
    var newerPrinted: Bool
    var address: String
    var verifyAddress: String
    var back: String
}

extension Console {
    static let certificatePages: [ConsolePage] = [
        .post("/me/certificates") { visit in try await visit.printCertificate() },
        .post("/learners/{id}/certificates") { visit in try await visit.printCertificate() },
        .get("/certificates/{code}") { visit in try await visit.certificate() },
    ]
}

extension Visit {
    fileprivate func printCertificate() async throws -> Answer {
        let record = try await store.printCertificate(learner: place().learner, as: caller, once: once)
        return .seeOther("/certificates/\(record.code)")
    }

    /// `CODE` is the page, `CODE.pdf` the PDF, `CODE.json` the signed credential.
    fileprivate func certificate() async throws -> Answer {
        let (code, form) = DocumentName.split(path["code"] ?? "")
        let caller = try caller
        let document = try await store.certificate(code: code, as: caller)
        let policies = try await store.policies()
        switch form {
        case "pdf":
            return await pdf(named: code) { try await $0.certificatePDF(document, policies, publicURL) }
        case "json":
            guard document.status == .stands else {
                throw StoreError.conflict(.certificateSuperseded, entry: nil, claim: nil)
            }
            guard let credential = try? console.documents.credential(document, policies, publicURL) else {
                return await mistake(.serviceUnavailable, [words("credentialUnavailable")])
            }
            var answer = Answer(body: credential)
            answer.headers[.contentType] = "application/vc+json"
            answer.headers[.contentDisposition] = "attachment; filename=\"\(document.certificate.code).json\""
            return answer
        case nil:
            let isOwn = document.certificate.learnerId == caller.learnerId
            let model = CertificatePage(
                sheet: CertificateSheet(
                    document, publicURL: publicURL, policies, console.views.book.words(.zh)),
                isSuperseded: document.status == .superseded, newerPrinted: document.newerPrinted,
                address: "/certificates/\(document.certificate.code)",
                verifyAddress: "\(publicURL)/verify/\(document.certificate.code)",
                back: isOwn && caller.role == .learner
                    ? "/me/register" : "/learners/\(document.certificate.learnerId.uuidString.lowercased())")
            return await page("certificate", title: words("certificateTitle"), model)
        default: throw StoreError.notFound(.certificateUnknown)
        }
    }

    func pdf(named name: String, _ make: (ConsoleDocuments) async throws -> [UInt8]) async -> Answer {
        do {
            var answer = Answer(body: try await make(console.documents))
            answer.headers[.contentType] = "application/pdf"
            answer.headers[.contentDisposition] = "inline; filename=\"\(DocumentName.safe(name)).pdf\""
            return answer
        } catch {
            console.logger.warning("pdf", metadata: ["why": "\(error)"])
            return await mistake(.serviceUnavailable, [words("pdfUnavailable")])
        }
    }
}

/// The last part of a document's address.
enum DocumentName {
    /// `7K3M-9QXW-2D4F-H8RT.pdf` is the code and the form; without one the form is nil.
    static func split(_ name: String) -> (code: String, form: String?) {
        let parts = name.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        return (parts.first ?? "", parts.count > 1 ? parts[1] : nil)
    }

    static func safe(_ name: String) -> String {
        name.filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
    }
}
