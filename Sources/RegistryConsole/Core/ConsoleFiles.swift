import Foundation
import RegistryDomain
import RegistryStore

/// Files that come to the console and leave it. Live ones come from RegistryJobs.
public struct ConsoleFiles: Sendable {
    /// Takes a file that is on disk already; it belongs to the import from then on, which removes it.
    public var startImport:
        @Sendable (_ kind: ImportKind, _ file: URL, _ name: String?, _ dryRun: Bool, _ allOrNothing: Bool, Caller)
            async throws -> ImportJobRecord
    /// The imported file with what is wrong with each row; whoever asked removes it.
    public var checkedFile: @Sendable (_ job: UUID, Language, Caller) async throws -> (file: URL, form: TableFileForm)
    /// An empty table to fill in.
    public var template: @Sendable (ImportKind, TableFileForm) async throws -> [UInt8]
    /// A list of people; the first row is its header.
    public var table: @Sendable (TableFileForm, _ title: String, _ rows: [[String]]) async throws -> [UInt8]
    /// Where files lie while they arrive, for the daemon's own eyes.
    public var uploadDirectory: URL
    /// In bytes.
    public var largestUpload: Int

    public init(
        uploadDirectory: URL, largestUpload: Int,
        startImport: @escaping @Sendable (ImportKind, URL, String?, Bool, Bool, Caller) async throws -> ImportJobRecord,
        checkedFile: @escaping @Sendable (UUID, Language, Caller) async throws -> (file: URL, form: TableFileForm),
        template: @escaping @Sendable (ImportKind, TableFileForm) async throws -> [UInt8],
        table: @escaping @Sendable (TableFileForm, String, [[String]]) async throws -> [UInt8]
    ) {
        self.uploadDirectory = uploadDirectory
        self.largestUpload = largestUpload
        self.startImport = startImport
        self.checkedFile = checkedFile
        self.template = template
        self.table = table
    }
}
