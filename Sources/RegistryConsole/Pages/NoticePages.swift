import Foundation
import HTTPTypes
import RegistryDomain
import RegistryStore

private struct NoticePage {
    var sheet: NoticeSheet
    var isSuperseded: Bool
    var address: String
    var verifyAddress: String
    var back: String
}

extension Console {
    static let noticePages: [ConsolePage] = [
        .post("/notices") { visit in
            guard let learner = visit.form["learner"].flatMap({ UUID(uuidString: $0) }) else {
                throw StoreError.notFound(.learnerUnknown)
            }
            let record = try await visit.store.issueNotice(
                learner: learner, purpose: Purpose(rawValue: visit.form["purpose"] ?? ""), as: visit.caller,
                once: visit.once)
            return .seeOther("/notices/\(record.code)")
        },
        .get("/notices/{code}") { visit in try await visit.notice() },
    ]
}

extension Visit {
    /// `CODE` is the page, `CODE.pdf` the PDF.
    fileprivate func notice() async throws -> Answer {
        let (code, form) = DocumentName.split(path["code"] ?? "")
        let caller = try caller
        let document = try await store.notice(code: code, as: caller)
        let policies = try await store.policies()
        switch form {
        case "pdf":
            return await pdf(named: code) { try await $0.noticePDF(document, policies, publicURL) }
        case nil:
            let model = NoticePage(
                sheet: NoticeSheet(document, publicURL: publicURL, policies, console.views.book.words(.zh)),
                isSuperseded: document.status == .superseded, address: "/notices/\(document.notice.code)",
                verifyAddress: "\(publicURL)/verify/\(document.notice.code)",
                back: caller.role == .learner ? "/me/register" : ConsoleTab.home(of: caller))
            return await page("notice", title: words("noticeTitle"), model)
        default: throw StoreError.notFound(.certificateUnknown)
        }
    }
}
