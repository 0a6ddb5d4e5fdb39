import Foundation
import Mustache
import RegistryDomain
import RegistryStore

/// The bulletin as a page to be read, printed, and made a PDF of.
public struct BulletinPages: Sendable {
    public enum Mistake: Error { case templateMissing(String) }

    private let template: MustacheTemplate

    /// - Throws: `BulletinPages.Mistake.templateMissing` where the program was installed without its resources.
    public init() throws {
        guard
            let url = Bundle.module.url(forResource: "bulletin", withExtension: "mustache", subdirectory: "Resources"),
            let text = try? String(contentsOf: url, encoding: .utf8)
        else { throw BulletinPages.Mistake.templateMissing("bulletin") }
        template = try MustacheTemplate(string: text)
    }

    @Sendable public func page(_ document: BulletinDocument) -> String { template.render(BulletinPage(document)) }
}

/// What the page of a bulletin shows, in BulletinWords.
struct BulletinPage {
    struct Column {
        var zh: String
        var en: String
        var number: Bool
    }
    struct Line {
        var name: String
        var area: String
        var level: String
        var kind: String
        var numbers: [String]
        var rate: String
    }
    struct Year {
        var year: String
        var owed: String
        var complete: String
        var rate: String
        var numbers: [String]
        var columns: [Column]
        var rows: [Line]
        var behind: [Line]
        var hasBehind: Bool
    }
    var number: String
    var asOf: String
    var knownAt: String
    var policies: String
    var issuer: String
    var publishedOn: String
    var years: [Year]

    init(_ document: BulletinDocument) {
        number = document.number
        asOf = document.bulletin.asOf.description
        knownAt = RegistryJSON.text(document.knownAt)
        policies = document.bulletin.policies.map { "\($0.number)（第\($0.version)版）" }.joined(separator: "、")
        issuer = document.issuer.zh
        publishedOn = document.publishedOn.description
        years = document.bulletin.years.map(Self.year)
    }

    private static func year(_ year: BulletinRecord.Year) -> Year {
        let names = Dictionary(
            year.rows.map { ($0.area, $0.name?.zh ?? $0.area.description) }, uniquingKeysWith: { first, _ in first })
        func line(
            _ name: String, _ area: Authority, _ level: EmployerLevel, _ kind: EmployerKind,
            _ counts: BulletinRecord.Counts
        )
            -> Line
        {
            Line(
                name: name, area: names[area] ?? area.description, level: BulletinWords.level(level).zh,
                kind: BulletinWords.kind(kind).zh,
                numbers: BulletinWords.numbers(counts).map(String.init), rate: BulletinWords.rate(counts))
        }
        let behind = year.employers.filter(\.behind)
        return Year(
            year: String(year.year), owed: String(year.total.owed), complete: String(year.total.complete),
            rate: BulletinWords.rate(year.total), numbers: BulletinWords.numbers(year.total).map(String.init),
            columns: BulletinWords.columns.enumerated().map { Column(zh: $1.zh, en: $1.en, number: $0 > 2) },
            rows: year.rows.map { line("", $0.area, $0.level, $0.kind, $0.counts) },
            behind: behind.map { line($0.name, $0.area, $0.level, $0.kind, $0.counts) }, hasBehind: !behind.isEmpty)
    }
}
