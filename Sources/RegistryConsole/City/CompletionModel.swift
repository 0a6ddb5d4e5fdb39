import Foundation
import RegistryDomain
import RegistryStore

/// Where a subject year stands, for the page that answers "where are we behind?".
struct CompletionModel {
    struct Row {
        var name: String
        /// Looks at this group alone.
        var address: String
        var rate: String
        var bar: String
        var complete: String
        var unfinished: String
        var excused: String
        var owed: String
        /// The employers with somebody behind.
        var behind: String
        var spark: String
        /// In percent points since the last month's end.
        var change: String
    }
    struct Ranking {
        var title: String
        var column: String
        var rows: [Row]
        var hasSparks: Bool
    }
    struct Legend {
        /// The class of its line.
        var kind: String
        var name: String
    }
    struct Month {
        var day: String
        var rate: String
        var complete: String
        var unfinished: String
        var owed: String
    }

    var years: [ChoiceModel]
    var levels: [ChoiceModel]
    var kinds: [ChoiceModel]
    var areas: [ChoiceModel]
    var hasAreas: Bool
    var place: String
    var rate: String
    var bar: String
    var complete: String
    var unfinished: String
    var excused: String
    var owed: String
    var due: String
    var behind: String
    var worst: String?
    var chart: String
    var legend: [Legend]
    var months: [Month]
    var rankings: [Ranking]
    var counted: String
    var isEmpty: Bool
}

/// What the model is made of.
struct CompletionView {
    let filter: CompletionFilter
    let rows: [CompletionRow]
    let terms: SubjectYear
    let count: CompletionCount
    let ownArea: Authority?
    let policies: PolicySet
    let words: Words

    static let path = "/completion"

    private func address(_ filter: CompletionFilter, _ path: String = CompletionView.path) -> String {
        Link.to(
            path,
            [
                ("year", "\(filter.year)"), ("area", filter.area?.description), ("level", filter.level?.rawValue),
                ("kind", filter.kind?.rawValue),
            ])
    }

    private func changed(_ change: (inout CompletionFilter) -> Void) -> CompletionFilter {
        var filter = filter
        change(&filter)
        return filter
    }

    private func matches(_ row: CompletionRow, _ filter: CompletionFilter) -> Bool {
        (filter.area == nil || row.area == filter.area) && (filter.level == nil || row.level == filter.level)
            && (filter.kind == nil || row.kind == filter.kind)
    }

    /// The figures of a group at each of the days.
    private func history(_ filter: CompletionFilter) -> [CompletionFigures] {
        var figures: [Day: CompletionFigures] = [:]
        for row in rows where matches(row, filter) { figures[row.day, default: .init()] += row.figures }
        return days.map { figures[$0] ?? .init() }
    }

    private var days: [Day] { Set(rows.map(\.day)).sorted() }

    private static func share(_ figures: CompletionFigures) -> Double? {
        figures.asked > 0 ? Double(figures.complete) / Double(figures.asked) : nil
    }

    func model() -> CompletionModel {
        let history = history(filter)
        let now = history.last ?? .init()
        let rankings = rankings()
        return CompletionModel(
            years: policies.subjectYears.map { year in
                .init(
                    address: address(changed { $0.year = year.year }), name: "\(year.year)",
                    current: year.year == filter.year)
            },
            levels: choices(EmployerLevel.allCases, \.level, words.level),
            kinds: choices(EmployerKind.allCases, \.kind, words.kind),
            areas: ownArea == nil ? choices(areasOfRows, \.area) { words.area($0, policies) } : [],
            hasAreas: ownArea == nil && areasOfRows.count > 1, place: place,
            rate: BulletinWords.rate(now.complete, of: now.asked),
            bar: Chart.bar(Self.share(now) ?? 0), complete: Figure.text(now.complete),
            unfinished: Figure.text(now.unfinished), excused: Figure.text(now.excused), owed: Figure.text(now.owed),
            due: words(isOverdue ? "completionOverdue" : "completionDue", ["day": terms.dueOn.description]),
            behind: address(filter, "/completion/employers"), worst: worst(rankings.first), chart: chart(history),
            legend: legend,
            months: zip(days, history).reversed().map { day, figures in
                .init(
                    day: day.description, rate: BulletinWords.rate(figures.complete, of: figures.asked),
                    complete: Figure.text(figures.complete), unfinished: Figure.text(figures.unfinished),
                    owed: Figure.text(figures.owed))
            },
            rankings: rankings,
            counted: words(
                "completionCounted", ["day": count.asOf.description, "moment": Figure.text(count.countedAt)]),
            isEmpty: now.owed == 0)
    }

    private var isOverdue: Bool { count.asOf > terms.dueOn }

    private var place: String {
        let parts = [
            (ownArea ?? filter.area).map { words.area($0, policies) }, filter.level.map(words.level),
            filter.kind.map(words.kind),
        ].compactMap(\.self)
        return parts.isEmpty ? words("completionWholeCity") : parts.joined(separator: " · ")
    }

    private var areasOfRows: [Authority] { Set(rows.map(\.area)).sorted { $0.description < $1.description } }

    private func choices<Value: Equatable>(
        _ values: [Value], _ path: WritableKeyPath<CompletionFilter, Value?>, _ name: (Value) -> String
    ) -> [ChoiceModel] {
        [
            ChoiceModel(
                address: address(changed { $0[keyPath: path] = nil }), name: words("all"),
                current: filter[keyPath: path] == nil)
        ]
            + values.map { value in
                ChoiceModel(
                    address: address(changed { $0[keyPath: path] = value }), name: name(value),
                    current: filter[keyPath: path] == value)
            }
    }

