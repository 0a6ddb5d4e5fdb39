import Foundation
import RegistryDomain
import RegistryStore

private struct BehindModel {
    struct Row {
        var address: String
        var name: String
        var place: String
        var rate: String
        var bar: String
        var unfinished: String
        var owed: String
    }
    var lead: String
    var back: String
    var rows: [Row]
    var isEmpty: Bool
    var next: String?
}

extension Console {
    static let completionPages: [ConsolePage] = [
        .get("/completion") { visit in try await visit.completion() },
        .get("/completion/employers") { visit in try await visit.behind() },
    ]
}

extension Visit {
    fileprivate func completion() async throws -> Answer {
        let caller = try caller
        let scope = try await store.permit(.readBulletin, caller)
        let policies = try await store.policies()
        let filter = completionFilter(policies, scope == .all ? nil : caller.authority)
        guard let terms = policies.policy(forSubjectYear: filter.year)?.subjectYear(filter.year) else {
            throw StoreError.notFound(.recordUnknown)
        }
        let count = try await freshCount()
        let rows = try await store.completion(of: filter.year, as: caller)
        let model = CompletionView(
            filter: filter, rows: rows, terms: terms, count: count, ownArea: scope == .all ? nil : caller.authority,
            policies: policies, words: words
        ).model()
        return await page("completion", title: words("completionTitle"), model)
    }

    /// A count that is quickly made is made anew while the browser waits; a long one goes on beside the page, which shows
    /// the last.
    private func freshCount() async throws -> CompletionCount {
        let last = try await store.completionCount()
        if let last, !last.isStale(at: Date(), on: store.today) { return last }
        let city = console.city
        if let last, last.took > .seconds(1) {
            await console.errands.start(.completion, by: try caller.personName) { _ in try await city.countCompletion()
            }
            return last
        }
        try await city.countCompletion()
        guard let count = try await store.completionCount() else {
            throw StoreError.unavailable("the first count is under way")
        }
        return count
    }

    /// Without a year, the first that is not due yet, or the last.
    private func completionFilter(_ policies: PolicySet, _ ownArea: Authority?) -> CompletionFilter {
        let years = policies.subjectYears
        let open = years.first { $0.dueOn >= store.today } ?? years.last
        return CompletionFilter(
            year: query("year").flatMap { Int($0) } ?? open?.year ?? store.today.year,
            area: ownArea ?? query("area").flatMap { Authority($0) },
            level: query("level").flatMap { EmployerLevel(rawValue: $0) },
            kind: query("kind").flatMap { EmployerKind(rawValue: $0) })
    }

    fileprivate func behind() async throws -> Answer {
        let caller = try caller
        let policies = try await store.policies()
        var filter = completionFilter(policies, nil)
        let asked = [
            ("year", "\(filter.year)"), ("area", filter.area?.description), ("level", filter.level?.rawValue),
            ("kind", filter.kind?.rawValue),
        ]
        if try await store.permit(.readBulletin, caller) != .all, filter.area == nil { filter.area = caller.authority }
        let found = try await store.employersBehind(filter, cursor: query("cursor"), as: caller)
        let place = [
            filter.area.map { words.area($0, policies) }, filter.level.map(words.level), filter.kind.map(words.kind),
        ]
        .compactMap(\.self).joined(separator: " · ")
        let model = BehindModel(
            lead: words(
                "behindLead",
                ["year": "\(filter.year)", "place": place.isEmpty ? words("completionWholeCity") : place]),
            back: Link.to("/completion", asked),
            rows: found.items.map { row in
                .init(
                    address: Link.to(Link.employer(row.id), [("year", "\(filter.year)"), ("status", "behind")]),
                    name: row.name,
                    place: "\(words.area(row.area, policies)) · \(words.level(row.level)) · \(words.kind(row.kind))",
                    rate: BulletinWords.rate(row.figures.complete, of: row.figures.asked),
                    bar: Chart.bar(Double(row.figures.complete) / Double(max(1, row.figures.asked))),
                    unfinished: Figure.text(row.figures.unfinished), owed: Figure.text(row.figures.owed))
            }, isEmpty: found.items.isEmpty,
            next: found.nextCursor.map { Link.to("/completion/employers", asked + [("cursor", $0)]) })
        return await page("completion-employers", title: words("behindTitle"), model)
    }
}
