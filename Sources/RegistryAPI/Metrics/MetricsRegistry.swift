import Synchronization

/// Counters, gauges and histograms in Prometheus's text format 0.0.4; no client library is to be had for Swift here.
public final class MetricsRegistry: Sendable {
    public enum Kind: String, Sendable { case counter, gauge, histogram }

    private struct Histogram {
        /// One for each bound, and one for everything beyond; not yet added up.
        var counts: [Int]
        var sum = 0.0

        mutating func add(_ seconds: Double, to slot: Int) {
            counts[slot] += 1
            sum += seconds
        }
    }

    private struct Family {
        var kind: Kind
        var help: String
        var values: [String: Double] = [:]
        var histograms: [String: Histogram] = [:]
    }

    /// Upper bounds in seconds.
    private static let bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
    private static let empty = Histogram(counts: Array(repeating: 0, count: bounds.count + 1))
    private let families = Mutex<[String: Family]>([:])

    public init() {}

    /// A family that was not described is not kept.
    public func describe(_ name: String, _ kind: Kind, _ help: String) {
        families.withLock { $0[name] = $0[name] ?? Family(kind: kind, help: help) }
    }

    public func add(_ name: String, _ labels: [(String, String)] = [], _ amount: Double = 1) {
        let key = Self.text(labels)
        families.withLock { $0[name]?.values[key, default: 0] += amount }
    }

    public func set(_ name: String, _ labels: [(String, String)] = [], _ value: Double) {
        let key = Self.text(labels)
        families.withLock { $0[name]?.values[key] = value }
    }

    /// One observation of a duration in seconds.
    public func observe(_ name: String, _ labels: [(String, String)], _ seconds: Double) {
        let key = Self.text(labels)
        let slot = Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count
        families.withLock { $0[name]?.histograms[key, default: Self.empty].add(seconds, to: slot) }
    }

    public func render() -> String {
        families.withLock { families in
            var text = ""
            for (name, family) in families.sorted(by: { $0.key < $1.key }) {
                text += "# HELP \(name) \(family.help)\n# TYPE \(name) \(family.kind.rawValue)\n"
                for (labels, value) in family.values.sorted(by: { $0.key < $1.key }) {
                    text += "\(name)\(Self.braced(labels)) \(Self.number(value))\n"
                }
                for (labels, histogram) in family.histograms.sorted(by: { $0.key < $1.key }) {
                    Self.append(histogram, name, labels, to: &text)
                }
            }
            return text
        }
    }

    private static func append(_ histogram: Histogram, _ name: String, _ labels: String, to text: inout String) {
        let lead = labels.isEmpty ? "" : "\(labels),"
        var count = 0
        for (bound, observed) in zip(bounds.map { number($0) } + ["+Inf"], histogram.counts) {
            count += observed
            text += "\(name)_bucket{\(lead)le=\"\(bound)\"} \(count)\n"
        }
        text += "\(name)_sum\(braced(labels)) \(number(histogram.sum))\n\(name)_count\(braced(labels)) \(count)\n"
    }

    private static func text(_ labels: [(String, String)]) -> String {
        var text = ""
        for (name, value) in labels {
            if !text.isEmpty { text += "," }
            text += name
            text += "=\""
            text += escaped(value)
            text += "\""
        }
        return text
    }

    private static func escaped(_ value: String) -> String {
        guard value.utf8.contains(where: { $0 == 0x5C || $0 == 0x22 || $0 == 0x0A }) else { return value }
        return value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }

    private static func braced(_ labels: String) -> String { labels.isEmpty ? "" : "{\(labels)}" }

    private static func number(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(value)
    }
}
