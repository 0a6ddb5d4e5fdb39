import Foundation

/// What a new version of a notice says otherwise than the one in force: place by place, as a reader of the file finds it.
struct PolicyDifference: Equatable {
    /// Such as `subjectYears[2018].dueOn`: rows are named by their own `id` or `year`.
    var field: String
    /// Nil where it was not there.
    var before: String?
    /// Nil where it is no longer there.
    var after: String?

    /// - Parameters: policies as JSON; no document before for a notice that is new.
    /// - Throws: where a document is no JSON.
    static func between(_ before: String?, _ after: String) throws -> [PolicyDifference] {
        let old = try before.map(places) ?? [:]
        let new = try places(after)
        return Set(old.keys).union(new.keys).sorted().compactMap { field in
            old[field] == new[field] ? nil : PolicyDifference(field: field, before: old[field], after: new[field])
        }
    }

    private static func places(_ document: String) throws -> [String: String] {
        var found: [String: String] = [:]
        collect(try JSONSerialization.jsonObject(with: Data(document.utf8)), "", &found)
        return found
    }

    private static func collect(_ value: Any, _ place: String, _ found: inout [String: String]) {
        switch value {
        case let fields as [String: Any]:
            for (name, value) in fields { collect(value, place.isEmpty ? name : "\(place).\(name)", &found) }
        case let rows as [Any]:
            let names = rows.map(name)
            let areTheirOwn = Set(names.compactMap(\.self)).count == rows.count
            for (index, row) in rows.enumerated() {
                collect(row, "\(place)[\(areTheirOwn ? names[index] ?? "" : "\(index)")]", &found)
            }
        default: found[place] = text(value)
        }
    }

    private static func name(_ row: Any) -> String? {
        guard let fields = row as? [String: Any] else { return nil }
        return (fields["id"] as? String) ?? (fields["year"] as? NSNumber)?.stringValue
    }

    private static func text(_ value: Any) -> String {
        switch value {
        case let text as String: text
        case let number as NSNumber: number.stringValue
        default: "—"
        }
    }
}
