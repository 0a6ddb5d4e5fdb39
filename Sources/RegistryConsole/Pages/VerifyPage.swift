import Foundation
import HTTPTypes
import Hummingbird
import RegistryDomain
import RegistryStore

/// A page that somebody else answers with.
public struct RenderedPage: Sendable {
    public var status: HTTPResponse.Status
    public var headers: HTTPFields
    public var body: [UInt8]
}

/// What a stranger reads of a code.
private struct VerifyModel {
    struct Line {
        var year: String
        var mode: String
        var hours: String
        var recognizedBy: String
        var recognizedOn: String
        var reversed: Bool
    }
    var code: String
    var outcome: String
    var icon: String
    var word: String
    var sentence: String
    var found: Bool
    var isNotice: Bool
    var name: String
    var printedOn: String
    var newerPrinted: Bool
    var noticeNumber: String
    var noticeOutcome: String
    var noticeState: String
    var purpose: String
    var authority: String
    var lines: [Line]
    var hasLines: Bool
    /// Where the proof of the entries is, as JSON; for a certificate alone.
    var proof: String?

    init(_ verification: Verification?, code: String, hasProofs: Bool, _ policies: PolicySet?, _ words: Words) {
        let status = verification?.status
        let kind = verification?.kind ?? .certificate
        self.code = verification?.code ?? String(code.prefix(64))
        found = verification != nil
        isNotice = kind == .notice
        outcome = status == .stands ? "accepted" : "refused"
        icon = "icon-\(outcome)"
        switch status {
        case .stands:
            word = words("verify_\(kind.rawValue)_stands")
            sentence = words("verifyText_\(kind.rawValue)_stands")
        case .superseded:
            word = words("verify_\(kind.rawValue)_superseded")
            sentence = words("verifyText_\(kind.rawValue)_superseded")
        case .erased:
            word = words("verify_erased")
            sentence = words("verifyText_erased")
        case nil:
            word = words("verifyUnknown")
            sentence = words("verifyText_unknown")
        }
        name = verification?.nameMasked ?? ""
        printedOn = verification?.printedOn.description ?? ""
        newerPrinted = verification?.newerPrinted ?? false
        let notice = verification?.notice
        noticeNumber =
            notice.map {
                words("noticeNumber", ["year": "\(verification?.printedOn.year ?? 0)", "number": "\($0.number)"])
            } ?? ""
        noticeState = notice?.outcome.rawValue ?? ""
        noticeOutcome = notice.map { words("outcome_\($0.outcome.rawValue)") } ?? ""
        purpose =
            notice.map { notice in
                policies?.terms(of: notice.purpose).map { words($0.terms.name) } ?? notice.purpose.rawValue
            } ?? ""
        authority = words.authority(notice?.authority, policies)
        lines = (verification?.years ?? []).map { line in
            Line(
                year: "\(line.year)", mode: words.mode(line.mode), hours: "\(line.hours)",
                recognizedBy: words.authority(line.recognizedBy, policies),
                recognizedOn: line.recognizedOn.description, reversed: line.reversed)
        }
        hasLines = !lines.isEmpty
        proof = hasProofs && hasLines && !isNotice ? "/verify/\(self.code)/proof" : nil
    }
}

extension Console {
    /// The public check of a certificate or a notice as a page; nil where nobody printed the code.
    public func verificationPage(
        _ request: Request, requestId: String, _ verification: Verification?, code: String
    ) async throws -> RenderedPage {
        let visit = try await arrive(request, requestId, [:])
        let model = VerifyModel(
            verification, code: code, hasProofs: configuration.hasProofs, try? await store.policies(), visit.words)
        let page = await visit.page(
            "verify", title: visit.words("verifyTitle"), model, verification == nil ? .notFound : .ok)
        let response = visit.bound(page).response
        var headers = response.headers
        // Whoever sends it says how long it is, compressed or not.
        headers[.contentLength] = nil
        return RenderedPage(status: response.status, headers: headers, body: page.body)
    }
}
