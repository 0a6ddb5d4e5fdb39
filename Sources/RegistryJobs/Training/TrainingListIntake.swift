import Crypto
import Foundation
import RegistryStore

/// What a list from the site came to.
public struct ListResults: Codable, Sendable {
    public var attendance: AttendanceResults
    public var assessments: AssessmentResults
    /// Cells that say nothing which a list may say; the others were taken.
    public var unread: [TrainingListFile.Unread]
}

/// Takes in a session's list that was filled in at the site: CSV or XLSX, read whole, since a session has a thousand places
/// at most.
public struct TrainingListIntake: Sendable {
    private let store: RegistryStore

    public init(store: RegistryStore) { self.store = store }

    /// - Parameter upload: the list's own number; without one the file is read once more, for that of its content.
    /// - Throws: `StoreError.invalid` where the file is no list of a session, `.forbidden` without the right.
    public func take(_ file: URL, of session: TrainingSessionRecord, upload: UUID? = nil, as caller: Caller)
        async throws -> ListResults
    {
        let people = try await store.participants(session: session.id, as: caller)
        let list: TrainingListFile
        do {
            list = try await TrainingListFile(path: file.path, session: session, people: people)
        } catch let problem as FileProblem {
            throw StoreError.invalid([problem.reason])
        }
        if let upload { return try await record(list, of: session.id, upload, caller) }
        let checksum = try await Blocking.run { Array(SHA256.hash(data: try Data(contentsOf: file))) }
        return try await record(list, of: session.id, Self.upload(of: checksum, for: session.id), caller)
    }

    private func record(
        _ list: TrainingListFile, of session: UUID, _ upload: UUID, _ caller: Caller
    ) async throws -> ListResults {
        var attendance = AttendanceResults(recorded: 0, already: 0, refused: 0, results: [])
        if !list.attendance.isEmpty {
            attendance = try await store.recordAttendance(
                session: session, NewAttendance(uploadId: upload, records: list.attendance), as: caller)
        }
        var assessments = AssessmentResults(recorded: 0, refused: 0, results: [])
        if !list.marks.isEmpty {
            assessments = try await store.recordAssessments(
                session: session, NewAssessments(results: list.marks), as: caller)
        }
        return ListResults(attendance: attendance, assessments: assessments, unread: list.unread)
    }

    /// The same file for the same session is the same upload.
    ///
    /// - Parameter checksum: SHA-256 of the file.
    public static func upload(of checksum: [UInt8], for session: UUID) -> UUID {
        let bytes = zip(checksum, withUnsafeBytes(of: session.uuid) { Array($0) }).map { $0 ^ $1 }
        return UUID(
            uuid: (
                bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5], bytes[6], bytes[7], bytes[8], bytes[9],
                bytes[10], bytes[11], bytes[12], bytes[13], bytes[14], bytes[15]
            ))
    }
}
