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
    private let log: LogKeeper?

    /// - Parameter log: proves the entries of a certificate; without it nothing is attached.
    /// - Throws: for a folder of keys that is named and cannot be used; without one no credential is signed.
    init(_ settings: Settings, sheets: DocumentSheets, log: LogKeeper?) throws {
        self.log = log
        self.sheets = sheets
        printer = settings.printer
        issuer = try settings.issuerKeyFolder.map { CredentialIssuer(keys: try IssuerKeys(folder: $0)) }
    }

    func certificatePDF(_ document: CertificateDocument, _ policies: PolicySet, publicURL: String) async throws
        -> [UInt8]
    {
        try await printer.print(
            sheets.certificate(document, policies, publicURL: publicURL), at: document.printedAt,
            attaching: proof(of: document.certificate))
    }

    private func proof(of certificate: CertificateRecord) async -> PDFPrinter.Attachment? {
        guard let proof = await log?.proof(of: certificate), let content = try? RegistryJSON.bytes(proof, pretty: true)
        else { return nil }
        return PDFPrinter.Attachment(name: "proof.json", content: content)
    }

    func noticePDF(_ document: NoticeDocument, _ policies: PolicySet, publicURL: String) async throws -> [UInt8] {
        try await printer.print(sheets.notice(document, policies, publicURL: publicURL), at: document.issuedAt)
    }

    func credential(_ document: CertificateDocument, _ policies: PolicySet, publicURL: String) throws -> [UInt8] {
        guard let issuer else { throw NoKey() }
        return try issuer.credential(document, policies, publicURL: publicURL)
    }

    var console: ConsoleDocuments {
        ConsoleDocuments(
            certificatePDF: { try await certificatePDF($0, $1, publicURL: $2) },
            noticePDF: { try await noticePDF($0, $1, publicURL: $2) },
            credential: { try credential($0, $1, publicURL: $2) })
    }

    func api(_ console: Console, publicURL: String?) -> DocumentsClient {
        DocumentsClient(
            certificatePDF: { try await certificatePDF($0, $1, publicURL: $2) },
            noticePDF: { try await noticePDF($0, $1, publicURL: $2) },
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
