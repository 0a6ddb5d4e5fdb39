import Foundation
import RegistryDomain
import RegistryStore

/// Everything about one learner that the bureau may change, with what stands now (what is typed wins over it).
struct ChangeModel {
    struct Field {
        var name: String
        var label: String
        var value: String
        /// What stood when the form was opened.
        var was: String
        /// What stands now, where somebody changed it since.
        var now: String?
        var isDay: Bool
        var isChoice: Bool
        var choices: [Choice]
    }
    struct Choice {
        var value: String
        var name: String
        var chosen: Bool
    }
    struct Correction {
        var version: String
        var fields: [Field]
        var idNumber: String
        var reason: String
        var document: String
        var messages: [String]
    }
    struct Post {
        var employer: String
        var kind: String
        var from: String
        var until: String
        var isOpen: Bool
    }
    struct Move {
        var employer: String
        var from: String
        var choices: [Choice]
        var hasChoices: Bool
        var messages: [String]
    }
    struct Leaving {
        var until: String
        var reason: String
        var messages: [String]
    }
    struct Excuse {
        var id: String
        var year: String
        var reason: String
        var document: String
        var effect: String
        var approved: String
        var revoked: String?
        var mayRevoke: Bool
    }
    struct NewExcuse {
        var years: [Choice]
        var reason: String
        var document: String
        var lifts: Bool
        var messages: [String]
    }
    struct Past {
        var day: String
        var what: String
        var from: String
        var to: String
        var by: String
        var because: String
    }
    struct Merge {
        var id: String
        var text: String
        var reversed: String?
        var mayReverse: Bool
    }
    var learner: String
    var name: String
    var idNumberMasked: String
    var employer: String
    var area: String
    var done: String?
    /// Where the record was merged into another.
    var mergedInto: String?
    /// Why nothing can be changed here; nil where it can.
    var closed: String?
    var isOpen: Bool
    var entries: [EntryModel]
    var hasEntries: Bool
    var correction: Correction
    var posts: [Post]
    var move: Move
    var isInPost: Bool
    var leaving: Leaving
    var excuses: [Excuse]
    var hasExcuses: Bool
    var newExcuse: NewExcuse
    var history: [Past]
    var hasHistory: Bool
    var merges: [Merge]
    var hasMerges: Bool
}

/// Which form of the page was sent, and what came of it.
struct ChangeFormState {
    enum Form { case none, correction, move, leaving, excuse, revocation }
    var form = Form.none
    var messages: [String] = []
    /// Employers that the typed name may mean.
    var employers: [EmployerRecord] = []
    /// Somebody else changed the record since the form was opened.
    var isStale = false
}

extension ChangeModel {
    /// The fields of a correction but for the ID number, which is typed anew and never shown.
    static let plainFields: [LearnerCorrection.Field] = [.name, .gender, .post, .title, .professionalSince]

    static func value(_ field: LearnerCorrection.Field, of record: LearnerRecord) -> String {
        switch field {
        case .name: record.name
        case .gender: record.gender ?? ""
        case .post: record.post ?? ""
        case .title: record.title ?? ""
        case .professionalSince: record.professionalSince?.description ?? ""
        case .idNumber: ""
        }
    }

