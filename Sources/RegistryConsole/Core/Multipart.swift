/// The parts of a form with a file (`multipart/form-data`, RFC 7578), as they arrive: a value without a socket. Bytes go
/// in, what they mean comes out.
struct Multipart: Sendable {
    enum Event: Equatable, Sendable {
        case field(name: String, value: String)
        case fileBegins(field: String, name: String)
        case fileBytes([UInt8])
        case fileEnds
    }

    enum Mistake: Error { case malformed, tooLarge }

    /// Of one part's header, and of one field.
    static let largestHeader = 16 * 1024
    static let largestField = 64 * 1024
    static let mostParts = 64

    private enum State { case preamble, header, field(String), file, end }

    private let delimiter: [UInt8]
    private var state = State.preamble
    private var buffer: [UInt8]
    private var value: [UInt8] = []
    private var parts = 0

    /// - Parameter boundary: as the content type gives it.
    init(boundary: String) {
        delimiter = Array("\r\n--\(boundary)".utf8)
        // The first delimiter has no line before it.
        buffer = [0x0D, 0x0A]
    }

    /// Nil where the content type is no form with files.
    static func boundary(of contentType: String?) -> String? {
        guard let contentType, contentType.lowercased().hasPrefix("multipart/form-data") else { return nil }
        return parameter("boundary", of: contentType).flatMap { (1...70).contains($0.utf8.count) ? $0 : nil }
    }

    /// - Throws: `Mistake` where the bytes are no such form or too many.
    mutating func push(_ bytes: some Sequence<UInt8>) throws -> [Event] {
        buffer += bytes
        var events: [Event] = []
        while try step(&events) {}
        return events
    }

    /// - Throws: `Mistake.malformed` where the form broke off.
    func finish() throws {
        guard case .end = state else { throw Mistake.malformed }
    }

    /// False where more bytes are needed.
    private mutating func step(_ events: inout [Event]) throws -> Bool {
        switch state {
        case .end:
            buffer.removeAll()
            return false
        case .preamble:
            guard let at = Self.find(delimiter, in: buffer) else {
                guard buffer.count < Self.largestHeader else { throw Mistake.malformed }
                return false
            }
            return try afterDelimiter(at)
        case .header:
            guard let at = Self.find([0x0D, 0x0A, 0x0D, 0x0A], in: buffer) else {
                guard buffer.count < Self.largestHeader else { throw Mistake.tooLarge }
                return false
            }
            let header = String(decoding: buffer[..<at], as: UTF8.self)
            buffer.removeFirst(at + 4)
            try begin(header, &events)
            return true
        case .field(let name):
            guard let at = Self.find(delimiter, in: buffer) else {
                guard buffer.count <= Self.largestField + delimiter.count else { throw Mistake.tooLarge }
                return false
            }
            guard at <= Self.largestField else { throw Mistake.tooLarge }
            guard isWhole(at) else { return false }
            events.append(.field(name: name, value: String(decoding: buffer[..<at], as: UTF8.self)))
            return try afterDelimiter(at)
        case .file:
            if let at = Self.find(delimiter, in: buffer) {
                guard isWhole(at) else { return false }
                if at > 0 { events.append(.fileBytes(Array(buffer[..<at]))) }
                events.append(.fileEnds)
                return try afterDelimiter(at)
            }
            // What could be the beginning of a delimiter stays for the next bytes.
            let sure = buffer.count - delimiter.count
            if sure > 0 {
                events.append(.fileBytes(Array(buffer[..<sure])))
                buffer.removeFirst(sure)
            }
            return false
        }
    }

    /// Whether the two bytes behind a delimiter are there, which say what it is: a part is told of once, when they are.
    private func isWhole(_ at: Int) -> Bool { buffer.count >= at + delimiter.count + 2 }

    /// Behind a delimiter comes the next part, or two dashes and nothing more.
    private mutating func afterDelimiter(_ at: Int) throws -> Bool {
        guard isWhole(at) else { return false }
        let rest = at + delimiter.count
        if buffer[rest] == 0x2D, buffer[rest + 1] == 0x2D {
            state = .end
        } else if buffer[rest] == 0x0D, buffer[rest + 1] == 0x0A {
            parts += 1
            guard parts <= Self.mostParts else { throw Mistake.tooLarge }
            state = .header
        } else {
            throw Mistake.malformed
        }
        buffer.removeFirst(rest + 2)
        return true
    }

    private mutating func begin(_ header: String, _ events: inout [Event]) throws {
        let lines = header.split(separator: "\r\n")
        guard let line = lines.first(where: { $0.lowercased().hasPrefix("content-disposition:") }),
            let name = Self.parameter("name", of: String(line))
        else { throw Mistake.malformed }
        if let file = Self.parameter("filename", of: String(line)) {
            events.append(.fileBegins(field: name, name: file))
            state = .file
        } else {
            state = .field(name)
        }
    }

    /// `name="value"`; browsers write a quote inside as `%22` (WHATWG HTML, 4.10.21.8).
    private static func parameter(_ name: String, of text: String) -> String? {
        for part in text.split(separator: ";").dropFirst() {
            let pair = part.split(separator: "=", maxSplits: 1)
            guard pair.count == 2, pair[0].filter({ $0 != " " }).lowercased() == name else { continue }
            var value = pair[1].drop { $0 == " " }
            while value.last == " " { value.removeLast() }
            if value.first == "\"", value.last == "\"", value.count >= 2 { value = value.dropFirst().dropLast() }
            return String(value).replacing("%22", with: "\"")
        }
        return nil
    }

    private static func find(_ needle: [UInt8], in bytes: [UInt8]) -> Int? {
        guard bytes.count >= needle.count, let first = needle.first else { return nil }
        var at = 0
        let last = bytes.count - needle.count
        while at <= last {
            guard let next = bytes[at...last].firstIndex(of: first) else { return nil }
            if bytes[next..<next + needle.count].elementsEqual(needle) { return next }
            at = next + 1
        }
        return nil
    }
}
