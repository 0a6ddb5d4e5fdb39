import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import NIOPosix
import RegistryDomain
import RegistryJobs
import RegistryStore

extension Endpoint {
    /// One address for each kind of file, each with its own right, and the jobs that they become.
    static let imports: [Endpoint] =
        ImportKind.allCases.map { kind in
            Endpoint(
                .post, "/api/v1/imports/\(kind.rawValue)", "import\(kind.rawValue.capitalized)",
                .holders(of: kind.right) { try await start(kind, $0) }, intake: .file, timeLimit: .seconds(15 * 60))
        } + [
            .get("/api/v1/imports/{id}", "readImport", .readImport) { exchange in
                try .json(try await exchange.services.jobs.importJob(exchange.id(), exchange.caller))
            },
            .get("/api/v1/imports/{id}/findings", "readImportFindings", .readImport) { exchange in
                try .json(
                    try await exchange.services.jobs.importFindings(
                        exchange.id(), exchange.cursor(), exchange.limit(), exchange.caller))
            },
        ]

    /// The file goes to disk as it arrives, and a job reads it from there.
    private static func start(_ kind: ImportKind, _ exchange: Exchange) async throws -> Reply {
        try await exchange.store.permit(kind.right, exchange.caller)
        let options = ImportOptions(
            dryRun: try exchange.flag("dryRun"), allOrNothing: try exchange.flag("allOrNothing"))
        let name = try exchange.text("fileName").map { String($0.prefix(200)) }
        guard Upload.isFile(exchange.request.headers[.contentType]) else {
            throw Problem(.unsupportedMediaType, [.notAFile])
        }
        let upload = try await Upload(services: exchange.services).receive(exchange.request)
        var isTaken = false
        defer { if !isTaken { try? FileManager.default.removeItem(at: upload.file) } }
        let job = try await exchange.store.answeringOnce(try exchange.once(over: upload.checksum), as: exchange.caller)
        {
            let job = try await exchange.services.jobs.startImport(kind, upload.file, name, options, exchange.caller)
            isTaken = true
            return job
        }
        return try .json(job, .accepted, at: "/api/v1/imports/\(job.id.uuidString.lowercased())")
    }
}

/// A file on its way from a client to disk, in constant memory.
struct Upload: Sendable {
    let services: APIServices

    /// What the readers of files tell apart by content; a form of a browser (`multipart/form-data`) is no file.
    private static let types: Set<String> = [
        "text/csv", "text/plain", "application/csv", "application/octet-stream", "application/vnd.ms-excel",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ]

    static func isFile(_ header: String?) -> Bool {
        guard let header else { return true }
        return types.contains(MediaType.essence(of: header))
    }

    /// - Returns: where it lies, and its SHA-256.
    func receive(_ request: Request) async throws -> (file: URL, checksum: [UInt8]) {
        let file = services.uploadDirectory.appendingPathComponent("upload-\(UUID().uuidString)")
        let handle = try await NIOThreadPool.singleton.runIfActive { try open(file) }
        do {
            var size = 0
            var hash = SHA256()
            for try await buffer in request.body {
                size += buffer.readableBytes
                guard size <= services.largestUpload else { throw Problem(.contentTooLarge, [.bodyTooLarge]) }
                hash.update(data: buffer.readableBytesView)
                try await NIOThreadPool.singleton.runIfActive { try handle.write(contentsOf: buffer.readableBytesView) }
            }
            try await NIOThreadPool.singleton.runIfActive { try handle.close() }
            return (file, Array(hash.finalize()))
        } catch {
            try? handle.close()
            try? FileManager.default.removeItem(at: file)
            throw error
        }
    }

    /// For the daemon's own eyes: the file holds ID numbers.
    private func open(_ file: URL) throws -> FileHandle {
        try FileManager.default.createDirectory(
            at: services.uploadDirectory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        guard FileManager.default.createFile(atPath: file.path, contents: nil, attributes: [.posixPermissions: 0o600])
        else {
            throw StoreError.unavailable("no upload file")
        }
        return try FileHandle(forWritingTo: file)
    }
}