    init(
        _ record: LearnerRecord, entries: [RegisterEntryRecord], merges: [MergeSummary], for caller: Caller,
        form: FormBody,
        state: ChangeFormState, today: Day, done: String?, _ policies: PolicySet, _ words: Words
    ) {
        func typed(_ which: ChangeFormState.Form, _ name: String) -> String {
            state.form == which ? form[name] ?? "" : ""
        }
        func messages(_ which: ChangeFormState.Form) -> [String] { state.form == which ? state.messages : [] }
        let isInside = caller.authority == .city || caller.authority == record.area
        learner = record.id.uuidString.lowercased()
        name = record.name
        idNumberMasked = record.idNumberMasked
        employer = record.employer?.name ?? words("noEmployer")
        area = words.area(record.area, policies)
        self.done = done.map { words("done_\($0)") }
        mergedInto = record.mergedInto?.uuidString.lowercased()
        isOpen = isInside && record.mergedInto == nil
        closed =
            record.mergedInto != nil
            ? words("closedByMerge")
            : isInside ? nil : words("closedByArea", ["area": words.area(record.area, policies)])
        self.entries = entries.map { EntryModel($0, for: caller, policies, words) }
        hasEntries = !entries.isEmpty
        correction = Self.correction(record, form, state, words)
        posts = record.employments.map {
            Post(
                employer: $0.employer.name, kind: "\(words.level($0.employer.level)) · \(words.kind($0.employer.kind))",
                from: $0.from.description, until: $0.until?.description ?? words("untilNow"), isOpen: $0.until == nil)
        }
        isInPost = record.employments.contains { $0.until == nil }
        move = Move(
            employer: typed(.move, "employer"), from: state.form == .move ? form["from"] ?? "" : today.description,
            choices: state.employers.map {
                Choice(value: $0.creditCode, name: "\($0.name)（\($0.creditCode)）", chosen: false)
            }, hasChoices: !state.employers.isEmpty, messages: messages(.move))
        leaving = Leaving(
            until: state.form == .leaving ? form["until"] ?? "" : today.description, reason: typed(.leaving, "reason"),
            messages: messages(.leaving))
        excuses = record.excuses.map {
            Excuse(
                id: $0.id.uuidString.lowercased(), year: "\($0.subjectYear)", reason: $0.reason, document: $0.document,
                effect: words($0.liftsDuty ? "excuseLifts" : "excuseOnlyAssessment"),
                approved: "\($0.approvedOn) · \(words.area($0.approvedBy, policies))",
                revoked: $0.revokedOn.map { words("excuseRevoked", ["day": $0.description]) },
                mayRevoke: $0.revokedOn == nil && $0.approvedBy == caller.authority)
        }
        hasExcuses = !excuses.isEmpty
        let year = typed(.excuse, "subjectYear")
        newExcuse = NewExcuse(
            years: policies.subjectYears.map {
                Choice(value: "\($0.year)", name: "\($0.year)", chosen: "\($0.year)" == year)
            }, reason: typed(.excuse, "reason"), document: typed(.excuse, "document"),
            lifts: !typed(.excuse, "liftsDuty").isEmpty,
            messages: messages(.excuse) + messages(.revocation))
        history = record.corrections.reversed().map {
            Past(
                day: $0.correctedOn.description, what: words("field_\($0.field)"), from: $0.oldValue ?? "—",
                to: $0.newValue ?? "—", by: $0.by, because: "\($0.reason) · \($0.document)")
        }
        hasHistory = !history.isEmpty
        self.merges = merges.map { Merge($0, words) }
        hasMerges = !merges.isEmpty
    }

    /// Starts from what stands now. After a conflict what was typed stays, with what stands now beside it.
    private static func correction(
        _ record: LearnerRecord, _ form: FormBody, _ state: ChangeFormState, _ words: Words
    ) -> Correction {
        let isSent = state.form == .correction
        return Correction(
            version: isSent && !state.isStale ? form["version"] ?? "\(record.version)" : "\(record.version)",
            fields: plainFields.map { field in
                let current = value(field, of: record)
                let was = isSent ? form["was.\(field.rawValue)"] ?? "" : current
                let typed = isSent ? form[field.rawValue] ?? "" : current
                // Left alone by the officer and changed by a colleague: what stands now.
                let shown = state.isStale && typed == was ? current : typed
                return Field(
                    name: field.rawValue, label: words("field_\(field.rawValue)"), value: shown,
                    was: state.isStale ? current : was,
                    now: state.isStale && current != was ? current.isEmpty ? "—" : word(field, current, words) : nil,
                    isDay: field == .professionalSince, isChoice: field == .gender,
                    choices: ["", "male", "female"].map {
                        Choice(value: $0, name: words("sex_\($0)"), chosen: $0 == shown)
                    })
            }, idNumber: isSent ? form["idNumber"] ?? "" : "", reason: isSent ? form["reason"] ?? "" : "",
            document: isSent ? form["document"] ?? "" : "", messages: isSent ? state.messages : [])
    }

    private static func word(_ field: LearnerCorrection.Field, _ value: String, _ words: Words) -> String {
        field == .gender ? words("sex_\(value)") : value
    }
}

extension ChangeModel.Merge {
    init(_ merge: MergeSummary, _ words: Words) {
        id = merge.id.uuidString.lowercased()
        text = words(
            "mergeLine",
            [
                "day": merge.mergedOn.description, "name": merge.keptName, "merged": merge.mergedNumberMasked,
                "kept": merge.keptNumberMasked, "by": merge.by, "reason": merge.reason,
            ])
        reversed = merge.reversedOn.map { words("mergeReversedOn", ["day": $0.description]) }
        mayReverse = merge.reversedOn == nil
    }
}
