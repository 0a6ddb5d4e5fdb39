import Foundation
import Synchronization

/// Counters and gauges in Prometheus's text format 0.0.4; no client library is to be had for Swift here.
public final class MetricsRegistry: Sendable {
    private struct Key: Hashable {
        var name: String
        var labels: String
    }

    private struct Families {
        var values: [Key: Double] = [:]
        var help: [String: (type: String, text: String)] = [:]
    }

    private static let buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
    private let families = Mutex(Families())

    public init() {}

    public func describe(_ name: String, _ type: String, _ text: String) {
        families.withLock { $0.help[name] = (type, text) }
    }

    public func add(_ name: String, _ labels: [(String, String)] = [], _ amount: Double = 1) {
        let key = Key(name: name, labels: Self.text(labels))
        families.withLock { $0.values[key, default: 0] += amount }
    }

    public func set(_ name: String, _ labels: [(String, String)] = [], _ value: Double) {
        let key = Key(name: name, labels: Self.text(labels))
        families.withLock { $0.values[key] = value }
    }

    /// One observation of a duration in seconds.
    public func observe(_ name: String, _ labels: [(String, String)], _ seconds: Double) {
        let keys = Self.buckets.filter { seconds <= $0 }.map { Key(name: "\(name)_bucket", labels: Self.text(labels + [("le", "\($0)")])) }
        let all = Key(name: "\(name)_bucket", labels: Self.text(labels + [("le", "+Inf")]))
        let sum = Key(name: "\(name)_sum", labels: Self.text(labels))
        let count = Key(name: "\(name)_count", labels: Self.text(labels))
        families.withLock { families in
            for key in keys + [all, count] { families.values[key, default: 0] += 1 }
            families.values[sum, default: 0] += seconds
        }
    }

    public func render() -> String {
        families.withLock { families in
            func family(_ key: Key) -> String {
                for suffix in ["_bucket", "_sum", "_count"] where key.name.hasSuffix(suffix) {
                    let base = String(key.name.dropLast(suffix.count))
                    if families.help[base]?.type == "histogram" { return base }
                }
                return key.name
            }
            let grouped = Dictionary(grouping: families.values.keys, by: family)
            return grouped.keys.sorted().map { name in
                let help = families.help[name]
                let head = "# HELP \(name) \(help?.text ?? name)\n# TYPE \(name) \(help?.type ?? "untyped")\n"
                let lines = (grouped[name] ?? []).sorted { ($0.name, $0.labels) < ($1.name, $1.labels) }.map { key in
                    "\(key.name)\(key.labels) \(Self.number(families.values[key] ?? 0))\n"
                }
                return head + lines.joined()
            }.joined()
        }
    }

    private static func text(_ labels: [(String, String)]) -> String {
        guard !labels.isEmpty else { return "" }
        let pairs = labels.map { name, value in
            let escaped = value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
            return "\(name)=\"\(escaped)\""
        }
        return "{\(pairs.joined(separator: ","))}"
    }

    private static func number(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(value)
    }
}
