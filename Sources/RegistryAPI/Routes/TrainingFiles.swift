import Foundation
import HTTPTypes
import RegistryDomain
import RegistryJobs
import RegistryStore

/// What a list from the site came to.
struct ListResults: Codable, Sendable {
    var attendance: AttendanceResults
    var assessments: AssessmentResults
    var unread: [TrainingListFile.Unread]
}

enum TrainingFiles {
    /// The list as CSV or XLSX: read whole, since a session has a thousand places at most.
    @Sendable static func handIn(_ exchange: Exchange) async throws -> Reply {
        let id = try exchange.id()
        try await exchange.store.permit(.takeAttendance, exchange.caller, record: id)
        guard Upload.isFile(exchange.request.headers[.contentType]) else {
            throw Problem(.unsupportedMediaType, [.notAFile])
        }
        let asked = try exchange.query("uploadId", expected: Text(zh: "UUID", en: "a UUID")) { UUID(uuidString: $0) }
        let session = try await exchange.store.trainingSession(id: id, as: exchange.caller)
        let upload = try await Upload(services: exchange.services).receive(exchange.request)
        defer { try? FileManager.default.removeItem(at: upload.file) }
        let results = try await exchange.store.answeringOnce(
            try exchange.once(over: upload.checksum), as: exchange.caller
        ) {
            let people = try await exchange.store.participants(session: id, as: exchange.caller)
            let list: TrainingListFile
            do {
                list = try await TrainingListFile(path: upload.file.path, session: session, people: people)
            } catch let problem as FileProblem {
                throw StoreError.invalid([problem.reason])
            }
            return try await take(list, of: id, asked ?? identifier(of: upload.checksum, id), exchange)
        }
        return try .json(results, .created)
    }

    private static func take(
        _ list: TrainingListFile, of session: UUID, _ upload: UUID, _ exchange: Exchange
    ) async throws -> ListResults {
        var attendance = AttendanceResults(recorded: 0, already: 0, refused: 0, results: [])
        if !list.attendance.isEmpty {
            attendance = try await exchange.store.recordAttendance(
                session: session, NewAttendance(uploadId: upload, records: list.attendance), as: exchange.caller)
        }
        var assessments = AssessmentResults(recorded: 0, refused: 0, results: [])
        if !list.marks.isEmpty {
            assessments = try await exchange.store.recordAssessments(
                session: session, NewAssessments(results: list.marks), as: exchange.caller)
        }
        return ListResults(attendance: attendance, assessments: assessments, unread: list.unread)
    }

    /// The same file for the same session is the same upload.
    private static func identifier(of checksum: [UInt8], _ session: UUID) -> UUID {
        let bytes = zip(checksum, withUnsafeBytes(of: session.uuid) { Array($0) }).map { $0 ^ $1 }
        return UUID(
            uuid: (
                bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5], bytes[6], bytes[7], bytes[8], bytes[9],
                bytes[10], bytes[11], bytes[12], bytes[13], bytes[14], bytes[15]
            ))
    }
}

extension Reply {
    /// A spreadsheet to take away.
    static func sheet(_ file: SheetFile, _ form: SheetFile.Form) async throws -> Reply {
        var reply = Reply(status: .ok, body: try await file.bytes(form))
        reply.headers[.contentType] = form.mediaType
        reply.headers[.contentDisposition] = "attachment"
        return reply
    }
}
