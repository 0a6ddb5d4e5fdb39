import Foundation
import Logging
import RegistryDomain
import RegistryStore

/// Publishes bulletins (V1) and makes them again.
public struct BulletinPublisher: Sendable {
    /// A bulletin as a page.
    public typealias Page = @Sendable (BulletinDocument) throws -> String

    private let store: RegistryStore
    private let reader: RegistryStore
    private let page: Page
    private let printer: PDFPrinter
    private let logger: Logger

    /// - Parameter reader: makes the counts: a store whose database role is the auditor's, or the same as `store`.
    public init(store: RegistryStore, reader: RegistryStore, page: @escaping Page, printer: PDFPrinter, logger: Logger)
    {
        self.store = store
        self.reader = reader
        self.page = page
        self.printer = printer
        self.logger = logger
    }

    /// Publishes the bulletin of a day under its number: JSON, page and XLSX, and PDF where WeasyPrint is installed.
    ///
    /// - Parameter asOf: the business day; today when nil.
    /// - Throws: `StoreError.conflict` where the number is taken, `.invalid` for a number that is none or a day to come.
    public func publish(number: String, asOf: Day?, as caller: Caller) async throws -> BulletinPublication {
        try await store.permit(.publishBulletin, caller)
        let day = asOf ?? store.today
        guard BulletinNumber.isOne(number) else {
            throw StoreError.invalid([.field("number", found: number, expected: BulletinNumber.form)])
        }
        guard day <= store.today else { throw StoreError.invalid([.bulletinDayAhead]) }
        if try await store.bulletinPublications(as: caller).contains(where: { $0.number == number }) {
            throw StoreError.conflict(.bulletinNumberTaken, entry: nil, claim: nil)
        }
        let moment = try await store.settledMoment()
        let document = try await reader.bulletinDocument(
            number: number, asOf: day, knownAt: moment, publishedOn: store.today)
        let publication = try await store.keepBulletin(document, forms: try await forms(of: document), as: caller)
        logger.notice("bulletin", metadata: ["number": "\(number)", "asOf": "\(day)"])
        return publication
    }

    /// The bytes that were published; a PDF that was not made then is printed from the published page.
    ///
    /// - Throws: `PDFPrinter.Mistake` where a PDF is asked for, was not made, and cannot be.
    public func show(_ number: String, _ form: BulletinForm, as caller: Caller) async throws -> [UInt8] {
        if let content = try await store.bulletinForm(number, form, as: caller) { return content }
        let publication = try await store.bulletinPublication(number, as: caller)
        guard form == .pdf, let page = try await store.bulletinForm(number, .html, as: caller) else {
            throw StoreError.notFound(.bulletinUnknown)
        }
        do {
            return try await printer.print(page, at: publication.knownAt)
        } catch let mistake as PDFPrinter.Mistake {
            logger.warning("pdf", metadata: ["why": "\(mistake)"])
            throw mistake
        }
    }

    /// Makes every form again from the register and returns those that are not the bytes that were published.
    public func differences(_ number: String, as caller: Caller) async throws -> [BulletinForm] {
        let publication = try await store.bulletinPublication(number, as: caller)
        let document = try await reader.bulletinDocument(
            number: number, asOf: publication.asOf, knownAt: publication.knownAt, publishedOn: publication.publishedOn)
        let made = try await forms(of: document)
        var different: [BulletinForm] = []
        for form in BulletinForm.allCases {
            guard let published = try await store.bulletinForm(number, form, as: caller) else { continue }
            if made[form] != published { different.append(form) }
        }
        return different
    }

    func forms(of document: BulletinDocument) async throws -> [BulletinForm: [UInt8]] {
        let html = Array(try page(document).utf8)
        var forms: [BulletinForm: [UInt8]] = [
            .json: try document.json(), .html: html,
            .xlsx: try await Blocking.run { try BulletinWorkbook(document).bytes() },
        ]
        if printer.isInstalled { forms[.pdf] = try await printer.print(html, at: document.knownAt) }
        return forms
    }
}

/// The number of a bulletin: short, without what would end it in an address.
enum BulletinNumber {
    static let form = Text(
        zh: "1至64个字符，不含斜线、句点、控制字符，首尾无空格",
        en: "1 to 64 characters without slash, full stop, control characters or spaces around")

    static func isOne(_ text: String) -> Bool {
        (1...64).contains(text.unicodeScalars.count) && text.trimmingCharacters(in: .whitespacesAndNewlines) == text
            && !text.unicodeScalars.contains { $0 == "/" || $0 == "." || $0.properties.generalCategory == .control }
    }
}
