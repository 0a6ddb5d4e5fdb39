import Foundation
import RegistryDomain
import RegistryStore

/// A pair in the list of candidates.
struct PairModel {
    struct Side {
        var idNumberMasked: String
        var employer: String
        var post: String
    }
    var address: String
    var name: String
    var sides: [Side]
    var signs: [String]
    /// Both have hours of one year: what a merge settles.
    var shared: String?

    init(_ pair: DuplicatePair, _ words: Words) {
        address = "/duplicates/\(pair.first.id.uuidString.lowercased())/\(pair.second.id.uuidString.lowercased())"
        name = pair.first.name
        sides = [pair.first, pair.second].map {
            Side(
                idNumberMasked: $0.idNumberMasked, employer: $0.employer?.name ?? words("noEmployer"),
                post: [$0.post, $0.title].compactMap(\.self).joined(separator: " · "))
        }
        signs = pair.signs.map { sign in
            sign == .nearNumber
                ? words("sign_nearNumber", ["places": Self.text(pair.differingPlaces)]) : words("sign_\(sign.rawValue)")
        }
        shared = pair.sharedYears > 0 ? words("sharedYears", ["count": "\(pair.sharedYears)"]) : nil
    }

    static func text(_ places: [Int]) -> String { places.map(String.init).joined(separator: "、") }
}

/// Two records side by side, each difference marked.
struct ComparisonModel {
    struct Line {
        var what: String
        var first: String
        var second: String
        var differs: Bool
    }
    struct Side {
        var id: String
        var label: String
        var name: String
        var idNumberMasked: String
        var chosen: Bool
        var version: String
    }
    var address: String
    var sides: [Side]
    var lines: [Line]
    var numberNote: String
    var entries: [[EntryModel]]
    var firstEntries: [EntryModel]
    var secondEntries: [EntryModel]
    var keptApart: String?
    var reason: String
    var document: String
    var apartReason: String
    var messages: [String]

    init(
        _ pair: DuplicateComparison, form: FormBody, messages: [String], _ policies: PolicySet, _ words: Words
    ) {
        let both = [pair.first, pair.second]
        let ids = both.map { $0.record.id.uuidString.lowercased() }
        address = "/duplicates/\(ids[0])/\(ids[1])"
        // The one with more on the register is proposed, then the one that came first.
        let proposed =
            pair.second.entries.count > pair.first.entries.count
                || (pair.second.entries.count == pair.first.entries.count
                    && pair.second.record.recordedAt < pair.first.record.recordedAt)
            ? 1 : 0
        let chosen = form["kept"].flatMap { ids.firstIndex(of: $0) } ?? proposed
        sides = both.enumerated().map { index, side in
            Side(
                id: ids[index], label: words(index == 0 ? "recordOne" : "recordTwo"), name: side.record.name,
                idNumberMasked: side.record.idNumberMasked, chosen: index == chosen, version: "\(side.record.version)")
        }
        let line = { (key: String, value: (DuplicateSide) -> String) in
            Line(
                what: words(key), first: value(pair.first), second: value(pair.second),
                differs: value(pair.first) != value(pair.second))
        }
        lines = [
            line("field_name") { $0.record.name },
            Line(
                what: words("idNumber"), first: pair.first.record.idNumberMasked,
                second: pair.second.record.idNumberMasked,
                differs: !pair.differingPlaces.isEmpty),
            line("field_gender") { words("sex_\($0.record.gender ?? "")") },
            line("workplace") { $0.record.employer?.name ?? "—" },
            line("postsTitle") { side in
                side.record.employments.map { "\($0.from)—\($0.until?.description ?? words("untilNow"))" }
                    .joined(separator: "；")
            },
            line("field_post") { $0.record.post ?? "—" }, line("field_title") { $0.record.title ?? "—" },
            line("field_professionalSince") { $0.record.professionalSince?.description ?? "—" },
            line("excusesTitle") { side in
                side.record.excuses.isEmpty
                    ? "—" : side.record.excuses.map { "\($0.subjectYear)" }.joined(separator: "、")
            },
            line("openClaims") { "\($0.openClaims)" }, line("certificatesPrinted") { "\($0.certificates)" },
            line("recordedOn") { Day($0.record.recordedAt).description },
        ]
        numberNote =
            pair.differingPlaces.isEmpty
            ? "" : words("numbersDiffer", ["places": PairModel.text(pair.differingPlaces)])
        entries = both.map { $0.entries.map { EntryModel($0, for: nil, policies, words) } }
        firstEntries = entries[0]
        secondEntries = entries[1]
        keptApart = pair.keptApart.map { words("keptApartAlready", ["reason": $0]) }
        reason = form["reason"] ?? ""
        document = form["document"] ?? ""
        apartReason = form["apartReason"] ?? ""
        self.messages = messages
    }
}
