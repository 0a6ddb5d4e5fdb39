import Foundation
import HTTPTypes
import RegistryDomain
import RegistryStore

/// Bulletins as they are listed, prepared and shown.
private struct BulletinsModel {
    struct Row {
        var address: String
        var number: String
        var asOf: String
        var publishedOn: String
        var publishedBy: String
    }
    var rows: [Row]
    var isEmpty: Bool
    var mayPublish: Bool
    var number: String
    var asOf: String
    var today: String
    /// Said while one is being made.
    var making: String?
    var messages: [String]
}

private struct MakingModel {
    var making: String?
}

private struct BulletinYearModel {
    struct Row {
        var name: String
        var rate: String
        var bar: String
        var numbers: [String]
    }
    var title: String
    var columns: [String]
    var rows: [Row]
    var total: Row
    var behind: [Row]
    var hasBehind: Bool
    var behindCount: String
    /// Said where not all of them are listed.
    var more: String?
}

private struct PreviewModel {
    var number: String
    var asOf: String
    var years: [BulletinYearModel]
    var policies: String
}

private struct PublicationModel {
    struct Form {
        var name: String
        var address: String
        var sha256: String
    }
    var number: String
    var asOf: String
    var knownAt: String
    var publishedOn: String
    var publishedBy: String
    var forms: [Form]
    var years: [BulletinYearModel]
    var checks: String
    var same: String?
    var different: String?
    var problem: String?
}

extension Console {
    static let bulletinPages: [ConsolePage] = [
        .get("/bulletins") { visit in try await visit.bulletins() },
        .get("/bulletins/preview") { visit in try await visit.previewBulletin() },
        .post("/bulletins") { visit in try await visit.publishBulletin() },
        .get("/bulletins/{number}") { visit in try await visit.publication() },
        .get("/bulletins/{number}/forms/{form}") { visit in try await visit.bulletinForm() },
        .post("/bulletins/{number}/checks") { visit in try await visit.checkBulletin() },
    ]
}

extension Visit {
    private var bulletinNumber: String { path["number"] ?? "" }

    fileprivate func bulletins(messages: [String] = [], _ status: HTTPResponse.Status = .ok) async throws -> Answer {
        let caller = try caller
        let published = try await store.bulletinPublications(as: caller)
        let errand = await console.errands.state(.bulletin)
        let making = errand?.isRunning == true ? words("bulletinMakingBy", ["person": errand?.by ?? ""]) : nil
        if wantsFragment { return fragment("bulletin-making-part", MakingModel(making: making)) }
        var messages = messages
        if let failure = errand?.failure as? StoreError, messages.isEmpty {
            messages = ConsoleProblem.messages(of: failure, words)
            await console.errands.forget(.bulletin)
        }
        let day = form["asOf"] ?? asked["asOf"] ?? store.today.description
        let model = BulletinsModel(
            rows: published.map {
                .init(
                    address: "/bulletins/\(Link.escaped($0.number))", number: $0.number, asOf: $0.asOf.description,
                    publishedOn: $0.publishedOn.description, publishedBy: $0.publishedBy)
            }, isEmpty: published.isEmpty,
            mayPublish: Rights.scope(of: caller.role, for: .publishBulletin) != nil,
            number: form["number"] ?? asked["number"] ?? Self.nextNumber(after: published, in: store.today.year),
            asOf: day, today: store.today.description, making: making, messages: messages)
        return await page("bulletins", title: words("bulletinsTitle"), model, status)
    }

    /// 2019-3 after 2019-2; a proposal that the officer may change.
    private static func nextNumber(after published: [BulletinPublication], in year: Int) -> String {
        let serials = published.compactMap { publication -> Int? in
            let parts = publication.number.split(separator: "-")
            return parts.count == 2 && parts[0] == "\(year)" ? Int(parts[1]) : nil
        }
        return "\(year)-\((serials.max() ?? 0) + 1)"
    }

    fileprivate func previewBulletin() async throws -> Answer {
        let caller = try caller
        try await store.permit(.publishBulletin, caller)
        guard let number = asked["number"], let day = asked["asOf"].flatMap({ Day($0) }) else {
            return try await bulletins(messages: [words("bulletinFields")], .unprocessableContent)
        }
        guard day <= store.today else {
            return try await bulletins(messages: [words(Reason.bulletinDayAhead.message)], .unprocessableContent)
        }
        let bulletin = try await console.city.bulletinPreview(day, caller)
        let model = PreviewModel(
            number: number, asOf: day.description, years: try await years(bulletin),
            policies: bulletin.policies.map {
                words("policyVersion", ["number": $0.number, "version": "\($0.version)"])
            }
            .joined(separator: words("listSeparator")))
        return await page("bulletin-preview", title: words("bulletinPreview"), model)
    }

