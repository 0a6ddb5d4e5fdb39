import Foundation
import RegistryAPI
import RegistryConsole
import RegistryDomain
import RegistryJobs
import RegistryStore

/// How printed documents are made: the console sets the page, WeasyPrint the PDF, the issuer's key the signature.
struct Documents: Sendable {
    struct NoKey: Error, CustomStringConvertible {
        var description: String { "no key is set up to sign credentials with: CEREGISTRY_ISSUER_KEY_DIRECTORY" }
    }

    private let sheets: DocumentSheets
    private let printer: PDFPrinter
    private let issuer: CredentialIssuer?

    /// - Throws: for a folder of keys that is named and cannot be used; without one no credential is signed.
    init(_ settings: Settings) throws {
        sheets = try DocumentSheets()
        printer = settings.printer
        issuer = try settings.issuerKeyFolder.map { CredentialIssuer(keys: try IssuerKeys(folder: $0)) }
    }

    func certificatePDF(_ document: CertificateDocument, _ policies: PolicySet, publicURL: String) async throws
        -> [UInt8]
    {
        try await printer.print(
            sheets.certificate(document, policies, publicURL: publicURL), at: document.printedAt)
    }

    func credential(_ document: CertificateDocument, _ policies: PolicySet, publicURL: String) throws -> [UInt8] {
        guard let issuer else { throw NoKey() }
        return try issuer.credential(document, policies, publicURL: publicURL)
    }

    var console: ConsoleDocuments {
        ConsoleDocuments(
            pdf: { try await printer.print($0, at: $1) },
            credential: { try credential($0, $1, publicURL: $2) })
    }

    func api(_ console: Console, publicURL: String?) -> DocumentsClient {
        DocumentsClient(
            certificatePDF: { try await certificatePDF($0, $1, publicURL: $2) },
            noticePDF: { document, policies, publicURL in
                try await printer.print(
                    sheets.notice(document, policies, publicURL: publicURL), at: document.issuedAt)
            },
            credential: { try credential($0, $1, publicURL: $2) },
            issuer: { publicURL in
                guard let issuer else { throw NoKey() }
                return issuer.didDocument(publicURL: publicURL)
            },
            verificationPage: { request, requestId, verification, code in
                let page = try await console.verificationPage(
                    request, requestId: requestId, verification, code: code)
                return DocumentPage(status: page.status, headers: page.headers, body: page.body)
            },
            publicURL: publicURL)
    }
}
