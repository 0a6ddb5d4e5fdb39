import Foundation
import HTTPTypes
import RegistryDomain
import RegistryJobs
import RegistryStore

enum TrainingFiles {
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
            try await TrainingListIntake(store: exchange.store).take(
                upload.file, of: session, upload: asked ?? TrainingListIntake.upload(of: upload.checksum, for: id),
                as: exchange.caller)
        }
        return try .json(results, .created)
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
