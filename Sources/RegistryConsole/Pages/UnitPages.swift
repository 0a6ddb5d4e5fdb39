import Foundation
import HTTPTypes
import RegistryDomain
import RegistryStore

private struct UnitModel {
    struct Filter {
        var address: String
        var name: String
        var count: String
        var current: Bool
    }
    struct Tile {
        var year: String
        var complete: String
        var owed: String
        var rate: String
        var missing: String
    }
    var unit: String
    var tiles: [Tile]
    var filters: [Filter]
    var years: [Filter]
    var rows: [UnitRowModel]
    var isEmpty: Bool
    var heads: [String]
    var asOf: String
    var csv: String
    var xlsx: String
    var isCut: String?
    var previous: String?
    var next: String?
}

extension Console {
    /// A unit's administrator: the own learners and nobody else (A2).
    static let unitPages: [ConsolePage] = [
        .get("/unit") { visit in try await visit.unit() },
        .get("/unit/list.csv") { visit in try await visit.unitList(.csv) },
        .get("/unit/list.xlsx") { visit in try await visit.unitList(.xlsx) },
    ]
}

extension Visit {
    private static let rowsOnPage = 200

    private func askedOfUnit() -> (filter: UnitFilter, year: Int?) {
        (query("show").flatMap { UnitFilter(rawValue: $0) } ?? .behind, query("year").flatMap { Int($0) })
    }

    private func address(_ path: String, _ filter: UnitFilter, _ year: Int?, page: Int = 1) -> String {
        "\(path)?show=\(filter.rawValue)" + (year.map { "&year=\($0)" } ?? "") + (page > 1 ? "&page=\(page)" : "")
    }

    fileprivate func unit() async throws -> Answer {
        let members = try await store.unitMembers(as: try caller)
        let policies = try await store.policies()
        let (filter, year) = askedOfUnit()
        let shown = members.filter { filter.takes($0, year: year) }
        let pages = max(1, (shown.count + Self.rowsOnPage - 1) / Self.rowsOnPage)
        let number = min(max(query("page").flatMap { Int($0) } ?? 1, 1), pages)
        let rows = shown.dropFirst((number - 1) * Self.rowsOnPage).prefix(Self.rowsOnPage).map {
            UnitRowModel($0, years: year, policies, words)
        }
        let years = policies.subjectYears.map(\.year)
        let model = UnitModel(
            unit: members.first?.learner.employer?.name ?? "", tiles: years.map { tile($0, members) },
            filters: UnitFilter.allCases.map { each in
                .init(
                    address: address("/unit", each, year), name: words("unit_\(each.rawValue)"),
                    count: "\(members.filter { each.takes($0, year: year) }.count)", current: each == filter)
            },
            years: [
                .init(address: address("/unit", filter, nil), name: words("allYears"), count: "", current: year == nil)
            ]
                + years.map {
                    .init(address: address("/unit", filter, $0), name: "\($0)", count: "", current: $0 == year)
                },
            rows: rows, isEmpty: rows.isEmpty, heads: years.filter { year == nil || $0 == year }.map(String.init),
            asOf: words("asOf", ["day": store.today.description]), csv: address("/unit/list.csv", filter, year),
            xlsx: address("/unit/list.xlsx", filter, year),
            isCut: pages > 1 ? words("pageOf", ["page": "\(number)", "pages": "\(pages)"]) : nil,
            previous: number > 1 ? address("/unit", filter, year, page: number - 1) : nil,
            next: number < pages ? address("/unit", filter, year, page: number + 1) : nil)
        return await page("unit", title: words("unitTitle"), model)
    }

    private func tile(_ year: Int, _ members: [UnitMember]) -> UnitModel.Tile {
        let answers = members.compactMap { $0.years.first { $0.year == year } }.filter {
            $0.status != .notOwed && $0.status != .excused
        }
        let complete = answers.filter { $0.status == .complete }.count
        let missing = answers.reduce(0) { $0 + $1.requiredHours - $1.creditedHours }
        return .init(
            year: "\(year)", complete: "\(complete)", owed: "\(answers.count)",
            rate: answers.isEmpty ? "—" : "\(complete * 100 / answers.count)%",
            missing: words("missingHours", ["hours": "\(missing)"]))
    }

    /// What is on the screen, whole, to hand out.
    fileprivate func unitList(_ form: TableFileForm) async throws -> Answer {
        let members = try await store.unitMembers(as: try caller)
        let policies = try await store.policies()
        let (filter, year) = askedOfUnit()
        let years = policies.subjectYears.map(\.year).filter { year == nil || $0 == year }
        let rows = members.filter { filter.takes($0, year: year) }.map {
            UnitRowModel($0, years: year, policies, words).fields
        }
        let bytes = try await console.files.table(
            form, words("unit_\(filter.rawValue)"), [UnitRowModel.header(years, words)] + rows)
        return .file(
            bytes, name: "\(words("unit_\(filter.rawValue)"))-\(store.today).\(form.rawValue)",
            contentType: form.contentType)
    }
}
