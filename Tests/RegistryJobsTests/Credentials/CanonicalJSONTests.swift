import Crypto
import Foundation
import Testing

@testable import RegistryJobs

@Suite("What is signed has one form and one only (RFC 8785)")
struct CanonicalJSONTests {
    @Test("Members are sorted by UTF-16 code units, as the RFC's own example is (3.2.3)")
    func order() {
        let value: CanonicalJSON = [
            "\u{20ac}": "Euro Sign", "\r": "Carriage Return", "\u{fb33}": "Hebrew Letter Dalet With Dagesh", "1": "One",
            "\u{1f600}": "Emoji: Grinning Face", "\u{80}": "Control", "\u{f6}": "Latin Small Letter O With Diaeresis",
        ]
        let values = ["Carriage Return", "One", "Control", "Latin Small", "Euro Sign", "Emoji", "Hebrew"]
        let text = String(decoding: value.bytes, as: UTF8.self)
        let places = values.compactMap { text.range(of: $0)?.lowerBound }
        #expect(places.count == values.count && places == places.sorted())
    }

    @Test("Only what must be escaped is (3.2.2.2)")
    func escapes() {
        let value: CanonicalJSON = .string("\u{20ac}$\u{f}\nA'B\"\\/\u{2028}𬭚")
        #expect(String(decoding: value.bytes, as: UTF8.self) == "\"€$\\u000f\\nA'B\\\"\\\\/\u{2028}𬭚\"")
    }

    @Test("Another order of making it, and the readable form, are the same document")
    func readable() throws {
        let value: CanonicalJSON = ["b": ["x", .integer(-3), .boolean(true), []], "a": [:]]
        #expect(String(decoding: value.bytes, as: UTF8.self) == #"{"a":{},"b":["x",-3,true,[]]}"#)
        let one = try JSONSerialization.jsonObject(with: Data(value.bytes)) as? NSDictionary
        let other = try JSONSerialization.jsonObject(with: Data(value.readable)) as? NSDictionary
        #expect(one != nil && one == other)
    }
}

@Suite("Keys as strangers read them")
struct MultibaseTests {
    @Test(
        "Base 58 keeps leading zeros (draft-msporny-base58)",
        arguments: [
            ([UInt8]("Hello World!".utf8), "z2NEpo7TZRRrLZSi2U"), ([0, 0, 0x28, 0x7F, 0xB4, 0xCD], "z11233QC4"),
            ([], "z"),
            ([0], "z1"),
        ])
    func base58(_ bytes: [UInt8], _ text: String) {
        #expect(Multibase.base58(bytes) == text)
    }

    @Test("A key of openssl is read, its public half is the one of RFC 8032 (7.1, test 1), and anything else is not")
    func pem() throws {
        let text = """
            -----BEGIN PRIVATE KEY-----
            MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g
            -----END PRIVATE KEY-----
            """
        let secret = try #require(IssuerKeys.secret(fromPEM: text))
        let key = secret.publicKey.rawRepresentation.map { String(format: "%02x", $0) }.joined()
        #expect(key == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
        #expect(IssuerKeys.secret(fromPEM: text.replacingOccurrences(of: "MC4C", with: "MC4D")) == nil)
        #expect(IssuerKeys.secret(fromPEM: "") == nil)
    }

    @Test(
        "The issuer is named after the address (did:web)",
        arguments: [
            ("https://jxjy.example.cn", "did:web:jxjy.example.cn"),
            ("https://jxjy.example.cn:8443/register", "did:web:jxjy.example.cn%3A8443:register"),
            ("http://127.0.0.1:8087", "did:web:127.0.0.1%3A8087"),
        ])
    func issuer(_ url: String, _ did: String) {
        #expect(IssuerIdentity.did(of: url) == did)
    }

    @Test("A key that others may read is refused")
    func readableKey() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("keys-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        #expect(throws: IssuerKeys.Mistake.self) { _ = try IssuerKeys(folder: folder.path) }
        let file = folder.appendingPathComponent("0001.pem")
        _ = FileManager.default.createFile(atPath: file.path, contents: Data(), attributes: [.posixPermissions: 0o644])
        #expect(throws: IssuerKeys.Mistake.self) { _ = try IssuerKeys(folder: folder.path) }
    }
}
