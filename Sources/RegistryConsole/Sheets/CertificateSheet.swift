import Foundation
import RegistryDomain
import RegistryStore

/// The registration certificate as it is printed (R4): Chinese, whatever the reader's language.
struct CertificateSheet {
    struct Line {
        var number: String
        var year: String
        var courseTitle: String
        var mode: String
        var hours: String
        var recognizedBy: String
        var recognizedOn: String
        var source: String
        var reversed: String?
        var isReversed: Bool
    }
    struct Year {
        var year: String
        var credited: String
        var required: String
        var isComplete: Bool
    }
    var code: String
    var name: String
    var isSuperseded: Bool
    var hasHolder: Bool
    var idNumberMasked: String
    var gender: String
    var employer: String
    var post: String
    var lines: [Line]
    var isEmpty: Bool
    var years: [Year]
    var total: String
    var printedOn: String
    var issuer: String
    var rule: String
    var address: String
    var qr: QRCode?

    init(_ document: CertificateDocument, publicURL: String, _ policies: PolicySet, _ words: Words) {
        let certificate = document.certificate
        code = certificate.code
        name = certificate.name
        isSuperseded = document.status == .superseded
        let holder = certificate.holder
        hasHolder = holder != nil
        idNumberMasked = holder?.idNumberMasked ?? ""
        gender = holder?.gender.map { words("gender_\($0)") } ?? "—"
        employer = holder?.employer ?? "—"
        post = [holder?.title, holder?.post].compactMap(\.self).joined(separator: " · ")
        if post.isEmpty { post = "—" }
        lines = certificate.entries.map { entry in
            let line = EntryLine(entry, policies, words)
            return Line(
                number: line.number, year: line.year, courseTitle: line.courseTitle ?? "—", mode: line.mode,
                hours: line.hours,
                recognizedBy: line.recognizedBy, recognizedOn: line.recognizedOn, source: line.source,
                reversed: entry.reversal.map { words("sheetReversed", ["day": $0.reversedOn.description]) },
                isReversed: entry.reversal != nil)
        }
        isEmpty = lines.isEmpty
        let history = LearnerHistory(
            entries: certificate.entries.map {
                StandingEntry(
                    id: $0.id, subjectYear: $0.subjectYear, mode: $0.mode, hours: $0.hours,
                    recognizedOn: $0.recognizedOn, reversedOn: $0.reversal?.reversedOn, recognizedBy: $0.recognizedBy)
            })
        // As printed, unless something was taken back since.
        let day = certificate.entries.compactMap { $0.reversal?.reversedOn }.max() ?? certificate.printedOn
        let answers = Eligibility.years(of: history, under: policies, asOf: max(day, certificate.printedOn))
        years = answers.map {
            Year(
                year: "\($0.year)", credited: "\($0.creditedHours)", required: "\($0.requiredHours)",
                isComplete: $0.creditedHours >= $0.requiredHours)
        }
        total = "\(answers.reduce(0) { $0 + $1.creditedHours })"
        printedOn = ChineseDay.text(certificate.printedOn)
        issuer = policies.policies.last.map { $0.issuer.zh } ?? ""
        rule = policies.policies.map(\.number).joined(separator: "、")
        address = "\(publicURL)/verify/\(certificate.code)"
        qr = QRCode(address)
    }
}

/// A notice of acceptance or refusal as it is printed.
struct NoticeSheet {
    struct Reason {
        var message: String
        var rule: RuleModel?
    }
    struct Year {
        var year: String
        var status: String
        var credited: String
        var required: String
        var dueOn: String
    }
    var code: String
    var title: String
    var number: String
    var isSuperseded: Bool
    var isAccepted: Bool
    var name: String
    var idNumberMasked: String
    var employer: String
    var purpose: String
    var lead: String
    var reasons: [Reason]
    var hasReasons: Bool
    var years: [Year]
    var documents: [String]
    var hasDocuments: Bool
    var steps: [String]
    var hasSteps: Bool
    var assumptions: [RuleModel]
    var hasAssumptions: Bool
    var policy: String
    var authority: String
    var issuedOn: String
    var issuedBy: String
    var address: String
    var qr: QRCode?

    init(_ document: NoticeDocument, publicURL: String, _ policies: PolicySet, _ words: Words) {
        let notice = document.notice
        let answer = notice.content.answer
        code = notice.code
        isAccepted = notice.outcome == .accepted
        title = words(isAccepted ? "noticeAccepted" : "noticeRefused")
        number = words("noticeNumber", ["year": "\(notice.issuedOn.year)", "number": "\(notice.number)"])
        isSuperseded = document.status == .superseded
        name = notice.name
        idNumberMasked = notice.content.holder.idNumberMasked
        employer = notice.content.holder.employer ?? "—"
        let terms = policies.terms(of: notice.purpose)?.terms
        purpose = terms.map { words($0.name) } ?? notice.purpose.rawValue
        lead = words(
            isAccepted ? "noticeLeadAccepted" : "noticeLeadRefused",
            ["name": notice.name, "purpose": purpose, "day": ChineseDay.text(notice.issuedOn)])
        var found = answer.reasons.map { Reason(message: words($0.message), rule: RuleModel($0.rule, policies, words)) }
        if isAccepted, let rule = RuleModel(terms?.rule, policies, words) {
            found = [Reason(message: words("noticeAllDone"), rule: rule)]
        }
        reasons = found
        hasReasons = !found.isEmpty
        years = answer.years.map {
            Year(
                year: "\($0.year)", status: words.status($0.status), credited: "\($0.creditedHours)",
                required: "\($0.requiredHours)", dueOn: $0.dueOn.description)
        }
        documents = answer.documents.map { words($0) }
        hasDocuments = !documents.isEmpty
        steps = isAccepted ? [] : answer.nextSteps.map { words($0) }
        hasSteps = !steps.isEmpty
        assumptions = answer.assumptions.compactMap { RuleModel($0, policies, words) }
        hasAssumptions = !assumptions.isEmpty
        policy = answer.policy.map { "\($0.number)（第\($0.version)版）" } ?? ""
        authority = words.authority(notice.authority, policies)
        issuedOn = ChineseDay.text(notice.issuedOn)
        issuedBy = notice.issuedBy
        address = "\(publicURL)/verify/\(notice.code)"
        qr = QRCode(address)
    }
}

/// 2018年1月10日
enum ChineseDay {
    static func text(_ day: Day) -> String { "\(day.year)年\(day.month)月\(day.day)日" }
}
