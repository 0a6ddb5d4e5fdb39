import Foundation
import RegistryDomain
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
    /// A filled list that comes back, for a session by its number.
    var take: @Sendable (URL, UUID, Caller) async throws -> TakenList

    public init(
        list: @escaping @Sendable (TrainingSessionRecord, [ParticipantRecord]) async throws -> [UInt8],
        fees: @escaping @Sendable (TrainingSessionRecord, TrainingFees) async throws -> [UInt8],
        take: @escaping @Sendable (URL, UUID, Caller) async throws -> TakenList
    ) {
        self.list = list
        self.fees = fees
        self.take = take
    }
}

/// What a filled list came to.
public struct TakenList: Sendable {
    var attendance: AttendanceResults
    var marks: AssessmentResults
    /// Cells that could not be read: the row as a spreadsheet counts it, and what would be right.
    var unread: [(row: Int, message: Text)]

    public init(attendance: AttendanceResults, marks: AssessmentResults, unread: [(row: Int, message: Text)]) {
        self.attendance = attendance
        self.marks = marks
        self.unread = unread
    }
}
