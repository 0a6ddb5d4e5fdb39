import PostgresClient

/// The conditions of a list, only those that were asked for: a statement without the others is planned once and for all,
/// and each condition may use its index.
struct Conditions: Sendable {
    private var parts: [String] = []
    private(set) var parameters: [Parameter] = []

    /// - Parameter sql: with `?1`, `?2`, … for the values.
    mutating func add(_ sql: String, _ values: Parameter...) {
        var text = sql
        for (index, _) in values.enumerated() {
            text = text.replacing("?\(index + 1)", with: "$\(parameters.count + index + 1)")
        }
        parameters += values
        parts.append(text)
    }

    /// For after WHERE.
    var sql: String { parts.isEmpty ? "true" : parts.joined(separator: " AND ") }
}
