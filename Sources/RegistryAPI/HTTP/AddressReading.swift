import Foundation
import Hummingbird
import RegistryDomain
import RegistryStore

struct QueryParameter: Sendable {
    var name: Substring
    var value: Substring
}

/// What a request says by its address: parts of the path and of the query in their meaning.
protocol AddressReading: Sendable {
    var context: RegistryContext { get }
    /// Of the query, decoded once.
    var parameters: [QueryParameter] { get }
}

extension AddressReading {
    static func parameters(of request: Request) -> [QueryParameter] {
        request.uri.queryParameters.map { QueryParameter(name: $0.key, value: $0.value) }
    }

    func id(_ name: String = "id") throws -> UUID {
        guard let id = UUID(uuidString: try path(name)) else { throw Problem(.notFound, [.recordUnknown]) }
        return id
    }

    func path(_ name: String) throws -> String {
        guard let text = context.path(name) else { throw Problem(.notFound, [.recordUnknown]) }
        return text
    }

    /// A query parameter as it was sent; nil where it is missing or empty.
    func text(_ name: String) throws -> String? {
        guard let value = parameters.first(where: { $0.name == name })?.value, !value.isEmpty else { return nil }
        guard !value.utf8.contains(0) else {
            throw Problem(
                .unprocessableContent,
                [.field(name, found: nil, expected: Text(zh: "不能含有 NUL 字符", en: "must have no NUL character"))])
        }
        return String(value)
    }

    func cursor() throws -> String? { try text("cursor") }

    /// A query parameter in its meaning; 422 naming it where it has none.
    func query<Value>(
        _ name: String, expected: @autoclosure () -> Text, _ read: (String) -> Value?
    ) throws -> Value? {
        guard let text = try text(name) else { return nil }
        guard let value = read(text) else {
            throw Problem(.unprocessableContent, [.field(name, found: String(text.prefix(80)), expected: expected())])
        }
        return value
    }

    func day(_ name: String) throws -> Day? {
        try query(name, expected: Text(zh: "日期如 2018-03-01", en: "a day as 2018-03-01")) { Day($0) }
    }

    func instant(_ name: String) throws -> Date? {
        try query(
            name, expected: Text(zh: "时刻如 2018-03-01T09:00:00+08:00", en: "an instant as 2018-03-01T09:00:00+08:00")
        ) {
            // A plus sign in a query stands for a space to many clients.
            RegistryJSON.instant($0.replacing(" ", with: "+"))
        }
    }

    func integer(_ name: String, in range: ClosedRange<Int>) throws -> Int? {
        try query(
            name,
            expected: Text(
                zh: "\(range.lowerBound) 到 \(range.upperBound) 的整数",
                en: "a whole number from \(range.lowerBound) to \(range.upperBound)")
        ) {
            Int($0).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    func authority(_ name: String) throws -> Authority? {
        try query(name, expected: Text(zh: "city、base 或 county:511802", en: "city, base, or county: and six digits")) {
            Authority($0)
        }
    }

    func flag(_ name: String) throws -> Bool {
        try query(name, expected: Text(zh: "true 或 false", en: "true or false")) { Bool($0) } ?? false
    }

    func limit() throws -> Int? { try integer("limit", in: 1...200) }
}
