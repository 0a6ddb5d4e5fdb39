import Foundation
import RegistryDomain
import RegistryStore

/// Printed documents in the forms that leave the register: PDFs, a signed credential. Live ones come from RegistryJobs. The
/// text is where the register is reached from outside.
public struct ConsoleDocuments: Sendable {
    public var certificatePDF: @Sendable (CertificateDocument, PolicySet, _ publicURL: String) async throws -> [UInt8]
    public var noticePDF: @Sendable (NoticeDocument, PolicySet, _ publicURL: String) async throws -> [UInt8]
    /// A certificate as a signed credential (Open Badges 3.0).
    public var credential: @Sendable (CertificateDocument, PolicySet, _ publicURL: String) throws -> [UInt8]

    public init(
        certificatePDF: @escaping @Sendable (CertificateDocument, PolicySet, String) async throws -> [UInt8],
        noticePDF: @escaping @Sendable (NoticeDocument, PolicySet, String) async throws -> [UInt8],
        credential: @escaping @Sendable (CertificateDocument, PolicySet, String) throws -> [UInt8]
    ) {
        self.certificatePDF = certificatePDF
        self.noticePDF = noticePDF
        self.credential = credential
    }
}
