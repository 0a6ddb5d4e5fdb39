import Testing

@testable import RegistryAPI

@Suite struct MetricsTests {
    @Test func histogramsAddUp() {
        let metrics = MetricsRegistry()
        metrics.describe("seconds", .histogram, "Time.")
        for seconds in [0.0005, 0.003, 0.003, 40] { metrics.observe("seconds", [("route", "/x")], seconds) }
        let lines = metrics.render().split(separator: "\n")
        #expect(lines.prefix(2) == ["# HELP seconds Time.", "# TYPE seconds histogram"])
        #expect(lines.contains(#"seconds_bucket{route="/x",le="0.001"} 1"#))
        #expect(lines.contains(#"seconds_bucket{route="/x",le="0.005"} 3"#))
        #expect(lines.contains(#"seconds_bucket{route="/x",le="30"} 3"#))
        #expect(lines.contains(#"seconds_bucket{route="/x",le="+Inf"} 4"#))
        #expect(lines.contains(#"seconds_count{route="/x"} 4"#))
    }

    @Test func labelsAreEscaped() {
        let metrics = MetricsRegistry()
        metrics.describe("things", .counter, "Things.")
        metrics.add("things", [("name", "a\"b\\c\nd")])
        #expect(metrics.render().contains(#"things{name="a\"b\\c\nd"} 1"#))
    }

    @Test func whatWasNotDescribedIsNotKept() {
        let metrics = MetricsRegistry()
        metrics.add("unknown")
        #expect(metrics.render().isEmpty)
    }
}
