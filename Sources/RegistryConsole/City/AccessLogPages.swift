import Foundation
import RegistryDomain
import RegistryStore

private struct AccessLogModel {
    struct Row {
        var moment: String
        var person: String
        var user: String?
        var role: String
        var action: String
        var learner: String?
        var learnerName: String
        var refused: Bool
        var outcomeWord: String
        var detail: String?
    }
    var day: String
    var before: String
    var after: String?
    var allDays: String
    var isOneDay: Bool
    var user: String
    var learner: String?
    var learnerName: String?
    var today: String
    var outcomes: [ChoiceModel]
    var rows: [Row]
    var isEmpty: Bool
    var next: String?
    var messages: [String]
}

extension Console {
    static let accessLogPages: [ConsolePage] = [
        .get("/access-log") { visit in try await visit.accessLog() }
    ]
}

extension Visit {
    /// Who looked at whom: a day at a time, refusals first.
    fileprivate func accessLog() async throws -> Answer {
        let caller = try caller
        let isEveryDay = asked["day"] == "all"
        let today = Day(Date())
        let day = isEveryDay ? nil : asked["day"].flatMap { Day($0) } ?? today
        let isMistaken = !isEveryDay && asked["day"].map { Day($0) == nil } == true
        let user = asked["user"]
        let learner = asked["learner"].flatMap { UUID(uuidString: $0) }
        let outcome = asked["outcome"].flatMap { AccessOutcome(rawValue: $0) }
        let page = try await store.accessLog(
            AccessFilter(
                outcome: outcome, username: user, learner: learner, day: day, order: .refusalsFirst,
                cursor: asked["cursor"], limit: 100), as: caller)
        let policies = try await store.policies()
        func address(_ day: String?, _ outcome: AccessOutcome?, _ cursor: String? = nil) -> String {
            Link.to(
                "/access-log",
                [
                    ("day", day), ("user", user), ("learner", learner?.uuidString.lowercased()),
                    ("outcome", outcome?.rawValue), ("cursor", cursor),
                ])
        }
        let here = day?.description ?? "all"
        let model = AccessLogModel(
            day: day?.description ?? "", before: address((day ?? today).adding(days: -1).description, outcome),
            after: day.flatMap { $0 < today ? address($0.adding(days: 1).description, outcome) : nil },
            allDays: address("all", outcome), isOneDay: day != nil, user: user ?? "",
            learner: learner?.uuidString.lowercased(),
            learnerName: learner.flatMap { id in page.items.first { $0.record.learnerId == id }?.learnerName },
            today: today.description,
            outcomes: [nil, .refused, .allowed].map { each in
                .init(
                    address: address(here, each), name: words(each.map { "access_\($0.rawValue)" } ?? "all"),
                    current: each == outcome)
            }, rows: page.items.map { row($0, isOneDay: day != nil, policies) }, isEmpty: page.items.isEmpty,
            next: page.nextCursor.map { address(here, outcome, $0) },
            messages: isMistaken ? [words("dayWrong")] : [])
        return await self.page("access-log", title: words("accessLogTitle"), model)
    }

    private func row(_ line: NamedAccess, isOneDay: Bool, _ policies: PolicySet) -> AccessLogModel.Row {
        let record = line.record
        let moment = String(RegistryJSON.text(record.recordedAt).prefix(19)).replacing("T", with: " ")
        let role = record.role.flatMap { Role(rawValue: $0) }.map(words.role) ?? ""
        let place = record.authority.flatMap { Authority($0) }.map { words.area($0, policies) }
        let code = record.code.map { words("refusal", ["code": words.table["refused_\($0)"] ?? $0]) }
        let detail = [code, record.reason].compactMap(\.self).joined(separator: " · ")
        return AccessLogModel.Row(
            moment: isOneDay ? String(moment.dropFirst(11)) : moment,
            person: line.personName ?? words("nobody"), user: record.username.map(Link.user),
            role: [role, place].compactMap(\.self).joined(separator: " · "), action: words("action_\(record.action)"),
            learner: record.learnerId.map(Link.learner), learnerName: line.learnerName ?? words("record_learner"),
            refused: record.outcome == AccessOutcome.refused.rawValue, outcomeWord: words("access_\(record.outcome)"),
            detail: detail.isEmpty ? nil : detail)
    }
}
