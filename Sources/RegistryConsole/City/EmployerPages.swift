import Foundation
import RegistryDomain
import RegistryStore

private struct EmployerModel {
    struct Learner {
        var address: String
        var name: String
        var idNumberMasked: String
        var post: String
        var years: [YearState]
    }
    struct YearState {
        var status: String
        var word: String
    }
    var name: String
    var creditCode: String
    var place: String
    var closed: String?
    var mergedInto: String?
    var mayList: Bool
    var choices: [ChoiceModel]
    var years: [String]
    var learners: [Learner]
    var isEmpty: Bool
    var next: String?
}

extension Console {
    static let employerPages: [ConsolePage] = [
        .get("/employers/{id}") { visit in try await visit.employerPage() }
    ]
}

extension Visit {
    /// An employer with its learners' states; learners whom the caller may not see are not among them.
    fileprivate func employerPage() async throws -> Answer {
        let caller = try caller
        let employer = try await store.employer(id: id(), as: caller)
        let policies = try await store.policies()
        let years = policies.subjectYears.map(\.year)
        let year = query("status") == "behind" ? query("year").flatMap { Int($0) } : nil
        let mayList = Rights.scope(of: caller.role, for: .searchLearners) != nil
        let found =
            mayList
            ? try await store.learnersStanding(
                at: employer.id, year: year, status: [.inProgress, .incomplete], cursor: query("cursor"), limit: 100,
                as: caller) : Page(items: [], nextCursor: nil)
        let here = Link.employer(employer.id)
        func address(_ year: Int?, _ cursor: String? = nil) -> String {
            Link.to(
                here,
                [("year", year.map { "\($0)" }), ("status", year == nil ? nil : "behind"), ("cursor", cursor)])
        }
        let model = EmployerModel(
            name: employer.name, creditCode: employer.creditCode,
            place:
                "\(words.area(employer.area, policies)) · \(words.level(employer.level)) · \(words.kind(employer.kind))",
            closed: employer.closedOn.map { words("employerClosed", ["day": $0.description]) },
            mergedInto: employer.mergedInto.map(Link.employer), mayList: mayList,
            choices: [ChoiceModel(address: address(nil), name: words("everybody"), current: year == nil)]
                + years.map {
                    .init(address: address($0), name: words("unfinishedIn", ["year": "\($0)"]), current: $0 == year)
                },
            years: years.map { "\($0)" },
            learners: found.items.map { learner in
                .init(
                    address: Link.learner(learner.id), name: learner.name, idNumberMasked: learner.idNumberMasked,
                    post: [learner.post, learner.title].compactMap(\.self).joined(separator: " · "),
                    years: years.map { year in
                        let status = learner.years[year] ?? .notOwed
                        return .init(status: status.rawValue, word: words.status(status))
                    })
            }, isEmpty: found.items.isEmpty, next: found.nextCursor.map { address(year, $0) })
        return await page("employer", title: employer.name, model)
    }
}
