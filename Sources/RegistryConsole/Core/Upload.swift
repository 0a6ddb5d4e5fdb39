import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import NIOPosix
import RegistryDomain
import RegistryStore

/// A file that came with a form, on disk.
struct UploadedFile: Sendable {
    var url: URL
    var name: String
    var size: Int
}

extension Visit {
    /// Reads a form with a file, the file to disk in constant memory. Nothing is written before it is known who sends it
    /// and that the form is this browser's, so the token stands before the file.
    ///
    /// - Returns: the form, and the file where one was chosen; whoever takes it removes it.
    func receiveFile() async throws -> (form: FormBody, file: UploadedFile?) {
        guard let boundary = Multipart.boundary(of: request.headers[.contentType]) else {
            throw ConsoleError.formExpired
        }
        var reader = Multipart(boundary: boundary)
        var form = FormBody("")
        var writing: (handle: FileHandle, file: UploadedFile)?
        var file: UploadedFile?
        do {
            for try await chunk in request.body {
                for event in try reader.push(chunk.readableBytesView) {
                    switch event {
                    case .field(let name, let value): form.add(name, value)
                    case .fileBegins(_, let name):
                        guard FormToken.matches(form["formToken"], secret) else { throw ConsoleError.formExpired }
                        guard writing == nil, file == nil else { throw Multipart.Mistake.malformed }
                        writing = try await open(name)
                    case .fileBytes(let bytes):
                        guard var open = writing else { continue }
                        open.file.size += bytes.count
                        guard open.file.size <= console.files.largestUpload else { throw Multipart.Mistake.tooLarge }
                        writing = open
                        let handle = open.handle
                        try await NIOThreadPool.singleton.runIfActive { try handle.write(contentsOf: bytes) }
                    case .fileEnds:
                        try writing?.handle.close()
                        file = writing?.file
                        writing = nil
                    }
                }
            }
            try reader.finish()
            guard FormToken.matches(form["formToken"], secret) else { throw ConsoleError.formExpired }
        } catch {
            try? writing?.handle.close()
            for left in [writing?.file, file].compactMap({ $0 }) { try? FileManager.default.removeItem(at: left.url) }
            throw error is Multipart.Mistake ? StoreError.invalid([.uploadRefused(console.files.largestUpload)]) : error
        }
        // A form without a file has an empty one.
        if let chosen = file, chosen.size == 0 {
            try? FileManager.default.removeItem(at: chosen.url)
            file = nil
        }
        return (form, file)
    }

    /// For the daemon's own eyes: the file holds ID numbers.
    private func open(_ name: String) async throws -> (handle: FileHandle, file: UploadedFile) {
        let folder = console.files.uploadDirectory
        let url = folder.appendingPathComponent("upload-\(UUID().uuidString)")
        let handle = try await NIOThreadPool.singleton.runIfActive {
            try FileManager.default.createDirectory(
                at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            guard
                FileManager.default.createFile(atPath: url.path, contents: nil, attributes: [.posixPermissions: 0o600])
            else { throw StoreError.unavailable("no upload file") }
            return try FileHandle(forWritingTo: url)
        }
        let last = name.split(whereSeparator: { $0 == "/" || $0 == "\\" }).last.map(String.init) ?? ""
        let plain = last.filter { !$0.isNewline && $0 != "\0" }
        return (handle, UploadedFile(url: url, name: String(plain.prefix(200)), size: 0))
    }
}

extension Reason {
    static func uploadRefused(_ largest: Int) -> Reason {
        Reason(
            rule: nil, code: "uploadRefused",
            message: Text(
                zh: "文件没有完整收到，或超过 \(largest >> 20) MB；没有导入任何内容，请重新选择文件。",
                en:
                    "The file did not arrive whole or exceeds \(largest >> 20) MB. Nothing was taken in; please choose it again."
            ))
    }
}

extension Answer {
    /// A file that is made for this answer: sent in parts, and gone afterwards.
    static func file(_ url: URL, name: String, contentType: String) -> Answer {
        var answer = Answer()
        answer.headers[.contentType] = contentType
        answer.headers[.contentDisposition] = disposition(name)
        answer.stream = ResponseBody { writer in
            defer { try? FileManager.default.removeItem(at: url) }
            var offset: UInt64 = 0
            while true {
                let from = offset
                let bytes = try await NIOThreadPool.singleton.runIfActive {
                    let handle = try FileHandle(forReadingFrom: url)
                    defer { try? handle.close() }
                    try handle.seek(toOffset: from)
                    return try handle.read(upToCount: 1 << 18) ?? Data()
                }
                if bytes.isEmpty { break }
                offset += UInt64(bytes.count)
                try await writer.write(ByteBuffer(bytes: bytes))
            }
            try await writer.finish(nil)
        }
        return answer
    }

    static func file(_ bytes: [UInt8], name: String, contentType: String) -> Answer {
        var answer = Answer(body: bytes)
        answer.headers[.contentType] = contentType
        answer.headers[.contentDisposition] = disposition(name)
        return answer
    }

    /// RFC 6266, with the name in UTF-8 (RFC 8187).
    private static func disposition(_ name: String) -> String {
        let allowed = CharacterSet.alphanumerics.intersection(CharacterSet(charactersIn: "\u{0}"..."\u{7F}"))
            .union(CharacterSet(charactersIn: "-._"))
        let encoded = name.addingPercentEncoding(withAllowedCharacters: allowed) ?? "file"
        let plain = name.unicodeScalars.allSatisfy { $0.isASCII && allowed.contains($0) } ? name : "file"
        return "attachment; filename=\"\(plain)\"; filename*=UTF-8''\(encoded)"
    }
}