    fileprivate func publishBulletin() async throws -> Answer {
        let caller = try caller
        try await store.permit(.publishBulletin, caller)
        guard let number = form["number"], let day = form["asOf"].flatMap({ Day($0) }) else {
            return try await bulletins(messages: [words("bulletinFields")], .unprocessableContent)
        }
        let city = console.city
        // A PDF in Chinese type takes its time: the browser does not wait for it, the officer may.
        let isFirst = await console.errands.start(.bulletin, by: caller.personName) { _ in
            _ = try await city.publishBulletin(number, day, caller)
        }
        guard isFirst else { return try await bulletins(messages: [words("bulletinUnderWay")], .conflict) }
        guard let ended = try await console.errands.ended(.bulletin, within: 2) else { return .seeOther("/bulletins") }
        await console.errands.forget(.bulletin)
        guard let failure = ended.failure else { return .seeOther("/bulletins/\(Link.escaped(number))") }
        guard let error = failure as? StoreError else { throw failure }
        return try await bulletins(
            messages: ConsoleProblem.messages(of: error, words), ConsoleProblem.status(of: error))
    }

    fileprivate func publication(
        same: String? = nil, different: String? = nil, problem: String? = nil, _ status: HTTPResponse.Status = .ok
    ) async throws -> Answer {
        let caller = try caller
        let published = try await store.bulletinPublication(bulletinNumber, as: caller)
        let address = "/bulletins/\(Link.escaped(published.number))"
        let json = try await console.city.bulletinForm(published.number, .json, caller) ?? []
        let document = try RegistryJSON.decoder().decode(BulletinDocument.self, from: Data(json))
        let model = PublicationModel(
            number: published.number, asOf: published.asOf.description, knownAt: Figure.text(published.knownAt),
            publishedOn: published.publishedOn.description, publishedBy: published.publishedBy,
            forms: BulletinForm.allCases.map { form in
                .init(
                    name: words("form_\(form.rawValue)"), address: "\(address)/forms/\(form.rawValue)",
                    sha256: published.sha256[form.rawValue] ?? words("formOnDemand"))
            },
            years: try await years(document.bulletin), checks: "\(address)/checks", same: same, different: different,
            problem: problem)
        return await page("bulletin-published", title: words("bulletinOf", ["number": published.number]), model, status)
    }

    fileprivate func bulletinForm() async throws -> Answer {
        guard let form = path["form"].flatMap({ BulletinForm(rawValue: $0) }) else {
            throw StoreError.notFound(.bulletinUnknown)
        }
        guard let bytes = try await console.city.bulletinForm(bulletinNumber, form, try caller) else {
            return try await publication(problem: words("bulletinPdfUnavailable"), .serviceUnavailable)
        }
        var answer = Answer(body: bytes)
        answer.headers[.contentType] = form.mediaType
        if form == .html {
            // As it was published, with the style that it carries.
            answer.headers[.contentSecurityPolicy] =
                "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"
        } else {
            let name = "bulletin-\(bulletinNumber).\(form.rawValue)"
            answer.headers[.contentDisposition] =
                "attachment; filename=\"bulletin.\(form.rawValue)\"; filename*=UTF-8''\(Link.escaped(name))"
        }
        return answer
    }

    /// Makes the bulletin again from the register, whoever doubts it.
    fileprivate func checkBulletin() async throws -> Answer {
        let caller = try caller
        let different = try await console.city.bulletinDifferences(bulletinNumber, caller)
        if different.isEmpty { return try await publication(same: words("bulletinSame")) }
        let names = different.map { words("form_\($0.rawValue)") }.joined(separator: words("listSeparator"))
        return try await publication(different: words("bulletinDifferent", ["forms": names]))
    }

    // MARK: What a bulletin says

    private static let mostListed = 100

    private func years(_ bulletin: BulletinRecord) async throws -> [BulletinYearModel] {
        let policies = try await store.policies()
        return bulletin.years.map { year in
            let behind = year.employers.filter(\.behind).sorted {
                ($0.counts.incomplete, $1.creditCode) > ($1.counts.incomplete, $0.creditCode)
            }
            return BulletinYearModel(
                title: words(
                    "bulletinYear",
                    [
                        "year": "\(year.year)", "owed": Figure.text(year.total.owed),
                        "complete": Figure.text(year.total.complete), "rate": BulletinWords.rate(year.total),
                    ]),
                columns: BulletinWords.columns[3...7].map { words($0) },
                rows: year.rows.map { row in
                    line(
                        "\(words.area(row.area, policies)) · \(words.level(row.level)) · \(words.kind(row.kind))",
                        row.counts)
                }, total: line(words("total"), year.total),
                behind: behind.prefix(Self.mostListed).map { line($0.name, $0.counts) }, hasBehind: !behind.isEmpty,
                behindCount: words("bulletinBehind", ["count": Figure.text(behind.count)]),
                more: behind.count > Self.mostListed ? words("bulletinMore", ["count": "\(Self.mostListed)"]) : nil)
        }
    }

    private func line(_ name: String, _ counts: BulletinRecord.Counts) -> BulletinYearModel.Row {
        let asked = max(1, counts.owed - counts.excused)
        return .init(
            name: name, rate: BulletinWords.rate(counts), bar: Chart.bar(Double(counts.complete) / Double(asked)),
            numbers: BulletinWords.numbers(counts).map(Figure.text))
    }
}

extension HTTPField.Name {
    fileprivate static let contentDisposition: HTTPField.Name = {
        guard let name = HTTPField.Name("Content-Disposition") else {
            preconditionFailure("Content-Disposition is a token")
        }
        return name
    }()
}
