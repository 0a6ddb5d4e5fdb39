import Foundation
import Hummingbird
import RegistryStore

/// Numbers and instants as a person reads them.
enum Figure {
    /// 1234567 as 1,234,567.
    static func text(_ number: Int) -> String {
        var digits = Array(String(abs(number)))
        var place = digits.count - 3
        while place > 0 {
            digits.insert(",", at: place)
            place -= 3
        }
        return (number < 0 ? "−" : "") + String(digits)
    }

    /// 2019-01-10 09:00 in Asia/Shanghai.
    static func text(_ instant: Date) -> String {
        String(RegistryJSON.text(instant).prefix(16)).replacing("T", with: " ")
    }
}

/// An address with those of its parameters that have a value.
enum Link {
    static func to(_ path: String, _ parameters: [(String, String?)] = []) -> String {
        let pairs = parameters.compactMap { name, value in
            value.flatMap { $0.isEmpty ? nil : "\(name)=\(escaped($0))" }
        }
        return pairs.isEmpty ? path : path + "?" + pairs.joined(separator: "&")
    }

    /// One part of a path or of a query (RFC 3986, 2.3).
    static func escaped(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(.init(charactersIn: "-._~"))) ?? text
    }

    static func learner(_ id: UUID) -> String { "/learners/\(id.uuidString.lowercased())" }
    static func employer(_ id: UUID) -> String { "/employers/\(id.uuidString.lowercased())" }
    static func claim(_ id: UUID) -> String { "/claims/\(id.uuidString.lowercased())" }
    static func entry(_ id: UUID) -> String { "/entries/\(id.uuidString.lowercased())" }
    static func user(_ username: String) -> String { "/users/\(escaped(username))" }
}

/// One choice of a filter above a list.
struct ChoiceModel {
    var address: String
    var name: String
    var current: Bool
}

extension Visit {
    /// What a form that only asks was sent with: as in a body, a space is a plus sign (WHATWG URL, 5.1).
    var asked: FormBody { FormBody(request.uri.query ?? "") }
}
