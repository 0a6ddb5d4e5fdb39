import Foundation
import RegistryStore
import Testing

@testable import RegistryJobs

@Suite("A reminder as mail")
struct MailTests {
    private func message(_ subject: String) -> MailMessage {
        MailMessage(
            from: "noreply@example.cn", fromName: "雅安市人力资源和社会保障局", to: "zhang@example.cn", subject: subject,
            text: "张小丽：\n您好。\n", sentAt: Date(timeIntervalSince1970: 1_538_442_000), id: "1")
    }

    @Test("No line is longer than RFC 5322 recommends, every byte is ASCII, every line ends in CR LF")
    func lines() {
        let bytes = message(String(repeating: "请在年底前完成继续教育公需科目𬭚", count: 8)).bytes
        #expect(bytes.allSatisfy { $0 < 0x80 })
        let lines = String(decoding: bytes, as: UTF8.self).components(separatedBy: "\r\n")
        #expect(lines.allSatisfy { $0.utf8.count <= 78 && !$0.contains("\n") && !$0.contains("\r") })
        #expect(lines.last == "")
    }

    @Test("Encoded words have at most 75 characters and never half a character (RFC 2047)")
    func encodedWords() {
        let text = String(repeating: "𬭚𠅤龚", count: 30)
        let words = MailMessage.encoded(text).components(separatedBy: "\r\n ")
        #expect(words.count > 1 && words.allSatisfy { $0.utf8.count <= 75 })
        let decoded = words.map { word in
            Data(base64Encoded: String(word.dropFirst("=?utf-8?B?".count).dropLast(2))).map {
                String(data: $0, encoding: .utf8) ?? "half a character"
            } ?? "no base64"
        }
        #expect(decoded.joined() == text)
        #expect(MailMessage.encoded("Plain") == "Plain")
        #expect(MailMessage.encoded("=?utf-8?B?x?=") != "=?utf-8?B?x?=")
    }

    @Test("The date is that of Ya'an, in English, whatever the machine's locale (RFC 5322, 3.3)")
    func date() {
        #expect(MailMessage.date(Date(timeIntervalSince1970: 1_538_442_000)) == "Tue, 02 Oct 2018 09:00:00 +0800")
    }

    @Test("What curl is told cannot end a line or a quotation")
    func quoting() throws {
        let server = try MailServer(url: "smtps://a%22b:p%5Cw%0Ad@mail.example.cn:465", from: "noreply@example.cn")
        let lines = server.configuration(to: "zhang@example.cn", message: "/tmp/m").split(separator: "\n")
        #expect(lines.contains("user = \"a\\\"b:p\\\\w\\nd\""))
        #expect(lines.contains("ssl-reqd") && lines.contains("url = \"smtps://mail.example.cn:465/example.cn\""))
    }

    @Test("A mistake in the address names no password")
    func mistake() {
        for url in ["ftp://user:hidden@host", "smtp://", "nonsense"] {
            do {
                _ = try MailServer(url: url, from: "noreply@example.cn")
                Issue.record("\(url) was taken")
            } catch { #expect(!"\(error)".contains("hidden")) }
        }
    }

    @Test("A server's no and what came before the message are failures; silence after it is unclear")
    func results() {
        #expect(CurlMail.result(of: 0, answer: 250, "") == .sent)
        #expect(CurlMail.result(of: 55, answer: 550, "RCPT failed: 550") == .failed("RCPT failed: 550"))
        #expect(CurlMail.result(of: 7, answer: 0, "Failed to connect") == .failed("Failed to connect"))
        #expect(CurlMail.result(of: 56, answer: 354, "reset") == .unclear)
        #expect(CurlMail.result(of: 28, answer: 354, "timeout") == .unclear)
    }

    @Test("A gateway's file keeps commas, quotes and lines apart (RFC 4180)")
    func gateway() {
        let id = UUID()
        let text = String(
            decoding: GatewayFile.content([.init(id: id, mobile: "13800000001", text: "你好，\"李\",a")]), as: UTF8.self)
        #expect(
            text == "mobile,text,reference\r\n13800000001,\"你好，\"\"李\"\",a\",\(id.uuidString.lowercased())\r\n")
    }
}
