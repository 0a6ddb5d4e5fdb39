import Foundation
import RegistryStore

/// What the pages are set up with.
public struct ConsoleConfiguration: Sendable {
    /// Where people reach the register from outside, such as `https://jxjy.example.cn`; nil takes the request's own host.
    public var publicURL: String?
    /// How long a browser may be idle before it is signed out.
    public var idleLimit: Duration
    /// The program that sets a page as PDF (WeasyPrint's command line); nil where none is installed.
    public var pdfProgram: String?
    /// Makes spreadsheets of a session's lists; nil where nobody does, and then no page offers one.
    public var trainingSheets: TrainingSheetsClient?
    /// Whether a transparency log proves that a certificate's entries were there (`/verify/{code}/proof`).
    public var hasProofs: Bool

    public init(
        publicURL: String? = nil, idleLimit: Duration = .seconds(30 * 60), pdfProgram: String? = nil,
        hasProofs: Bool = false
    ) {
        self.publicURL = publicURL
        self.idleLimit = idleLimit
        self.pdfProgram = pdfProgram
        self.hasProofs = hasProofs
    }
}

/// The spreadsheets of training as functions: the program that writes them is no part of the pages.
public struct TrainingSheetsClient: Sendable {
    var list: @Sendable (TrainingSessionRecord, [ParticipantRecord]) async throws -> [UInt8]
    var fees: @Sendable (TrainingSessionRecord, TrainingFees) async throws -> [UInt8]

    public init(
        list: @escaping @Sendable (TrainingSessionRecord, [ParticipantRecord]) async throws -> [UInt8],
        fees: @escaping @Sendable (TrainingSessionRecord, TrainingFees) async throws -> [UInt8]
    ) {
        self.list = list
        self.fees = fees
    }
}
