import Foundation

/// Charts as SVG, made here: attributes and classes alone, so that the pages need no inline style; colours come from the
/// stylesheet and follow the theme. Each has a title and a description, and stands beside a table of its numbers.
enum Chart {
    struct Line {
        var name: String
        /// From 0 to 1, one for each place along the bottom; nil where there is nothing yet.
        var shares: [Double?]
        var kind: Kind
        /// Said beside the last place; only of the line that the chart is about.
        var end = ""
    }

    enum Kind {
        /// What the chart is about.
        case main
        /// What stands out of the others that it is compared with.
        case worst, other
    }

    struct Mark {
        /// Between two places where it is no whole number.
        var place: Double
        var name: String
    }

    /// What has to be said of a chart of lines.
    struct Lines {
        var id: String
        var title: String
        var description: String
        /// What stands under each place; empty where nothing does.
        var labels: [String]
        var lines: [Line]
        var mark: Mark?
    }

    /// A chart of lines from 0 to 100 %, for a desk and, where the text would become too small, for a phone: the
    /// stylesheet shows one of the two.
    static func lines(_ chart: Lines) -> String {
        Canvas(chart, width: 760, height: 280, kind: "wide").svg
            + Canvas(chart, width: 340, height: 240, kind: "small").svg
    }

    /// A share as a bar in a row of a table; the number itself stands in the row.
    static func bar(_ share: Double) -> String {
        let width = number(max(0, min(1, share)) * 100)
        return """
            <svg class="bar-chart" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" focusable="false">\
            <rect class="bar-back" width="100" height="8"/><rect class="bar-done" width="\(width)" height="8"/></svg>
            """
    }

    /// A small line of shares in a row of a table.
    static func spark(_ shares: [Double?]) -> String {
        let step = 96 / Double(max(1, shares.count - 1))
        let points = shares.enumerated().compactMap { index, share in
            share.map { "\(number(2 + Double(index) * step)),\(number(22 - $0 * 20))" }
        }
        return """
            <svg class="spark" viewBox="0 0 100 24" aria-hidden="true" focusable="false"><polyline class="spark-line" \
            points="\(points.joined(separator: " "))"/></svg>
            """
    }

    static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;")
    }

    fileprivate static func number(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(abs(tenths % 10))"
    }
}

/// One chart of lines at one size.
private struct Canvas {
    let chart: Chart.Lines
    let width: Double
    let height: Double
    let kind: String
    private let left = 44.0
    private let right = 52.0
    private let top = 14.0
    private let bottom = 28.0

    init(_ chart: Chart.Lines, width: Double, height: Double, kind: String) {
        self.chart = chart
        self.width = width
        self.height = height
        self.kind = kind
    }

    private func x(_ place: Double) -> Double {
        left + place / Double(max(1, chart.labels.count - 1)) * (width - left - right)
    }
    private func y(_ share: Double) -> Double { top + (1 - share) * (height - top - bottom) }
    private func n(_ value: Double) -> String { Chart.number(value) }

    var svg: String {
        let id = "\(chart.id)-\(kind)"
        return """
            <svg class="chart \(kind)" viewBox="0 0 \(n(width)) \(n(height))" role="img" aria-labelledby="\(id)-title \(id)-desc">\
            <title id="\(id)-title">\(Chart.escaped(chart.title))</title><desc id="\(id)-desc">\(Chart.escaped(chart.description))</desc>\
            \(grid)\(labels)\(mark)\(area)\(lines(.other))\(lines(.worst))\(chart.lines.filter { $0.kind == .main }.map(main).joined())</svg>
            """
    }

    private var grid: String {
        [0, 0.25, 0.5, 0.75, 1].map { share in
            """
            <line class="\(share == 0 ? "chart-axis" : "chart-grid")" x1="\(n(left))" x2="\(n(width - right))" y1="\(n(y(share)))" y2="\(n(y(share)))"/>\
            <text class="chart-text chart-side" x="\(n(left - 8))" y="\(n(y(share) + 4))">\(Int(share * 100))%</text>
            """
        }.joined()
    }

    private var labels: String {
        // As many as have room beside each other.
        let room = max(1, Int((width - left - right) / 62))
        let every = max(1, (chart.labels.count + room - 1) / room)
        return chart.labels.enumerated().filter { ($0.offset % every == 0) && !$0.element.isEmpty }.map {
            index, label in
            """
            <text class="chart-text chart-below" x="\(n(x(Double(index))))" y="\(n(height - 8))">\(Chart.escaped(label))</text>
            """
        }.joined()
    }

    private var mark: String {
        guard let mark = chart.mark else { return "" }
        let at = x(mark.place)
        let isLate = at > width * 0.5
        return """
            <line class="chart-mark" x1="\(n(at))" x2="\(n(at))" y1="\(n(top))" y2="\(n(height - bottom))"/>\
            <text class="chart-text \(isLate ? "chart-side" : "chart-start")" x="\(n(at + (isLate ? -6 : 6)))" y="\(n(top + 10))">\(Chart.escaped(mark.name))</text>
            """
    }

    private func points(_ line: Chart.Line) -> [(x: Double, y: Double)] {
        line.shares.enumerated().compactMap { index, share in share.map { (x(Double(index)), y($0)) } }
    }

    private func path(_ line: Chart.Line) -> String {
        points(line).map { "\(n($0.x)),\(n($0.y))" }.joined(separator: " ")
    }

    private func lines(_ kind: Chart.Kind) -> String {
        chart.lines.filter { $0.kind == kind }.map { line in
            let style = kind == .worst ? "chart-worst" : "chart-other"
            return
                #"<polyline class="\#(style)" points="\#(path(line))"><title>\#(Chart.escaped(line.name))</title></polyline>"#
        }.joined()
    }

    /// Under the line that the chart is about, beneath all lines.
    private var area: String {
        chart.lines.filter { $0.kind == .main }.map { line in
            let all = points(line)
            guard let first = all.first, let last = all.last else { return "" }
            return
                #"<polygon class="chart-area" points="\#(n(first.x)),\#(n(y(0))) \#(path(line)) \#(n(last.x)),\#(n(y(0)))"/>"#
        }.joined()
    }

    private func main(_ line: Chart.Line) -> String {
        guard let last = points(line).last else { return "" }
        return """
            <polyline class="chart-main" points="\(path(line))"/>\
            <circle class="chart-end" cx="\(n(last.x))" cy="\(n(last.y))" r="4"/>\
            <text class="chart-text chart-start chart-strong" x="\(n(last.x + 8))" y="\(n(last.y + 5))">\(Chart.escaped(line.end))</text>
            """
    }
}
