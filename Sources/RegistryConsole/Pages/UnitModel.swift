import Foundation
import RegistryDomain
import RegistryStore

/// Which of a unit's people are shown.
enum UnitFilter: String, CaseIterable {
    case behind, underWay, waiting, complete, all

    func takes(_ member: UnitMember, year: Int?) -> Bool {
        let years = member.years.filter { year == nil || $0.year == year }
        return switch self {
        case .behind: years.contains { $0.status == .incomplete }
        case .underWay: years.contains { $0.status == .inProgress }
        case .waiting: member.claims.contains { year == nil || $0.year == year }
        case .complete: years.allSatisfy { [.complete, .excused, .notOwed].contains($0.status) }
        case .all: true
        }
    }
}

/// A learner of the unit as a line: where each year stands and what is on its way.
struct UnitRowModel {
    struct Cell {
        var year: String
        var status: String
        var statusWord: String
        /// Nothing to say where the year is not owed.
        var hours: String?
        var mode: String?
        var missing: String?
        var claim: String?
    }
    var id: String
    var name: String
    var idNumberMasked: String
    var post: String
    var years: [Cell]
    var account: String
    var hasOneTimePassword: Bool
    var hasAccount: Bool

    init(_ member: UnitMember, years asked: Int?, _ policies: PolicySet, _ words: Words) {
        id = member.learner.id.uuidString.lowercased()
        name = member.learner.name
        idNumberMasked = member.learner.idNumberMasked
        post = [member.learner.post, member.learner.title].compactMap(\.self).filter { !$0.isEmpty }.joined(
            separator: " · ")
        years = member.years.filter { asked == nil || $0.year == asked }.map { year in
            let missing = year.requiredHours - year.creditedHours
            let isOpen = year.status == .incomplete || year.status == .inProgress
            return Cell(
                year: "\(year.year)", status: year.status.rawValue, statusWord: words.status(year.status),
                hours: year.status == .notOwed ? nil : "\(year.creditedHours)/\(year.requiredHours)",
                mode: year.mode.map(words.mode),
                missing: isOpen && missing > 0 ? words("missingHours", ["hours": "\(missing)"]) : nil,
                claim: Self.claim(member.claims.filter { $0.year == year.year }, policies, words))
        }
        account = member.username ?? words("noAccount")
        hasAccount = member.username != nil
        hasOneTimePassword = member.hasOneTimePassword
    }

    private static func claim(_ claims: [UnitMember.Claim], _ policies: PolicySet, _ words: Words) -> String? {
        guard let claim = claims.first else { return nil }
        let who = claim.state == .returned ? words("nextActorLearner") : words.area(claim.routedTo, policies)
        return words(
            "claimOnItsWay",
            [
                "mode": words.mode(claim.mode), "state": words.state(claim.state), "days": "\(claim.waitingDays)",
                "who": who,
            ])
    }

    /// For a file: the same words, one column for each.
    var fields: [String] {
        [name, idNumberMasked, post]
            + years.flatMap { [$0.statusWord, $0.hours ?? "", $0.mode ?? "", $0.missing ?? "", $0.claim ?? ""] } + [
                account
            ]
    }

    static func header(_ years: [Int], _ words: Words) -> [String] {
        ["name", "idNumber", "postAndTitle"].map { words($0) }
            + years.flatMap { year in
                ["standing", "hours", "mode", "missingTitle", "claimOnWay"].map { "\(year) \(words($0))" }
            } + [words("unitAccount")]
    }
}
