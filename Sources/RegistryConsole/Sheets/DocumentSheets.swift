import Foundation
import RegistryDomain
import RegistryStore

/// Printed documents as whole pages that need nothing beside them, ready to become a PDF.
public struct DocumentSheets: Sendable {
    let views: Views

    /// - Throws: where the program was installed without its resources.
    public init() throws { views = try Views() }

    /// Parses the templates, so that the first page need not.
    ///
    /// - Throws: where one cannot be parsed.
    public func parse() throws { try views.templates.parsed() }

    /// - Parameter publicURL: where the register is reached from outside; the code in the corner leads there.
    @Sendable public func certificate(_ document: CertificateDocument, _ policies: PolicySet, publicURL: String)
        -> [UInt8]
    {
        let words = views.book.words(.zh)
        return page(
            "certificate-sheet", CertificateSheet(document, publicURL: publicURL, policies, words),
            title: "\(words("certificateName")) \(document.certificate.name) \(document.certificate.code)", words)
    }

    @Sendable public func notice(_ document: NoticeDocument, _ policies: PolicySet, publicURL: String) -> [UInt8] {
        let words = views.book.words(.zh)
        let sheet = NoticeSheet(document, publicURL: publicURL, policies, words)
        return page("notice-sheet", sheet, title: "\(sheet.title) \(document.notice.name) \(sheet.code)", words)
    }

    private func page(_ template: String, _ model: Any, title: String, _ words: Words) -> [UInt8] {
        let style = String(decoding: views.assets["sheet.css"]?.bytes ?? [], as: UTF8.self)
        let root: [String: Any] = [
            "t": words.table, "m": ["sheet": model], "title": title, "style": style, "body": template,
        ]
        return Array(views.templates.render("sheet", root).utf8)
    }
}
