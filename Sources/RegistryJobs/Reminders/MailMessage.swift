import Foundation

/// A message as RFC 5322 has it: UTF-8 text, its headers in ASCII, lines ended by CR LF.
struct MailMessage: Sendable, Equatable {
    var from: String
    /// How the sender is called.
    var fromName: String
    var to: String
    var subject: String
    var text: String
    var sentAt: Date
    /// The left part of the Message-ID.
    var id: String

    var bytes: [UInt8] {
        let domain = from.split(separator: "@").last.map(String.init) ?? "localhost"
        let headers = [
            "Date: \(Self.date(sentAt))", "From: \(Self.encoded(fromName))\r\n <\(from)>", "To: <\(to)>",
            "Subject: \(Self.encoded(subject))", "Message-ID: <\(id)@\(domain)>", "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: base64",
            // RFC 3834: nobody's absence is to be announced to a machine.
            "Auto-Submitted: auto-generated",
        ]
        let body = Data(text.replacing("\n", with: "\r\n").utf8).base64EncodedString()
        let lines = stride(from: 0, to: body.count, by: 76).map { String(body.dropFirst($0).prefix(76)) }
        return Array((headers.joined(separator: "\r\n") + "\r\n\r\n" + lines.joined(separator: "\r\n") + "\r\n").utf8)
    }

    /// Encoded words (RFC 2047): at most 75 characters each, never a character in two of them.
    static func encoded(_ text: String) -> String {
        guard text.utf8.contains(where: { !(0x20...0x7E).contains($0) }) || text.contains("=?") else { return text }
        var words: [String] = []
        var part = ""
        func close() {
            if !part.isEmpty { words.append("=?utf-8?B?\(Data(part.utf8).base64EncodedString())?=") }
            part = ""
        }
        for character in text {
            // 39 bytes are 52 characters: with the frame and the longest header's name no line is over 76 (RFC 2047, 2).
            if (part + String(character)).utf8.count > 39 { close() }
            part.append(character)
        }
        close()
        return words.joined(separator: "\r\n ")
    }

    /// RFC 5322, 3.3, in Asia/Shanghai.
    static func date(_ instant: Date) -> String {
        let format = Date.VerbatimFormatStyle(
            format:
                "\(weekday: .abbreviated), \(day: .twoDigits) \(month: .abbreviated) \(year: .defaultDigits) \(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits):\(second: .twoDigits)",
            locale: Locale(identifier: "en_US_POSIX"), timeZone: TimeZone(secondsFromGMT: 8 * 3600) ?? .gmt,
            calendar: Calendar(identifier: .gregorian))
        return instant.formatted(format) + " +0800"
    }
}
