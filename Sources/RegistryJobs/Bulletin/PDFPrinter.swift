import Foundation
import RegistryDomain

/// Pages as PDF by WeasyPrint, a program of its own (Debian: weasyprint, fonts-noto-cjk). The same page, printed by the same
/// WeasyPrint with the same fonts, makes the same bytes: the time that the PDF names is the bulletin's.
public struct PDFPrinter: Sendable {
    public enum Mistake: Error, CustomStringConvertible {
        case notInstalled(String)
        case failed(String)

        public var description: String {
            switch self {
            case .notInstalled(let program):
                "“\(program)” is not installed: apt-get install weasyprint fonts-noto-cjk, or set CEREGISTRY_WEASYPRINT"
            case .failed(let output): "WeasyPrint failed: \(output)"
            }
        }
    }

    /// A file that travels inside the PDF (ISO 32000-1, 7.11.4), under its name.
    public struct Attachment: Sendable {
        public var name: String
        public var content: [UInt8]

        public init(name: String, content: [UInt8]) {
            self.name = name
            self.content = content
        }
    }

    private let program: String
    private static let seconds = 120.0
    /// Each takes a processor and some 100 MB for seconds: who comes later waits.
    private static let presses: OperationQueue = {
        let queue = OperationQueue()
        queue.maxConcurrentOperationCount = 2
        return queue
    }()

    /// - Parameter program: a path, or a name that is looked for in PATH.
    public init(program: String = "weasyprint") { self.program = program }

    /// Nil where there is none.
    var path: String? {
        if program.contains("/") { return FileManager.default.isExecutableFile(atPath: program) ? program : nil }
        return (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin").split(separator: ":")
            .map { "\($0)/\(program)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    public var isInstalled: Bool { path != nil }

    /// - Parameter instant: what the PDF says that it was made at (`SOURCE_DATE_EPOCH`, reproducible-builds.org).
    public func print(_ page: [UInt8], at instant: Date, attaching attachment: Attachment? = nil) async throws
        -> [UInt8]
    {
        guard let path else { throw Mistake.notInstalled(program) }
        return try await withCheckedThrowingContinuation { continuation in
            Self.presses.addOperation {
                continuation.resume(with: Result { try Self.run(path, page, instant, attachment) })
            }
        }
    }

    private static func run(_ path: String, _ page: [UInt8], _ instant: Date, _ attachment: Attachment?) throws
        -> [UInt8]
    {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("bulletin-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let input = folder.appendingPathComponent("page.html")
        let output = folder.appendingPathComponent("page.pdf")
        let complaints = folder.appendingPathComponent("complaints")
        try Data(page).write(to: input)
        _ = FileManager.default.createFile(atPath: complaints.path, contents: nil)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        // What names the document is the page's own, not where it lay.
        process.arguments = [
            "--quiet", "--base-url", "about:blank", "--pdf-identifier", "ceregistry", input.path, output.path,
        ]
        if let attachment {
            let file = folder.appendingPathComponent(attachment.name)
            try Data(attachment.content).write(to: file)
            process.arguments? += ["--attachment", file.path]
        }
        process.environment = [
            "PATH": "/usr/bin:/bin", "HOME": folder.path, "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "0", "TZ": "UTC",
            "SOURCE_DATE_EPOCH": String(Int(instant.timeIntervalSince1970)),
        ]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        let complaining = try FileHandle(forWritingTo: complaints)
        defer { try? complaining.close() }
        process.standardError = complaining
        let ended = DispatchSemaphore(value: 0)
        process.terminationHandler = { _ in ended.signal() }
        try process.run()
        guard ended.wait(timeout: .now() + seconds) == .success else {
            process.terminate()
            throw Mistake.failed("no answer in \(Int(seconds)) seconds")
        }
        guard process.terminationStatus == 0, let data = try? Data(contentsOf: output), !data.isEmpty else {
            throw Mistake.failed(String(decoding: (try? Data(contentsOf: complaints)) ?? Data(), as: UTF8.self))
        }
        return [UInt8](data)
    }
}

/// Work that waits for files or programs, on threads of its own and never on the cooperative pool.
enum Blocking {
    private static let queue = DispatchQueue(label: "ceregistry.blocking", attributes: .concurrent)

    static func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try body() }) }
        }
    }
}
