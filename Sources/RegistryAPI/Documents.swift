import Foundation
import HTTPTypes
import Hummingbird
import RegistryStore
import RegistryDomain

/// Printed documents in the forms that leave the register, as functions: live ones from the console's sheets and
/// RegistryJobs, others in tests. The text is where the register is reached from outside.
public struct DocumentsClient: Sendable {
    public var certificatePDF: @Sendable (CertificateDocument, PolicySet, String) async throws -> [UInt8]
    public var noticePDF: @Sendable (NoticeDocument, PolicySet, String) async throws -> [UInt8]
    /// A signed credential. Throws where no key is set up.
    public var credential: @Sendable (CertificateDocument, PolicySet, String) throws -> [UInt8]
    /// The issuer's public keys. Throws where no key is set up.
    public var issuer: @Sendable (String) throws -> [UInt8]
    /// The public check as a page; nil where nobody printed the code.
    public var verificationPage:
        @Sendable (Request, _ requestId: String, Verification?, _ code: String) async throws -> DocumentPage
    /// Where the register is reached from outside; the request's own host when nil.
    public var publicURL: String?

    public init(
        certificatePDF: @escaping @Sendable (CertificateDocument, PolicySet, String) async throws -> [UInt8],
        noticePDF: @escaping @Sendable (NoticeDocument, PolicySet, String) async throws -> [UInt8],
        credential: @escaping @Sendable (CertificateDocument, PolicySet, String) throws -> [UInt8],
        issuer: @escaping @Sendable (String) throws -> [UInt8],
        verificationPage:
            @escaping @Sendable (Request, _ requestId: String, Verification?, _ code: String) async throws ->
            DocumentPage,
        publicURL: String?
    ) {
        self.certificatePDF = certificatePDF
        self.noticePDF = noticePDF
        self.credential = credential
        self.issuer = issuer
        self.verificationPage = verificationPage
        self.publicURL = publicURL
    }
}

/// A page that somebody else rendered, with its own headers.
public struct DocumentPage: Sendable {
    public var status: HTTPResponse.Status
    public var headers: HTTPFields
    public var body: [UInt8]

    public init(status: HTTPResponse.Status, headers: HTTPFields, body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

extension APIServices {
    /// Where the register is reached from outside.
    func publicURL(_ request: Request) -> String {
        if let url = documents.publicURL { return url }
        let isSecure = HTTPField.Name("X-Forwarded-Proto").flatMap { request.headers[$0] } == "https"
        return "\(isSecure ? "https" : "http")://\(request.head.authority ?? "localhost")"
    }
}