    // MARK: Rankings, the furthest behind first

    private func rankings() -> [CompletionModel.Ranking] {
        var rankings: [CompletionModel.Ranking] = []
        if ownArea == nil, filter.area == nil {
            rankings.append(
                ranking("completionByArea", "area", areasOfRows, \.area, hasSparks: true) { words.area($0, policies) })
        }
        if filter.level == nil {
            rankings.append(ranking("completionByLevel", "level", EmployerLevel.allCases, \.level, words.level))
        }
        if filter.kind == nil {
            rankings.append(ranking("completionByKind", "kind", EmployerKind.allCases, \.kind, words.kind))
        }
        return rankings.filter { !$0.rows.isEmpty }
    }

    private func ranking<Value>(
        _ title: String, _ column: String, _ values: [Value], _ path: WritableKeyPath<CompletionFilter, Value?>,
        hasSparks: Bool = false, _ name: (Value) -> String
    ) -> CompletionModel.Ranking {
        let found = values.compactMap { value -> (share: Double, row: CompletionModel.Row)? in
            let narrowed = changed { $0[keyPath: path] = value }
            let history = history(narrowed)
            guard let now = history.last, now.owed > 0 else { return nil }
            return (Self.share(now) ?? 1, row(name(value), narrowed, history, now, hasSparks))
        }
        return CompletionModel.Ranking(
            title: words(title), column: words(column), rows: found.sorted { $0.share < $1.share }.map(\.row),
            hasSparks: hasSparks)
    }

    private func row(
        _ name: String, _ filter: CompletionFilter, _ history: [CompletionFigures], _ now: CompletionFigures,
        _ hasSpark: Bool
    ) -> CompletionModel.Row {
        let shares = history.map(Self.share)
        return CompletionModel.Row(
            name: name, address: address(filter), rate: BulletinWords.rate(now.complete, of: now.asked),
            bar: Chart.bar(Self.share(now) ?? 0), complete: Figure.text(now.complete),
            unfinished: Figure.text(now.unfinished), excused: Figure.text(now.excused), owed: Figure.text(now.owed),
            behind: address(filter, "/completion/employers"), spark: hasSpark ? Chart.spark(shares) : "",
            change: Self.change(shares))
    }

    /// Between the last two days, in percent points.
    private static func change(_ shares: [Double?]) -> String {
        guard shares.count > 1, let now = shares[shares.count - 1], let before = shares[shares.count - 2] else {
            return "—"
        }
        let tenths = Int(((now - before) * 1000).rounded())
        let sign = tenths > 0 ? "+" : tenths < 0 ? "−" : "±"
        return "\(sign)\(abs(tenths) / 10).\(abs(tenths) % 10)"
    }

    private func worst(_ ranking: CompletionModel.Ranking?) -> String? {
        guard let ranking, ranking.rows.count > 1, let row = ranking.rows.first, row.unfinished != "0" else {
            return nil
        }
        return words(
            "completionWorst", ["name": row.name, "rate": row.rate, "unfinished": row.unfinished])
    }

    // MARK: The chart

    private func chart(_ history: [CompletionFigures]) -> String {
        let days = days
        let worst = worstArea
        let others = comparedAreas.map { area in
            Chart.Line(
                name: words.area(area, policies), shares: self.history(changed { $0.area = area }).map(Self.share),
                kind: area == worst ? .worst : .other)
        }
        let rate = history.last.map { BulletinWords.rate($0.complete, of: $0.asked) } ?? "—"
        return Chart.lines(
            .init(
                id: "completion-chart", title: words("completionChart", ["year": "\(filter.year)", "place": place]),
                description: words(
                    "completionChartText",
                    [
                        "from": days.first?.description ?? "—", "until": days.last?.description ?? "—", "rate": rate,
                    ]),
                labels: days.map { String($0.description.prefix(7)) },
                lines: others + [Chart.Line(name: place, shares: history.map(Self.share), kind: .main, end: rate)],
                mark: dueMark(days)))
    }

    /// The counties that the whole city is compared with.
    private var comparedAreas: [Authority] { ownArea == nil && filter.area == nil ? areasOfRows : [] }

    private var worstArea: Authority? {
        let shares = comparedAreas.compactMap { area in
            self.history(changed { $0.area = area }).last.flatMap(Self.share).map { (area, $0) }
        }
        return shares.count > 1 ? shares.min { $0.1 < $1.1 }?.0 : nil
    }

    private var legend: [CompletionModel.Legend] {
        var lines = [CompletionModel.Legend(kind: "legend-main", name: place)]
        if let worst = worstArea {
            lines.append(
                .init(kind: "legend-worst", name: words("legendWorst", ["name": words.area(worst, policies)])))
            lines.append(.init(kind: "legend-other", name: words("legendOthers")))
        }
        return lines
    }

    /// Where the due day lies between the days of the chart.
    private func dueMark(_ days: [Day]) -> Chart.Mark? {
        guard let next = days.firstIndex(where: { $0 >= terms.dueOn }) else { return nil }
        guard next > 0 else { return days[0] == terms.dueOn ? Chart.Mark(place: 0, name: words("dueOn")) : nil }
        let before = days[next - 1].daysSince2000
        let share = Double(terms.dueOn.daysSince2000 - before) / Double(days[next].daysSince2000 - before)
        return Chart.Mark(place: Double(next - 1) + share, name: words("dueOn"))
    }
}
