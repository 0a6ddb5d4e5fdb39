import Foundation
import Hummingbird
import NIOCore
import RegistryDomain
import RegistryJobs
import RegistryStore

/// Uploads: the file goes to disk as it arrives, and a job reads it from there.
struct ImportRoutes: Sendable {
    let services: APIServices

    func start(_ request: Request, _ context: RegistryContext, caller: Caller) async throws -> Response {
        guard let kind = context.parameters.get("id").flatMap({ ImportKind(rawValue: $0) }) else {
            throw Problem(.notFound, [.routeUnknown])
        }
        try await services.store.permit(kind.right, caller)
        let options = ImportOptions(dryRun: try flag("dryRun", request), allOrNothing: try flag("allOrNothing", request))
        let file = try await receive(request)
        let job: ImportJobRecord
        do {
            let name = request.uri.queryParameters["fileName"].map { String($0.prefix(200)) }
            job = try await services.jobs.startImport(kind, file, name, options, caller)
        } catch {
            try? FileManager.default.removeItem(at: file)
            throw error
        }
        var reply = try Reply.json(job, .accepted)
        reply.headers[.location] = "/api/v1/imports/\(job.id.uuidString.lowercased())"
        return reply.response(to: request)
    }

    private func flag(_ name: String, _ request: Request) throws -> Bool {
        guard let text = request.uri.queryParameters[Substring(name)] else { return false }
        guard let value = Bool(String(text)) else {
            throw Problem(
                .unprocessableContent,
                [.field(name, found: String(text.prefix(20)), expected: Text(zh: "true 或 false", en: "true or false"))])
        }
        return value
    }

    /// Writing a chunk to a local file is brief; it does not wait for another party.
    private func receive(_ request: Request) async throws -> URL {
        try FileManager.default.createDirectory(at: services.uploadDirectory, withIntermediateDirectories: true)
        let file = services.uploadDirectory.appendingPathComponent("upload-\(UUID().uuidString)")
        guard FileManager.default.createFile(atPath: file.path, contents: nil, attributes: [.posixPermissions: 0o600]) else {
            throw StoreError.unavailable("no upload file")
        }
        do {
            let handle = try FileHandle(forWritingTo: file)
            defer { try? handle.close() }
            var size = 0
            for try await buffer in request.body {
                size += buffer.readableBytes
                guard size <= services.largestUpload else { throw Problem(.contentTooLarge, [.bodyTooLarge]) }
                try handle.write(contentsOf: Data(buffer.readableBytesView))
            }
            return file
        } catch {
            try? FileManager.default.removeItem(at: file)
            throw error
        }
    }
}
