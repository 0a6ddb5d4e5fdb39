import Foundation
import Testing

@testable import RegistryConsole

@Suite("A form with a file, as its bytes arrive")
struct MultipartTests {
    private static let body = Array(
        ("--X\r\nContent-Disposition: form-data; name=\"formToken\"\r\n\r\nabc\r\n"
            + "--X\r\nContent-Disposition: form-data; name=\"file\"; filename=\"名单 %22一%22.csv\"\r\nContent-Type: text/csv\r\n\r\n"
            + "a,b\r\n--Y\r\n-- X\r\n\r\n--X\r\nContent-Disposition: form-data; name=\"kind\"\r\n\r\nlearners\r\n--X--\r\n")
            .utf8)

    private func read(_ body: [UInt8], in pieces: Int) throws -> [Multipart.Event] {
        var reader = Multipart(boundary: "X")
        var events: [Multipart.Event] = []
        for start in stride(from: 0, to: body.count, by: pieces) {
            events += try reader.push(body[start..<min(start + pieces, body.count)])
        }
        try reader.finish()
        // Where a file is cut is the network's affair.
        return events.reduce(into: []) { joined, event in
            if case .fileBytes(let more) = event, case .fileBytes(let bytes) = joined.last {
                joined[joined.count - 1] = .fileBytes(bytes + more)
            } else {
                joined.append(event)
            }
        }
    }

    @Test("However the network cuts it, the parts are the same", arguments: [1, 2, 3, 7, 64, 10_000])
    func pieces(_ size: Int) throws {
        #expect(
            try read(Self.body, in: size) == [
                .field(name: "formToken", value: "abc"), .fileBegins(field: "file", name: "名单 \"一\".csv"),
                .fileBytes(Array("a,b\r\n--Y\r\n-- X\r\n".utf8)), .fileEnds, .field(name: "kind", value: "learners"),
            ])
    }

    @Test("A form that breaks off is no form", arguments: [10, 60, 130, 200])
    func brokenOff(_ length: Int) throws {
        #expect(throws: Multipart.Mistake.malformed) { try read(Array(Self.body.prefix(length)), in: 16) }
    }

    @Test("Every prefix ends in events or a mistake, never in a crash")
    func prefixes() {
        for length in 0..<Self.body.count { _ = try? read(Array(Self.body.prefix(length)), in: 5) }
        for index in 0..<Self.body.count {
            var changed = Self.body
            changed[index] ^= 0x2D
            _ = try? read(changed, in: 11)
        }
    }

    @Test("A field or a header without an end is refused before it fills the memory")
    func endless() {
        var reader = Multipart(boundary: "X")
        #expect(throws: Multipart.Mistake.tooLarge) {
            _ = try reader.push(Array("--X\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n".utf8))
            for _ in 0..<100 { _ = try reader.push([UInt8](repeating: 0x61, count: 4096)) }
        }
        var header = Multipart(boundary: "X")
        #expect(throws: Multipart.Mistake.tooLarge) {
            _ = try header.push(Array("--X\r\nContent-Disposition: ".utf8))
            for _ in 0..<10 { _ = try header.push([UInt8](repeating: 0x61, count: 4096)) }
        }
    }

    @Test("Only a form with files has a boundary")
    func boundaries() {
        #expect(Multipart.boundary(of: "multipart/form-data; boundary=----abc") == "----abc")
        #expect(Multipart.boundary(of: "multipart/form-data; charset=utf-8; boundary=\"a b\"") == "a b")
        #expect(Multipart.boundary(of: "application/x-www-form-urlencoded") == nil)
        #expect(Multipart.boundary(of: "multipart/form-data") == nil)
        #expect(Multipart.boundary(of: nil) == nil)
    }
}
