import Foundation
import RegistryDomain
import RegistryStore

/// A notice in words. Every number, date, name and sentence comes from its data.
struct PolicyModel {
    /// Something the notice says, with the rules that say it.
    struct Term {
        var name: String
        var value: String
        var rules: [RuleModel]
    }
    struct Line {
        var cells: [String]
        var rules: [RuleModel]
    }
    struct Year {
        var title: String
        var terms: [Term]
    }
    struct Version {
        var version: String
        var loadedBy: String
        var recordedAt: String
        var isCurrent: Bool
    }

    var notices: [ChoiceModel]
    var hasNotices: Bool
    var number: String
    var title: String
    var issuer: String
    var printedOn: String
    var category: String
    var version: String
    var years: [Year]
    var attendance: [Line]
    var routes: [Line]
    var purposes: [Line]
    var others: [Term]
    var topics: [String]
    var topicsOpen: Bool
    var topicRules: [RuleModel]
    var authorities: [String]
    var rules: [RuleModel]
    var assumptions: [RuleModel]
    var versions: [Version]
    var mayLoad: Bool
}

/// What the model is made of.
struct PolicyView {
    let policy: Policy
    let policies: PolicySet
    let records: [PolicyRecord]
    let mayLoad: Bool
    let words: Words

    /// Only this notice's own rules: another may say the same of other years in other words.
    private func rules(_ ids: RuleID?...) -> [RuleModel] {
        ids.compactMap { RuleModel($0, PolicySet([policy]), words) }
    }

    func model() -> PolicyModel {
        PolicyModel(
            notices: policies.policies.reversed().map {
                .init(address: Link.to("/policy", [("notice", $0.id)]), name: $0.number, current: $0.id == policy.id)
            }, hasNotices: policies.policies.count > 1, number: policy.number, title: words(policy.title),
            issuer: words(policy.issuer), printedOn: policy.printedOn.description,
            category: words(policy.category.name),
            version: words("versionNumber", ["version": "\(policy.version ?? 0)"]),
            years: policy.subjectYears.map(year), attendance: attendance,
            routes: routes, purposes: purposes, others: others, topics: policy.electiveTopics.topics.map { words($0) },
            topicsOpen: policy.electiveTopics.open, topicRules: rules(.S3),
            authorities: policy.authorities.map { words($0.name) },
            rules: policy.rules.filter { !$0.id.rawValue.hasPrefix("Q") }.compactMap {
                RuleModel($0.id, PolicySet([policy]), words)
            },
            assumptions: policy.assumptions.compactMap { RuleModel($0.id, PolicySet([policy]), words) },
            versions: records.filter { $0.id == policy.id }.map {
                .init(
                    version: words("versionNumber", ["version": "\($0.version)"]), loadedBy: $0.loadedBy,
                    recordedAt: Figure.text($0.recordedAt), isCurrent: $0.version == policy.version)
            }, mayLoad: mayLoad)
    }

    private func year(_ year: SubjectYear) -> PolicyModel.Year {
        .init(
            title: "\(year.year) \(words(year.courseTitle))",
            terms: [
                .init(name: words("requiredHours"), value: "\(year.requiredHours)", rules: rules(.S2)),
                .init(
                    name: words("mode_online"),
                    value: words(
                        "onlineTerms",
                        [
                            "compulsory": "\(year.online.compulsoryHours)", "elective": "\(year.online.electiveHours)",
                        ]), rules: rules(.O1, .O2)),
                .init(name: words("onlineWindow"), value: year.onlineWindow.text, rules: rules(.O3)),
                .init(name: words("faceToFaceWindow"), value: year.faceToFaceWindow.text, rules: rules(.F2)),
                .init(name: words("trainingPlanDueOn"), value: year.trainingPlanDueOn.description, rules: rules(.F3)),
                .init(name: words("dueOn"), value: year.dueOn.description, rules: rules(.Q1)),
                .init(
                    name: words("onlineFee"), value: Self.yuan(year.onlineFeeInFen, words),
                    rules: rules(policy.fees.rule)),
            ])
    }

    /// Money is kept in fen.
    private static func yuan(_ fen: Int, _ words: Words) -> String {
        let cents = fen % 100
        let text = cents == 0 ? "\(fen / 100)" : "\(fen / 100).\(cents < 10 ? "0" : "")\(cents)"
        return words("yuan", ["amount": text])
    }

    private var attendance: [PolicyModel.Line] {
        policy.attendance.map { row in
            .init(
                cells: [
                    [words.level(row.level), row.kind.map(words.kind)].compactMap(\.self).joined(separator: " · "),
                    row.expected.map { words("modeExpected", ["mode": words.mode($0)]) } ?? words("modeChosen"),
                ], rules: rules(row.rule))
        }
    }

    private var routes: [PolicyModel.Line] {
        policy.routes.map { route in
            .init(
                cells: [words.mode(route.mode), words.level(route.level), words("route_\(route.authority.rawValue)")],
                rules: rules(route.rule, route.assumption))
        }
    }

    private var purposes: [PolicyModel.Line] {
        policy.purposes.map { purpose in
            .init(
                cells: [
                    words(purpose.name), words("effect_\(purpose.effect.rawValue)"),
                    purpose.kinds.map { $0.map(words.kind).joined(separator: words("listSeparator")) }
                        ?? words("everybody"),
                    purpose.documents.map { words($0) }.joined(separator: words("listSeparator")),
                ], rules: rules(purpose.rule))
        }
    }

    private var others: [PolicyModel.Term] {
        var terms: [PolicyModel.Term] = [
            .init(
                name: words("testTerms"),
                value: words(
                    policy.test.mayBeRetaken ? "testRetaken" : "testOnce", ["minutes": "\(policy.test.durationMinutes)"]
                ),
                rules: rules(.O4)),
            .init(
                name: words("feePerHour"), value: Self.yuan(policy.fees.onlineFenPerHour, words),
                rules: rules(policy.fees.rule)),
            .init(
                name: words("assessedYear"),
                value: words("assessedUntil", ["day": policy.annualAssessment.previousYearUntil]), rules: rules(.E6)),
        ]
        if let days = policy.claimWaitingDays {
            terms.append(
                .init(
                    name: words("claimWaitingDays"), value: words("waitingDays", ["days": "\(days)"]), rules: rules(.V1)
                ))
        }
        return terms
    }
}
