import Foundation
import Hummingbird
import NIOCore

/// The fields of a form, as `application/x-www-form-urlencoded` has them (WHATWG URL, 5.1).
struct FormBody: Sendable {
    static let largest = 256 * 1024
    private var fields: [(name: String, value: String)]
    /// As it was sent.
    let text: String

    init(_ text: String) {
        self.text = text
        fields = text.split(separator: "&", omittingEmptySubsequences: true).map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (Self.plain(parts[0]), parts.count > 1 ? Self.plain(parts[1]) : "")
        }
    }

    /// A field that came another way.
    mutating func add(_ name: String, _ value: String) {
        fields.append((name, value.filter { $0 != "\0" }))
    }

    /// - Throws: `HTTPError` 413 beyond `largest`.
    static func read(_ request: Request) async throws -> FormBody {
        let buffer = try await request.body.collect(upTo: largest)
        return FormBody(String(decoding: buffer.readableBytesView, as: UTF8.self))
    }

    private static func plain(_ text: Substring) -> String {
        let spaced = text.replacing("+", with: " ")
        // PostgreSQL's text holds no NUL.
        return (spaced.removingPercentEncoding ?? String(spaced)).filter { $0 != "\0" }
    }

    /// Without the spaces around it; nil where it is missing or empty.
    subscript(name: String) -> String? {
        let text = fields.first { $0.name == name }?.value.trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
        return text.isEmpty ? nil : text
    }

    /// As typed, spaces and all: a password.
    func verbatim(_ name: String) -> String { fields.first { $0.name == name }?.value ?? "" }

    /// The first value of each field, to show a form again as it was filled in.
    var fieldsByName: [String: String] {
        Dictionary(fields.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    }

    func all(_ name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }

    /// The fields whose names begin so, without that beginning.
    func group(_ prefix: String) -> [String: String] {
        let found = fields.filter { $0.name.hasPrefix(prefix) && !$0.value.isEmpty }
        return Dictionary(
            found.map { (String($0.name.dropFirst(prefix.count)), $0.value) }, uniquingKeysWith: { first, _ in first })
    }
}
