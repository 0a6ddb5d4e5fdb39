import Foundation
import RegistryDomain
import RegistryStore

/// What becomes of a page outside the console: a PDF, a signed credential. Live ones come from RegistryJobs.
public struct ConsoleDocuments: Sendable {
    /// A whole page as PDF; the instant is what the PDF says that it was made at.
    public var pdf: @Sendable (_ page: [UInt8], _ at: Date) async throws -> [UInt8]
    /// A certificate as a signed credential (Open Badges 3.0); the text is where the register is reached from outside.
    public var credential: @Sendable (CertificateDocument, PolicySet, _ publicURL: String) throws -> [UInt8]

    public init(
        pdf: @escaping @Sendable ([UInt8], Date) async throws -> [UInt8],
        credential: @escaping @Sendable (CertificateDocument, PolicySet, String) throws -> [UInt8]
    ) {
        self.pdf = pdf
        self.credential = credential
    }
}
