import Foundation
import RegistryStore

/// How mail leaves: a server that takes it by SMTP (RFC 5321).
public struct MailServer: Sendable {
    public enum Mistake: Error, CustomStringConvertible {
        case address(String)
        case sender(String)

        public var description: String {
            switch self {
            case .address(let text):
                "CEREGISTRY_SMTP_URL: smtps://[USER:PASSWORD@]HOST[:PORT] or smtp://… is needed, not “\(text)”"
            case .sender(let text):
                "CEREGISTRY_SMTP_FROM: an address such as noreply@example.cn is needed, not “\(text)”"
            }
        }
    }

    var scheme: String
    var host: String
    var port: Int?
    var user: String?
    var password: String?
    public var from: String
    /// Whether a connection without TLS is given up; only a relay on the same machine does without.
    var needsTLS: Bool

    /// - Parameters:
    ///   - url: `smtps://user:password@mail.example.cn`, or `smtp://` with STARTTLS. Credentials percent-encoded.
    ///   - allowsPlain: whether mail may go without TLS.
    /// - Throws: `Mistake`; its text names no password.
    public init(url: String, from: String, allowsPlain: Bool = false) throws {
        guard let parts = URLComponents(string: url), let scheme = parts.scheme, ["smtp", "smtps"].contains(scheme),
            let host = parts.host, !host.isEmpty
        else {
            let shown = url.split(separator: "@").last.map(String.init) ?? ""
            throw Mistake.address(shown)
        }
        guard Contact(email: from).isReachable else { throw Mistake.sender(from) }
        self.scheme = scheme
        self.host = host
        port = parts.port
        user = parts.user
        password = parts.password
        self.from = from
        needsTLS = !allowsPlain
    }

    /// What curl reads on its standard input: arguments are seen by everybody on the machine.
    ///
    /// - Parameter message: a file.
    func configuration(to recipient: String, message: String) -> String {
        let domain = from.split(separator: "@").last.map(String.init) ?? "localhost"
        var lines = [
            // The path is the name in EHLO.
            "url = \(Self.quoted("\(scheme)://\(host)\(port.map { ":\($0)" } ?? "")/\(domain)"))",
            "mail-from = \(Self.quoted("<\(from)>"))", "mail-rcpt = \(Self.quoted("<\(recipient)>"))",
            "upload-file = \(Self.quoted(message))", "silent", "show-error", "connect-timeout = 20", "max-time = 120",
            "write-out = \"%{response_code}\"", "output = /dev/null",
        ]
        if needsTLS { lines.append("ssl-reqd") }
        if let user { lines.append("user = \(Self.quoted("\(user):\(password ?? "")"))") }
        return lines.joined(separator: "\n") + "\n"
    }

    /// A value in double quotes as curl's configuration has it (curl(1), --config).
    static func quoted(_ text: String) -> String {
        let escaped = text.map { character in
            switch character {
            case "\\": "\\\\"
            case "\"": "\\\""
            case "\n": "\\n"
            case "\r": "\\r"
            case "\t": "\\t"
            default: String(character)
            }
        }
        return "\"\(escaped.joined())\""
    }
}

/// Sends one message and says what became of it.
public struct MailTransport: Sendable {
    var send: @Sendable (MailMessage) async -> ReminderResult

    init(send: @escaping @Sendable (MailMessage) async -> ReminderResult) { self.send = send }

    /// By curl, a program of its own: it knows TLS, STARTTLS, AUTH and dot-stuffing.
    public static func curl(_ server: MailServer, program: String = "/usr/bin/curl") -> MailTransport {
        MailTransport { message in
            do {
                return try await Blocking.run { try CurlMail.send(message, by: server, program: program) }
            } catch {
                return .failed("\(error)")
            }
        }
    }
}

enum CurlMail {
    /// Before curl has handed over the message nothing can have arrived: it could not find or reach the server, agree on TLS,
    /// or sign in (curl(1), EXIT CODES).
    private static let before: Set<Int32> = [1, 2, 3, 4, 5, 6, 7, 26, 27, 35, 43, 58, 59, 60, 64, 67, 77, 83, 90, 91]

    static func send(_ message: MailMessage, by server: MailServer, program: String) throws -> ReminderResult {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("mail-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("message")
        try Data(message.bytes).write(to: file)
        let complaints = folder.appendingPathComponent("complaints")
        let answers = folder.appendingPathComponent("answers")
        let settings = folder.appendingPathComponent("settings")
        for url in [complaints, answers] { _ = FileManager.default.createFile(atPath: url.path, contents: nil) }
        try Data(server.configuration(to: message.to, message: file.path).utf8).write(to: settings)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        // Nothing but what is said here: no .curlrc.
        process.arguments = ["--disable", "--config", "-"]
        process.environment = ["PATH": "/usr/bin:/bin", "HOME": folder.path, "LC_ALL": "C.UTF-8"]
        let handles = [
            try FileHandle(forReadingFrom: settings), try FileHandle(forWritingTo: answers),
            try FileHandle(forWritingTo: complaints),
        ]
        defer { for handle in handles { try? handle.close() } }
        process.standardInput = handles[0]
        process.standardOutput = handles[1]
        process.standardError = handles[2]
        let ended = DispatchSemaphore(value: 0)
        process.terminationHandler = { _ in ended.signal() }
        try process.run()
        ended.wait()
        let code = Int(String(decoding: (try? Data(contentsOf: answers)) ?? Data(), as: UTF8.self)) ?? 0
        let why = String(decoding: (try? Data(contentsOf: complaints)) ?? Data(), as: UTF8.self)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        return result(of: process.terminationStatus, answer: code, why)
    }

    /// A server that answered with 4xx or 5xx has not taken it (RFC 5321, 4.2.1); one that fell silent may have.
    static func result(of status: Int32, answer: Int, _ why: String) -> ReminderResult {
        if status == 0 { return .sent }
        if answer >= 400 || before.contains(status) { return .failed(why.isEmpty ? "curl \(status)" : why) }
        return .unclear
    }
}
